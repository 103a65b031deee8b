package io.yunqing.agent.link;

import io.yunqing.agent.platform.Backoff;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How one loop towards the controller takes failures: waits longer each time, and says so once per change of kind, not
 * once per attempt.
 */
final class Patience {

    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

    private final Logger log;
    private final String what;
    private final Backoff quick;
    private final Backoff slow;
    private LinkFault.@Nullable Kind failing;
    private int failures;

    Patience(Logger log, String what, RandomGenerator random) {
        this.log = log;
        this.what = what;
        this.quick = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), random);
        this.slow = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(1), random);
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
        Duration pause = (fault.needsPerson() ? slow : quick).after(failures);
        Duration asked = fault.retryAfter();
        if (asked == null || asked.compareTo(pause) <= 0) {
            return pause;
        }
        return asked.compareTo(LONGEST_RETRY_AFTER) < 0 ? asked : LONGEST_RETRY_AFTER;
    }
}
