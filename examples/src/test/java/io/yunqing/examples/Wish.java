package io.yunqing.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.yunqing.api.Power;
import io.yunqing.api.ProblemCode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import io.yunqing.examples.cloud.Until;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * What somebody wants of one instance, one thing after the other.
 *
 * <p>Asked as a careful client asks one that may be away: again and again until there is an answer, with the key or the
 * revision that makes asking again harmless.
 *
 * @param seed draws the pauses between the steps
 */
record Wish(String name, List<Step> steps, long seed) {
    private static final int MOST_ATTEMPTS = 600;
    private static final Duration PAUSE = Duration.ofMillis(250);

    enum Step {
        CREATE,
        CREATE_OFF,
        START,
        STOP,
        FORCE_OFF,
        DELETE
    }

    static Wish of(String name, long seed, Step... steps) {
        return new Wish(name, List.of(steps), seed);
    }

    /** Whether there is to be an instance in the end. */
    boolean exists() {
        return steps.getLast() != Step.DELETE;
    }

    /** Whether it is to run in the end. */
    boolean runs() {
        return steps.getLast() == Step.CREATE || steps.getLast() == Step.START;
    }

    /** Asks for all steps in order; returns when the last is promised. */
    void ask(Rest rest) {
        Random random = new Random(seed);
        for (Step step : steps) {
            Until.pause(Duration.ofMillis(random.nextInt(3000)));
            switch (step) {
                case CREATE -> create(rest, Power.RUNNING, random);
                case CREATE_OFF -> create(rest, Power.OFF, random);
                case START -> power(rest, Power.RUNNING);
                case STOP -> power(rest, Power.STOPPED);
                case FORCE_OFF -> power(rest, Power.OFF);
                case DELETE -> delete(rest);
            }
        }
    }

    private void create(Rest rest, Power power, Random random) {
        String body =
                """
                {"metadata":{"name":"%s"},"spec":{"flavor":"tiny","image":"yunqing-guest","power":"%s"}}\
                """
                        .formatted(name, power);
        String key = new UUID(random.nextLong(), random.nextLong()).toString();
        boolean anew = steps.indexOf(Step.DELETE) >= 0 && steps.getLast() != Step.DELETE;
        insist(
                "create",
                () -> {
                    Answer answer =
                            rest.send(
                                    "POST",
                                    "/v1/tenants/" + Cloud.TENANT + "/instances",
                                    Map.of("Idempotency-Key", key),
                                    body);
                    // Until its predecessor is gone from its host, the name is in use.
                    boolean wait = anew && answer.code().equals(ProblemCode.NAME_TAKEN.code());
                    return !wait && done(answer, 201);
                });
    }

    private void power(Rest rest, Power power) {
        insist(
                power.name(),
                () -> {
                    Answer seen = rest.get(Cloud.instancePath(name));
                    if (!done(seen, 200)) {
                        return false;
                    }
                    ObjectNode changed = seen.body().deepCopy();
                    changed.withObject("/spec").put("power", power.name());
                    Answer answer =
                            rest.send(
                                    "PUT",
                                    Cloud.instancePath(name),
                                    Map.of("If-Match", seen.etag()),
                                    changed.toString());
                    boolean moved = answer.code().equals(ProblemCode.PRECONDITION_FAILED.code());
                    return !moved && done(answer, 200);
                });
    }

    private void delete(Rest rest) {
        insist(
                "delete",
                () -> {
                    Answer answer =
                            rest.send(
                                    "DELETE",
                                    Cloud.instancePath(name),
                                    Map.of("If-Match", "*"),
                                    "");
                    // An earlier attempt whose answer was lost may have been enough.
                    return answer.status() == 404 || answer.status() == 204 || done(answer, 200);
                });
    }

    /** No refusal is expected but that the database is away, or that no host is heard at this moment. */
    private boolean done(Answer answer, int status) {
        if (answer.status() == status) {
            return true;
        }
        JsonNode problem = answer.body();
        boolean passing =
                answer.status() == 503
                        || answer.code().equals(ProblemCode.PLACEMENT_NO_HOST.code());
        if (passing && problem.path("retryable").asBoolean()) {
            return false;
        }
        throw new AssertionError(name + ": " + answer.status() + " " + problem);
    }

    private void insist(String what, Until.Condition condition) {
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw new AssertionError(name + ": no answer to " + what, e);
                }
            }
            Until.pause(PAUSE);
        }
        throw new AssertionError(name + ": " + what + " was never taken");
    }
}
