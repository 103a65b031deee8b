package io.yunqing.agent.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.agent.Stopped;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WardenTest {

    private static final UUID A = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000aa");
    private static final UUID B = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000bb");
    private static final Instant CLOCK = Instant.parse("2026-01-01T00:00:00Z");

    private long now = 1_000;
    private long number;
    private boolean immortal;
    private final Map<UUID, Long> running = new HashMap<>(Map.of(A, 1L, B, 2L));
    private final List<Long> killed = new ArrayList<>();
    private final Warden warden =
            new Warden(
                    () -> now,
                    () -> CLOCK,
                    () -> Map.copyOf(running),
                    process -> {
                        killed.add(process);
                        if (!immortal) {
                            running.values().remove(process);
                        }
                    });

    @Test
    void whatIsAllowedRunsUntilItsTimeIsOver() throws IOException {
        assertNull(allow(2_000, Set.of(A)));
        now = 1_999;
        assertTrue(warden.enforce());
        assertEquals(List.of(), killed);
        assertFalse(warden.idle());
        now = 2_000;
        assertFalse(warden.enforce(), "it was killed, and is not known to be gone");
        assertTrue(warden.enforce());
        assertEquals(List.of(1L), killed, "and not the other one");
        assertTrue(warden.idle());
        assertEquals(new Stopped(CLOCK, List.of(A)), allow(3_000, Set.of(A)));
    }

    /** The agent may have stood still as long as the guard. */
    @Test
    void aNewAllowanceIsTakenOnlyWhenWhatWasOverHasEnded() throws IOException {
        allow(2_000, Set.of(A, B));
        now = 5_000;
        immortal = true;
        assertThrows(IOException.class, () -> allow(9_000, Set.of(A, B)));
        assertThrows(IOException.class, () -> allow(9_000, Set.of(A, B)));
        immortal = false;
        assertFalse(warden.enforce());
        assertEquals(new Stopped(CLOCK, List.of(A, B)), allow(9_000, Set.of(A, B)));
        assertTrue(warden.enforce());
    }

    @Test
    void whatIsStartedAfterItsTimeIsEndedToo() throws IOException {
        allow(2_000, Set.of(A));
        running.remove(A);
        now = 3_000;
        assertTrue(warden.enforce());
        running.put(A, 7L);
        assertFalse(warden.enforce());
        assertTrue(warden.enforce());
        assertEquals(List.of(7L), killed);
    }

    @Test
    void whatIsForbiddenIsEndedAtOnceAndIsNoEndOfALease() throws IOException {
        warden.allow(new GuardMessage.Allowance(++number, 2_000, Set.of(B), Set.of(A)));
        assertFalse(warden.enforce());
        assertTrue(warden.enforce());
        assertEquals(List.of(1L), killed);
        assertNull(allow(2_000, Set.of(B)));
    }

    /** A connection that was given up may still be read. */
    @Test
    void whatComesLateIsNotTaken() throws IOException {
        warden.allow(new GuardMessage.Allowance(7, 2_000, Set.of(A, B), Set.of()));
        for (long late : List.of(6L, 7L)) {
            var before = new GuardMessage.Allowance(late, 1_500, Set.of(A), Set.of());
            assertThrows(IOException.class, () -> warden.allow(before));
        }
        now = 1_800;
        assertTrue(warden.enforce());
        assertEquals(List.of(), killed);
    }

    private @Nullable Stopped allow(long until, Set<UUID> instances) throws IOException {
        return warden.allow(new GuardMessage.Allowance(++number, until, instances, Set.of()));
    }

    @Test
    void whatBothSaySurvivesTheLine() throws IOException {
        var allowance = new GuardMessage.Allowance(5, 17, Set.of(A, B), Set.of(B));
        assertEquals(allowance, GuardMessage.Allowance.of(allowance.line()));
        var none = new GuardMessage.Allowance(1, -1, Set.of(), Set.of());
        assertEquals(none, GuardMessage.Allowance.of(none.line()));
        for (String line : List.of("", "x 1 - -", "1 1 -", "1 1 x -")) {
            assertThrows(IOException.class, () -> GuardMessage.Allowance.of(line), line);
        }
        var stopped = new Stopped(CLOCK, List.of(A));
        assertEquals(stopped, GuardMessage.stopped(GuardMessage.done(stopped)));
        assertNull(GuardMessage.stopped(GuardMessage.done(null)));
        assertThrows(IOException.class, () -> GuardMessage.stopped("what was to end still runs"));
    }
}
