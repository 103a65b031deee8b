package io.yunqing.controller;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what the controller does by itself, in its own time. */
public final class Until {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Until() {}

    public static void holds(String what, BooleanSupplier condition) {
        holds(condition, () -> what);
    }

    /**
     * @param words asked for when patience is over
     */
    public static void holds(BooleanSupplier condition, Supplier<String> words) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "never: " + words.get());
            LockSupport.parkNanos(1_000_000);
        }
    }
}
