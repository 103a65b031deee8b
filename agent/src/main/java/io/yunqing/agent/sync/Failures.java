package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Backoff;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Takes note of steps that failed: why, how often, and when they may be tried again. */
final class Failures {

    private static final Logger LOG = Logger.getLogger(Failures.class.getName());

    private final InstantSource clock;
    private final Backoff backoff;

    Failures(InstantSource clock, Backoff backoff) {
        this.clock = clock;
        this.backoff = backoff;
    }

    /**
     * @param what whose step it was, for the log
     */
    Attempts after(Attempts before, String what, String step, Throwable failure) {
        var cause = cause(failure);
        if (cause instanceof HypervisorFault fault
                && fault.kind() == HypervisorFault.Kind.UNREACHABLE) {
            // The host's trouble, which the report names for all that is on it.
            return before.interrupted();
        }
        String message = words(cause);
        Level level = cause instanceof HypervisorFault ? Level.WARNING : Level.SEVERE;
        Throwable trace = cause instanceof HypervisorFault ? null : cause;
        if (before.fault() == null || !before.fault().message().equals(message)) {
            LOG.log(level, what + ": " + step + " failed: " + message, trace);
        }
        return before.failed(step, message, clock.instant(), backoff.after(before.failures() + 1));
    }

    /** What went wrong, in the words of whoever refused. */
    static String words(@Nullable Throwable failure) {
        var cause = cause(failure);
        return cause instanceof HypervisorFault && cause.getMessage() != null
                ? cause.getMessage()
                : String.valueOf(cause);
    }

    private static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }
}
