package io.yunqing.agent.link;

import io.yunqing.agent.platform.Threads;
import java.time.Duration;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;

/**
 * How an agent's loops towards the controller run: on which threads, and how far apart their attempts are.
 *
 * <p>The controller scales the time between reports to its fleet, so that time also says how large the fleet is that loses
 * its connections together when the controller goes. Attempts to come back are spread over a few times that.
 */
public final class Rhythm {

    private static final Duration SMALLEST_FLEET = Duration.ofSeconds(2);

    private final Threads threads;
    private final RandomGenerator random;
    private volatile Duration reportEvery = SMALLEST_FLEET;

    public Rhythm(Threads threads, RandomGenerator random) {
        this.threads = threads;
        this.random = random;
    }

    public Threads threads() {
        return threads;
    }

    public RandomGenerator random() {
        return random;
    }

    /** The controller wants a report this often. */
    void reportEvery(Duration interval) {
        reportEvery = interval;
    }

    /** How often the controller last wanted a report. */
    Duration reportEvery() {
        return reportEvery;
    }

    Loop loop(String name, Loop.Round round) {
        return new Loop(name, round, threads);
    }

    Patience patience(Logger log, String what) {
        return new Patience(log, what, this);
    }
}
