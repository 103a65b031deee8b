package io.yunqing.agent.sync;

import io.yunqing.api.Fault;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is being done for one instance or volume, and how often that failed.
 *
 * @param step what is being done now, as it is called in reports; absent when nothing is
 * @param since since when
 * @param failures how many steps have failed in a row
 * @param notBefore when a step may be tried again
 * @param fault the last failure, until its step succeeds or all is done that was planned
 */
public record Attempts(
        @Nullable String step,
        @Nullable Instant since,
        int failures,
        Instant notBefore,
        @Nullable Fault fault) {

    public static final Attempts NONE = new Attempts(null, null, 0, Instant.EPOCH, null);

    /** A step that takes longer than this is said to be late in the fault; its slot stays taken. */
    static final Duration STEP_DEADLINE = Duration.ofMinutes(2);

    public boolean busy() {
        return step != null;
    }

    public Attempts begin(String next, Instant now) {
        return new Attempts(next, now, failures, notBefore, fault);
    }

    public Attempts failed(String failed, String message, Instant now, Duration pause) {
        var why = new Fault(now, failed, message, failures + 1);
        return new Attempts(null, null, failures + 1, now.plus(pause), why);
    }

    /** A step of several has succeeded: that is no reason to try one sooner that failed behind it. */
    public Attempts done(String finished) {
        return fault == null || fault.step().equals(finished) ? NONE : interrupted();
    }

    /** Stopped in the middle for a reason that is the host's. */
    public Attempts interrupted() {
        return new Attempts(null, null, failures, notBefore, fault);
    }

    /** Something else is desired now: it is tried at once, whatever failed before. */
    public Attempts retargeted() {
        return new Attempts(step, since, 0, Instant.EPOCH, fault);
    }

    /** What there is to complain about: that the step is late, or else the last failure. */
    @Nullable Fault faultAt(Instant now) {
        if (step != null
                && since != null
                && Duration.between(since, now).compareTo(STEP_DEADLINE) > 0) {
            return new Fault(
                    since.plus(STEP_DEADLINE),
                    step,
                    "has not ended after %d s and cannot be taken back; the report's lanes say what hangs"
                            .formatted(STEP_DEADLINE.toSeconds()),
                    Math.max(Fault.ATTEMPTS_BEFORE_FAILED, failures + 1));
        }
        return fault;
    }
}
