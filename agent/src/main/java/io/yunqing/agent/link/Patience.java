package io.yunqing.agent.link;

import io.yunqing.agent.platform.Backoff;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How one loop towards the controller takes failures: waits longer each time, and says so once per change of kind, not
 * once per attempt.
 */
final class Patience {

    private static final Duration SHORTEST_CAP = Duration.ofSeconds(10);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

    private final Logger log;
    private final String what;
    private final Rhythm rhythm;
    private LinkFault.@Nullable Kind failing;
    private int failures;

    Patience(Logger log, String what, Rhythm rhythm) {
        this.log = log;
        this.what = what;
        this.rhythm = rhythm;
    }

    void succeeded() {
        if (failing != null) {
            log.info(what + " works again after " + failures + " failures");
        }
        failing = null;
        failures = 0;
    }

    /** How long to wait before the next attempt. */
    Duration failed(LinkFault fault) {
        failures++;
        if (fault.kind() != failing) {
            failing = fault.kind();
            var level = fault.needsPerson() ? Level.SEVERE : Level.WARNING;
            log.log(level, what + " fails (" + fault.kind() + "): " + fault.getMessage());
        }
        Duration pause = (fault.needsPerson() ? slow() : quick()).after(failures);
        Duration asked = fault.retryAfter();
        if (asked == null || asked.compareTo(pause) <= 0) {
            return pause;
        }
        return asked.compareTo(LONGEST_RETRY_AFTER) < 0 ? asked : LONGEST_RETRY_AFTER;
    }

    /** A tenth of a report's interval at first and three of them at most, which is little for a small fleet. */
    private Backoff quick() {
        Duration every = rhythm.reportEvery();
        Duration most = every.multipliedBy(3);
        return new Backoff(
                every.dividedBy(10),
                most.compareTo(SHORTEST_CAP) > 0 ? most : SHORTEST_CAP,
                rhythm.random());
    }

    private Backoff slow() {
        return new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(1), rhythm.random());
    }
}
