package io.yunqing.controller.compute;

import static io.yunqing.api.Power.RUNNING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.Fault;
import io.yunqing.api.Phase;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.compute.InstanceLifecycle.Desired;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceLifecycleTest {
    @ParameterizedTest(name = "power {0}, domain {1}, {2} attempts failed: {3}")
    @CsvSource({
        "RUNNING, RUNNING,       0, RUNNING",
        "RUNNING, RUNNING,       3, RUNNING",
        "RUNNING, PAUSED,        0, PAUSED",
        "RUNNING, SHUTTING_DOWN, 0, STOPPING",
        "RUNNING, SHUTOFF,       0, STARTING",
        "RUNNING, SHUTOFF,       2, STARTING",
        "RUNNING, SHUTOFF,       3, FAILED",
        "RUNNING, CRASHED,       0, STARTING",
        "RUNNING, CRASHED,       3, FAILED",
        "RUNNING, ABSENT,        0, STARTING",
        "RUNNING, ABSENT,        3, FAILED",
        "RUNNING, REMOVED,       0, STARTING",
        "RUNNING, REMOVED,       3, FAILED",
        "STOPPED, RUNNING,       0, STOPPING",
        "STOPPED, PAUSED,        0, STOPPING",
        "STOPPED, SHUTTING_DOWN, 0, STOPPING",
        "STOPPED, SHUTOFF,       0, STOPPED",
        "STOPPED, CRASHED,       0, STOPPED",
        "STOPPED, ABSENT,        0, STOPPED",
        "STOPPED, ABSENT,        3, FAILED",
        "STOPPED, REMOVED,       0, STOPPED",
        "OFF,     RUNNING,       0, STOPPING",
        "OFF,     PAUSED,        0, STOPPING",
        "OFF,     SHUTTING_DOWN, 0, STOPPING",
        "OFF,     SHUTOFF,       0, STOPPED",
        "OFF,     CRASHED,       0, STOPPED",
        "OFF,     ABSENT,        0, STOPPED",
        "OFF,     REMOVED,       3, FAILED",
        "PAUSED,  RUNNING,       0, STOPPING",
        "PAUSED,  PAUSED,        0, PAUSED",
        "PAUSED,  SHUTTING_DOWN, 0, STOPPING",
        "PAUSED,  SHUTOFF,       0, STARTING",
        "PAUSED,  SHUTOFF,       3, FAILED",
        "PAUSED,  CRASHED,       0, STARTING",
        "PAUSED,  ABSENT,        0, STARTING",
        "PAUSED,  REMOVED,       3, FAILED",
    })
    void phaseOfASeenInstance(Power power, DomainState state, int failedAttempts, Phase expected) {
        assertEquals(expected, phase(power, false, observed(state, null, failedAttempts), true));
    }

    @ParameterizedTest(name = "power {0}, domain {1}, {2} attempts failed: {3}")
    @CsvSource({
        "RUNNING, RUNNING,       0, STOPPING",
        "RUNNING, PAUSED,        0, STOPPING",
        "RUNNING, SHUTTING_DOWN, 0, STOPPING",
        "RUNNING, SHUTOFF,       0, STARTING",
        "RUNNING, SHUTOFF,       3, FAILED",
        "RUNNING, CRASHED,       0, STARTING",
        "RUNNING, ABSENT,        0, STARTING",
        "STOPPED, SHUTOFF,       0, STOPPED",
        "OFF,     RUNNING,       0, STOPPING",
        "PAUSED,  PAUSED,        0, PAUSED",
    })
    void phaseOfAnInstanceOfFewerBootsThanDesired(
            Power power, DomainState state, int failedAttempts, Phase expected) {
        assertEquals(
                expected,
                InstanceLifecycle.phase(
                        new Desired(power, 4, false), observed(state, null, failedAttempts), true));
    }

    @Test
    void aPausedDomainTheHostIsWorkingOnIsStarting() {
        assertEquals(
                Phase.STARTING,
                phase(RUNNING, false, observed(DomainState.PAUSED, "start", 0), true));
    }

    @Test
    void whatWasPausedByWishAndIsToRunIsStarting() {
        InstanceObserved still =
                new InstanceObserved(
                        new UUID(0, 1), 1, 3, DomainState.PAUSED, "user", null, null, null);
        assertEquals(Phase.STARTING, phase(RUNNING, false, still, true));
        assertEquals(Phase.PAUSED, phase(Power.PAUSED, false, still, true));
    }

    @Test
    void nothingReportedYetIsScheduledEvenWhenTheHostIsSilent() {
        for (Power power : Power.values()) {
            assertEquals(Phase.SCHEDULED, phase(power, false, null, true));
            assertEquals(Phase.SCHEDULED, phase(power, false, null, false));
        }
    }

    /** A host that is not seen says nothing about its instances, least of all that they are off. */
    @Test
    void anUnseenHostMakesEveryReportedInstanceUnobserved() {
        for (Power power : Power.values()) {
            for (DomainState state : DomainState.values()) {
                assertEquals(
                        Phase.UNOBSERVED, phase(power, false, observed(state, null, 0), false));
            }
        }
    }

    @Test
    void aDeletedInstanceIsDeletingWhateverIsSeen() {
        for (Power power : Power.values()) {
            for (DomainState state : DomainState.values()) {
                assertEquals(Phase.DELETING, phase(power, true, observed(state, null, 3), true));
            }
            assertEquals(Phase.DELETING, phase(power, true, null, false));
        }
    }

    @Test
    void everyPhaseCanBeReached() {
        Set<Phase> reached = new HashSet<>();
        for (Power power : Power.values()) {
            for (boolean deleted : new boolean[] {false, true}) {
                for (boolean seen : new boolean[] {false, true}) {
                    reached.add(phase(power, deleted, null, seen));
                    for (DomainState state : DomainState.values()) {
                        for (int attempts : new int[] {0, 3}) {
                            reached.add(
                                    phase(power, deleted, observed(state, null, attempts), seen));
                        }
                    }
                }
            }
        }
        assertTrue(reached.containsAll(Set.of(Phase.values())), () -> "reached only " + reached);
    }

    private static InstanceObserved observed(DomainState state, String step, int failedAttempts) {
        Fault fault =
                failedAttempts == 0
                        ? null
                        : new Fault(Instant.EPOCH, "start", "no", failedAttempts);
        return new InstanceObserved(new UUID(0, 1), 1, 3, state, null, step, fault, null);
    }

    private static Phase phase(
            Power power, boolean deleted, InstanceObserved observed, boolean seen) {
        return InstanceLifecycle.phase(new Desired(power, 3, deleted), observed, seen);
    }
}
