package io.yunqing.examples.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.yunqing.api.ProblemCode;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import io.yunqing.examples.cloud.Until;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Asks a controller that may be away until there is an answer, in ways that make asking again harmless. */
final class RetryingRest {
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Rest rest;
    private final LongAdder lost = new LongAdder();

    RetryingRest(Rest rest) {
        this.rest = rest;
    }

    private interface Request {
        Answer send() throws IOException;
    }

    /** How often there was no answer. */
    long lost() {
        return lost.sum();
    }

    Answer get(String path) {
        return until(() -> rest.get(path));
    }

    Answer post(String path, UUID key, String body) {
        return until(
                () -> rest.send("POST", path, Map.of("Idempotency-Key", key.toString()), body));
    }

    /** What is gone when it is asked again may have gone by the first time. */
    Answer delete(String path) {
        return until(() -> rest.send("DELETE", path, Map.of("If-Match", "*"), ""));
    }

    /**
     * Changes a specification that nobody else changes.
     *
     * @return the answer, or what is there when that is as wished already
     */
    Answer change(String path, Consumer<ObjectNode> wish) {
        while (true) {
            Answer seen = get(path);
            ObjectNode wished = seen.body().deepCopy();
            wish.accept(wished.withObject("/spec"));
            if (seen.status() != 200 || wished.equals(seen.body())) {
                return seen;
            }
            // An attempt whose answer was lost shows in what is read next.
            Answer answer =
                    once(() ->
                            rest.send(
                                    "PUT",
                                    path,
                                    Map.of("If-Match", seen.etag()),
                                    wished.toString()));
            boolean moved = answer.code().equals(ProblemCode.PRECONDITION_FAILED.code());
            if (answer.status() < 500 && !moved) {
                return answer;
            }
            Until.pause(PAUSE);
        }
    }

    private Answer until(Request request) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Answer answer = once(request);
        while (answer.status() >= 500) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("no answer: " + answer);
            }
            Until.pause(PAUSE);
            answer = once(request);
        }
        return answer;
    }

    private Answer once(Request request) {
        try {
            Answer answer = request.send();
            if (answer.code().equals(ProblemCode.INTERNAL.code())) {
                throw new AssertionError("a defect: " + answer);
            }
            if (answer.status() >= 500) {
                lost.increment();
            }
            return answer;
        } catch (IOException e) {
            lost.increment();
            return Answer.NONE;
        }
    }
}
