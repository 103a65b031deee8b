package io.yunqing.controller.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.HostState;
import io.yunqing.controller.ledger.Ledger.Backing;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PoolLinesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    /** Amounts in MiB; what may be promised in GiB. */
    @ParameterizedTest
    @CsvSource({
        // size, free, written, filling, nearly full, written that counts, free that counts
        "102400, 102400,     0, false, false,   0, 100",
        "102400,  25600,  1024, false, false,   1,  25",
        "102400,  25599,  1024,  true, false,   1,  24.9990234375",
        "102400,  10240, 51200,  true, false,  50,  10",
        "102400,  10239, 51200,  true,  true,   0,   0",
        "102400,      0,     0,  true,  true,   0,   0",
        "     0,      0,     0, false, false,   0,   0",
        // Of an agent that does not measure, all that is not free counts as written.
        "102400,  51200,      , false, false,  50,  50",
        "102400,  10239,      ,  true,  true,   0,   0",
    })
    void theLinesAreOfWhatIsFree(
            long size,
            long free,
            Long written,
            boolean filling,
            boolean nearlyFull,
            String countsWritten,
            String countsFree) {
        HostPool pool = new HostPool("default", size, written, written, free);
        PoolLines lines = new PoolLines(25, 10);
        assertEquals(filling, lines.filling(pool));
        assertEquals(nearlyFull, lines.nearlyFull(pool));
        Backing backing = lines.backing(pool);
        assertEquals(countsWritten + " " + countsFree, backing.written() + " " + backing.free());
    }

    @Test
    void linesOfNothingRefuseNothing() {
        PoolLines lines = new PoolLines(0, 0);
        HostPool full = new HostPool("default", 100, 50L, 50L, 0);
        assertEquals(false, lines.filling(full));
        assertEquals(false, lines.nearlyFull(full));
    }

    @ParameterizedTest
    @CsvSource({
        "CURRENT, 0, true, true",
        "CURRENT, 600, true, true",
        "CURRENT, 601, true, false",
        "CURRENT, , true, false",
        "CURRENT, 0, false, false",
        "LATE, 0, true, false",
        "UNREACHABLE, 0, true, false",
    })
    void whatIsKnownIsWhatIsHeardAndMeasuredLately(
            HostState state, Long secondsAgo, boolean measures, boolean known) {
        HostPool pool =
                new HostPool("default", 100, measures ? 1L : null, measures ? 1L : null, 50);
        Instant measured = secondsAgo == null ? null : NOW.minusSeconds(secondsAgo);
        assertEquals(known, HostPools.isCurrent(pool, state, measured, NOW));
    }
}
