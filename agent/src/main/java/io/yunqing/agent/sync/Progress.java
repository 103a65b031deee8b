package io.yunqing.agent.sync;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far the agent is with one instance; the part of the plan's input that is not visible in the hypervisor.
 *
 * @param askedOff when the guest was last asked to shut down
 * @param started when the instance was last started
 * @param erased nothing is left of it: the answer to its tombstone
 */
public record Progress(
        Attempts attempts, @Nullable Instant askedOff, @Nullable Instant started, boolean erased) {

    public static final Progress NONE = new Progress(Attempts.NONE, null, null, false);

    public Progress begin(Step next, Instant now) {
        return with(attempts.begin(next.word(), now));
    }

    /**
     * A step has succeeded.
     *
     * @param all whether nothing more was planned
     */
    public Progress done(Step finished, boolean all, Instant now) {
        return new Progress(
                all ? Attempts.NONE : attempts.done(finished.word()),
                finished == Step.SHUTDOWN ? now : askedOff,
                switch (finished) {
                    case START -> now;
                    // Going off by our own hand: the next start need not wait.
                    case SHUTDOWN, POWER_OFF -> null;
                    default -> started;
                },
                finished == Step.ERASE);
    }

    /** As far as it is, with other attempts. */
    public Progress with(Attempts next) {
        return new Progress(next, askedOff, started, false);
    }

    /** Something else is desired now: it is tried at once, whatever failed before. */
    public Progress retargeted() {
        return new Progress(attempts.retargeted(), null, started, false);
    }
}
