package io.yunqing.examples.cloud;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for conditions, never for a time that is hoped to be enough. */
public final class Until {
    private static final Duration EVERY = Duration.ofMillis(100);

    /** Something that may not be there yet. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws IOException;
    }

    private Until() {}

    /** Returns when the condition holds. */
    public static void holds(String what, Duration patience, Condition condition) {
        holds(what, patience, condition, () -> "");
    }

    /**
     * Returns when the condition holds. A condition that cannot be asked, as whom it asks is away, does not hold.
     *
     * @param seen what to say of the state of things if the time runs out
     * @throws AssertionError when the time runs out
     */
    public static void holds(
            String what, Duration patience, Condition condition, Supplier<String> seen) {
        long deadline = System.nanoTime() + patience.toNanos();
        String trouble = "";
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
                trouble = "";
            } catch (IOException e) {
                trouble = " (" + e + ")";
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "not within %d s: %s%s %s"
                                .formatted(patience.toSeconds(), what, trouble, seen.get()));
            }
            pause(EVERY);
        }
    }

    /** Lets time pass: for moments that are chosen, not for results that are awaited. */
    public static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
