package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.yunqing.agent.Instances;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostPlanTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /** Every state a domain can be in, against everything that can be wanted of it. */
    private static final String TABLE =
            """
            domain        | RUNNING                      | STOPPED              | OFF                  | deleted
            none          | fetch prepare define start   | fetch prepare define | fetch prepare define | erase
            RUNNING       |                              | shutdown             | power_off            | power_off undefine erase
            PAUSED        |                              | shutdown             | power_off            | power_off undefine erase
            SHUTTING_DOWN |                              | shutdown             | power_off            | power_off undefine erase
            SHUTOFF       | start                        |                      |                      | undefine erase
            CRASHED       | power_off start              |                      | power_off            | power_off undefine erase
            """;

    @Test
    void everyPairOfDesiredAndObserved() {
        var powers = List.of(Power.RUNNING, Power.STOPPED, Power.OFF);
        assertEquals(List.of(Power.values()), powers, "a column for each");
        var rows = TABLE.strip().lines().skip(1).map(line -> line.split("\\|", -1)).toList();
        var covered = EnumSet.noneOf(DomainState.class);
        for (String[] row : rows) {
            String state = row[0].strip();
            ObservedDomain have = null;
            if (!state.equals("none")) {
                covered.add(DomainState.valueOf(state));
                have = domain(DomainState.valueOf(state), 1);
            }
            for (int column = 1; column < row.length; column++) {
                var want = column <= 3 ? wanted(powers.get(column - 1)) : tombstone();
                var plan = HostPlan.of(want, have, Progress.NONE, NOW);
                assertEquals(row[column].strip(), words(plan), state + " against column " + column);
                assertNull(plan.refusal());
            }
        }
        var real = EnumSet.allOf(DomainState.class);
        real.removeAll(EnumSet.of(DomainState.ABSENT, DomainState.REMOVED)); // said by reports only
        assertEquals(real, covered);
    }

    @Test
    void aDomainOfALaterEpochIsLeftAloneWhateverIsDesired() {
        for (InstanceDesired want : everyWish()) {
            var plan = HostPlan.of(want, domain(DomainState.RUNNING, 2), Progress.NONE, NOW);
            assertEquals(List.of(), plan.steps());
            assertNotNull(plan.refusal());
        }
    }

    @Test
    void aForeignDomainWithTheSameUuidIsLeftAlone() {
        var foreign =
                new ObservedDomain(
                        Instances.ID, "legacy", false, 0, 1, 32, DomainState.RUNNING, "booted");
        for (InstanceDesired want : everyWish()) {
            var plan = HostPlan.of(want, foreign, Progress.NONE, NOW);
            assertEquals(List.of(), plan.steps());
            assertNotNull(plan.refusal());
        }
    }

    @Test
    void aLaterEpochIsWrittenIntoTheDomainThatRuns() {
        var want = Instances.running().epoch(7).build();
        assertEquals(
                "define",
                words(HostPlan.of(want, domain(DomainState.RUNNING, 1), Progress.NONE, NOW)));
        assertEquals(
                "define start",
                words(HostPlan.of(want, domain(DomainState.SHUTOFF, 1), Progress.NONE, NOW)));
    }

    @Test
    void anotherSizeIsGivenToADomainThatIsOffAndToNoOther() {
        var on = Instances.running().memoryMiB(64).build();
        var off = Instances.running().memoryMiB(64).power(Power.OFF).build();
        var shutOff = domain(DomainState.SHUTOFF, 1);
        assertEquals("define start", words(HostPlan.of(on, shutOff, Progress.NONE, NOW)));
        assertEquals("define", words(HostPlan.of(off, shutOff, Progress.NONE, NOW)));
        var running = domain(DomainState.RUNNING, 1);
        assertEquals("", words(HostPlan.of(on, running, Progress.NONE, NOW)));
        assertEquals("power_off", words(HostPlan.of(off, running, Progress.NONE, NOW)));
    }

    @Test
    void oneStepAtATime() {
        var busy = Progress.NONE.begin(Step.START, NOW);
        for (InstanceDesired want : everyWish()) {
            assertEquals("", words(HostPlan.of(want, domain(DomainState.SHUTOFF, 1), busy, NOW)));
        }
    }

    @Test
    void afterAFailureItWaitsButNotWhenSomethingElseIsDesired() {
        var failed = Progress.NONE.failed(Step.START, "no memory", NOW, Duration.ofSeconds(8));
        var off = domain(DomainState.SHUTOFF, 1);
        var waiting = HostPlan.of(wanted(Power.RUNNING), off, failed, NOW.plusSeconds(7));
        assertEquals("", words(waiting));
        assertEquals(NOW.plusSeconds(8), waiting.again());
        assertEquals(
                "start",
                words(HostPlan.of(wanted(Power.RUNNING), off, failed, NOW.plusSeconds(8))));
        assertEquals(
                "undefine erase",
                words(HostPlan.of(tombstone(), off, failed.retargeted(), NOW.plusSeconds(1))));
    }

    @Test
    void theGuestIsAskedAgainUntilItIsOffAndNeverForced() {
        var asked = Progress.NONE.begin(Step.SHUTDOWN, NOW).done(Step.SHUTDOWN, NOW);
        var running = domain(DomainState.RUNNING, 1);
        var soon = HostPlan.of(wanted(Power.STOPPED), running, asked, NOW.plusSeconds(14));
        assertEquals("", words(soon));
        assertEquals(NOW.plusSeconds(15), soon.again());
        assertEquals(
                "shutdown",
                words(HostPlan.of(wanted(Power.STOPPED), running, asked, NOW.plusSeconds(15))));
        assertEquals(
                "shutdown",
                words(HostPlan.of(wanted(Power.STOPPED), running, asked, NOW.plusSeconds(86_400))));
    }

    @Test
    void aGuestThatGoesOffByItselfIsStartedAgainButNotInABusyLoop() {
        var started = Progress.NONE.begin(Step.START, NOW).done(Step.START, NOW);
        var off = domain(DomainState.SHUTOFF, 1);
        var soon = HostPlan.of(wanted(Power.RUNNING), off, started, NOW.plusSeconds(1));
        assertEquals("", words(soon));
        assertEquals(NOW.plusSeconds(10), soon.again());
        assertEquals(
                "start",
                words(HostPlan.of(wanted(Power.RUNNING), off, started, NOW.plusSeconds(10))));
    }

    @Test
    void offAndOnAgainByWishDoesNotWait() {
        var started = Progress.NONE.begin(Step.START, NOW).done(Step.START, NOW);
        var takenOff = started.begin(Step.POWER_OFF, NOW).done(Step.POWER_OFF, NOW);
        assertEquals(
                "start",
                words(
                        HostPlan.of(
                                wanted(Power.RUNNING),
                                domain(DomainState.SHUTOFF, 1),
                                takenOff,
                                NOW.plusSeconds(1))));
    }

    @Test
    void aTombstoneIsConfirmedOnceNothingIsLeftAndAgainIfTheDomainComesBack() {
        var erased = Progress.NONE.begin(Step.ERASE, NOW).done(Step.ERASE, NOW);
        assertEquals("", words(HostPlan.of(tombstone(), null, erased, NOW)));
        assertEquals(
                "undefine erase",
                words(HostPlan.of(tombstone(), domain(DomainState.SHUTOFF, 1), erased, NOW)));
    }

    private static List<InstanceDesired> everyWish() {
        var wishes = new ArrayList<InstanceDesired>();
        for (Power power : Power.values()) {
            wishes.add(wanted(power));
        }
        wishes.add(tombstone());
        return wishes;
    }

    private static InstanceDesired wanted(Power power) {
        return Instances.running().power(power).build();
    }

    private static InstanceDesired tombstone() {
        return Instances.running().deleted().build();
    }

    private static ObservedDomain domain(DomainState state, long epoch) {
        return new ObservedDomain(Instances.ID, "yq-t-n-1", true, epoch, 1, 32, state, null);
    }

    private static String words(@Nullable HostPlan plan) {
        assertNotNull(plan);
        return plan.steps().stream()
                .map(step -> step.name().toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.joining(" "));
    }
}
