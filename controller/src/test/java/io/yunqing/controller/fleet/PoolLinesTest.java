package io.yunqing.controller.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.HostInventory.Pool;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.controller.ledger.Ledger.Backing;
import io.yunqing.controller.placement.Host;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
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
        "0, true, true",
        "14, true, true",
        "16, true, false",
        "3600, true, false",
        "0, false, false"
    })
    void onlyWhatIsHeardAndMeasuredIsKnown(long silentSeconds, boolean measures, boolean known) {
        AgentPolicy policy =
                new AgentPolicy(
                        500,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(30),
                        InstantSource.fixed(NOW.minusSeconds(7200)));
        Pool pool =
                measures
                        ? new Pool("default", "dir", 100, 50, new PoolUse(102400, 51200, 1, 1, NOW))
                        : new Pool("default", "dir", 100, 50);
        SeenHost host =
                new SeenHost(
                        Host.plain(new UUID(0, 1), "h", "z"),
                        1,
                        true,
                        null,
                        NOW.minusSeconds(silentSeconds),
                        true,
                        0,
                        0,
                        HostPool.of(pool));
        assertEquals(known, FleetStorage.known(host, policy, NOW).isPresent());
    }
}
