package io.yunqing.controller.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.HostState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentPolicyTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final Duration LEASE = Duration.ofSeconds(30);

    @ParameterizedTest(name = "{1} s after the controller start, silent for {0} s: {2}")
    @CsvSource({
        "0, 100, CURRENT",
        "6, 100, CURRENT",
        "15, 100, CURRENT",
        "16, 100, LATE",
        "30, 100, LATE",
        "31, 100, UNREACHABLE",
        // Nobody is given up before the controller has listened for one lease.
        "31, 29, LATE",
        "86400, 1, LATE",
        "86400, 31, UNREACHABLE",
    })
    void silence(long silentSeconds, long secondsSinceStart, HostState expected) {
        Instant now = START.plusSeconds(secondsSinceStart);
        assertEquals(
                expected,
                AgentPolicy.state(now.minusSeconds(silentSeconds), now, EVERY, LEASE, START));
    }

    @Test
    void aHostThatNeverReportedIsInvited() {
        assertEquals(
                HostState.INVITED,
                AgentPolicy.state(null, START.plusSeconds(99_999), EVERY, LEASE, START));
    }

    @ParameterizedTest
    @CsvSource({"0, 2000", "1, 2000", "1000, 2000", "10000, 20000", "100000, 200000"})
    void reportsAreScaledToTheFleet(long hosts, long millis) {
        AgentPolicy policy = new AgentPolicy(500, EVERY, LEASE, InstantSource.system());
        policy.fleetSize(hosts);
        assertEquals(Duration.ofMillis(millis), policy.reportEvery());
    }
}
