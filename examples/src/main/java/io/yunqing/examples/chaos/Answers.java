package io.yunqing.examples.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Rest.Answer;
import java.util.Map;
import java.util.TreeMap;

/** Tells what was promised to an owner from what was refused, and counts the latter. */
final class Answers {
    private final String owner;
    private final Map<String, Integer> refusals = new TreeMap<>();

    Answers(String owner) {
        this.owner = owner;
    }

    /** How often by which code. */
    Map<String, Integer> refusals() {
        return refusals;
    }

    /** Whether it was; else it was refused for what is the matter at this moment, and not for how it was asked. */
    boolean promised(Answer answer, int status) {
        if (answer.status() == status) {
            return true;
        }
        if (answer.status() != 409 && answer.status() != 422) {
            throw new AssertionError(owner + " was answered " + answer);
        }
        refusals.merge(answer.code(), 1, Integer::sum);
        return false;
    }

    /** What an answer that was lost had begun may be over. */
    boolean gone(Answer answer) {
        return answer.status() == 404 || answer.status() == 204 || promised(answer, 200);
    }

    static String id(JsonNode resource) {
        return resource.at("/metadata/id").asText();
    }

    static String said(String what, Answer answer) {
        return answer.status() < 300 ? what : what + ": " + answer.status() + " " + answer.code();
    }
}
