package io.yunqing.agent.sync;

import io.yunqing.api.Fault;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far the agent is with one instance; the part of the plan's input that is not visible in the hypervisor.
 *
 * @param step what is being done now; absent when nothing is
 * @param since since when
 * @param failures how many steps have failed in a row
 * @param notBefore when a step may be tried again
 * @param askedOff when the guest was last asked to shut down
 * @param started when the instance was last started
 * @param erased nothing is left of it: the answer to its tombstone
 * @param fault the last failure, until a later step succeeds
 */
public record Progress(
        @Nullable Step step,
        @Nullable Instant since,
        int failures,
        Instant notBefore,
        @Nullable Instant askedOff,
        @Nullable Instant started,
        boolean erased,
        @Nullable Fault fault) {

    public static final Progress NONE =
            new Progress(null, null, 0, Instant.EPOCH, null, null, false, null);

    public boolean busy() {
        return step != null;
    }

    public Progress begin(Step next, Instant now) {
        return new Progress(next, now, failures, notBefore, askedOff, started, false, fault);
    }

    public Progress done(Step finished, Instant now) {
        return new Progress(
                null,
                null,
                0,
                Instant.EPOCH,
                finished == Step.SHUTDOWN ? now : askedOff,
                switch (finished) {
                    case START -> now;
                    // Going off by our own hand: the next start need not wait.
                    case SHUTDOWN, POWER_OFF -> null;
                    default -> started;
                },
                finished == Step.ERASE,
                null);
    }

    public Progress failed(Step failed, String message, Instant now, Duration pause) {
        var why = new Fault(now, failed.word(), message, failures + 1);
        return new Progress(
                null, null, failures + 1, now.plus(pause), askedOff, started, false, why);
    }

    /** Stopped in the middle for a reason that is not the instance's. */
    public Progress interrupted() {
        return new Progress(null, null, failures, notBefore, askedOff, started, false, fault);
    }

    /** Something else is desired now: it is tried at once, whatever failed before. */
    public Progress retargeted() {
        return new Progress(step, since, 0, Instant.EPOCH, null, started, false, fault);
    }
}
