package io.yunqing.examples.torture;

import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.fleet.Centre;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;

/** Two controllers on one PostgreSQL, which is the first one's child: whoever kills that one kills both. */
final class Replicas implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Centre first;
    private final Centre second;
    private final List<Rest> ways;
    private final LongAdder lost = new LongAdder();
    private final LongAdder defects = new LongAdder();

    private Replicas(Centre first, Centre second) throws IOException {
        this.first = first;
        this.second = second;
        this.ways = List.of(first.rest(), second.rest());
    }

    /** What can be killed. */
    enum Victim {
        POSTGRES,
        SECOND_CONTROLLER,
        FIRST_CONTROLLER_AND_POSTGRES
    }

    /** One request. */
    interface Request {
        Answer send(Rest rest) throws IOException;
    }

    /**
     * The answer to a request that was sent until one came.
     *
     * @param repeated whether an earlier sending may have been carried out, as its answer did not come or said nothing
     */
    record Told(Answer answer, boolean repeated) {
        int status() {
            return answer.status();
        }

        String code() {
            return answer.code();
        }
    }

    static Replicas start() throws IOException {
        Centre first = Centre.start("torture-1");
        try {
            return new Replicas(first, first.startBeside("torture-2"));
        } catch (IOException | AssertionError e) {
            first.close();
            throw e;
        }
    }

    Centre first() {
        return first;
    }

    /** A connection to each. */
    List<Rest> ways() {
        return ways;
    }

    /** How many requests got no answer, or none that says what was done. */
    long lost() {
        return lost.sum();
    }

    /** How many of these were answered with an internal error, which none should be. */
    long defects() {
        return defects.sum();
    }

    /**
     * Sends a request, each time to a replica drawn by lot, until one says what it did.
     *
     * @throws AssertionError if none does for a long time
     */
    Told insist(Random random, Request request) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean repeated = false;
        while (true) {
            String trouble;
            try {
                Answer answer = request.send(ways.get(random.nextInt(ways.size())));
                if (answer.status() < 500) {
                    return new Told(answer, repeated);
                }
                trouble = answer.toString();
                if (answer.code().equals("internal")) {
                    defects.increment();
                }
            } catch (IOException e) {
                trouble = e.toString();
            }
            repeated = true;
            lost.increment();
            if (System.nanoTime() > deadline) {
                throw new AssertionError("no answer: " + trouble);
            }
            Until.pause(PAUSE);
        }
    }

    /** Kills, lets some time pass, and brings back. */
    void kill(Victim victim, Duration pause) throws IOException {
        switch (victim) {
            case POSTGRES -> first.killPostgres();
            case SECOND_CONTROLLER -> {
                second.kill();
                Until.pause(pause);
                second.start();
            }
            case FIRST_CONTROLLER_AND_POSTGRES -> {
                first.kill();
                Until.pause(pause);
                first.start();
            }
        }
        first.awaitReady();
        second.awaitReady();
    }

    @Override
    public void close() {
        second.close();
        first.close();
    }
}
