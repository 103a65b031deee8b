package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostPlanTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final UUID A = Volumes.ID;
    private static final UUID B = Volumes.OTHER;
    private static final Reach NO_VOLUMES = new Reach(List.of(), true, null);

    /** Every state a domain can be in, against everything that can be wanted of it. */
    private static final String TABLE =
            """
            domain        | RUNNING                    | paused                     | STOPPED              | OFF                  | deleted
            none          | fetch prepare define start | fetch prepare define start | fetch prepare define | fetch prepare define | erase
            RUNNING       |                            | pause                      | shutdown             | power_off            | power_off undefine erase
            PAUSED        |                            |                            | shutdown             | power_off            | power_off undefine erase
            PAUSED user   | resume                     |                            | resume shutdown      | power_off            | power_off undefine erase
            SHUTTING_DOWN |                            |                            | shutdown             | power_off            | power_off undefine erase
            SHUTOFF       | start                      | start                      |                      |                      | undefine erase
            CRASHED       | power_off start            | power_off start            |                      | power_off            | power_off undefine erase
            """;

    @Test
    void everyPairOfDesiredAndObserved() {
        var wishes =
                List.of(
                        wanted(Power.RUNNING),
                        Instances.running().paused().build(),
                        wanted(Power.STOPPED),
                        wanted(Power.OFF),
                        tombstone());
        var rows = TABLE.strip().lines().skip(1).map(line -> line.split("\\|", -1)).toList();
        var covered = EnumSet.noneOf(DomainState.class);
        for (String[] row : rows) {
            String state = row[0].strip();
            ObservedDomain have = null;
            if (!state.equals("none")) {
                String[] words = state.split(" ");
                covered.add(DomainState.valueOf(words[0]));
                have = domain(DomainState.valueOf(words[0]), words.length == 1 ? null : words[1]);
            }
            for (int column = 1; column < row.length; column++) {
                var plan = plan(wishes.get(column - 1), have, Progress.NONE, NOW);
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
            var plan = plan(want, domain(DomainState.RUNNING, 2), Progress.NONE, NOW);
            assertEquals(List.of(), plan.steps());
            assertNotNull(plan.refusal());
        }
    }

    @Test
    void aForeignDomainWithTheSameUuidIsLeftAlone() {
        var foreign =
                new ObservedDomain(
                        Instances.ID,
                        "legacy",
                        false,
                        0,
                        0,
                        1,
                        32,
                        Set.of(),
                        DomainState.RUNNING,
                        "booted",
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL);
        for (InstanceDesired want : everyWish()) {
            var plan = plan(want, foreign, Progress.NONE, NOW);
            assertEquals(List.of(), plan.steps());
            assertNotNull(plan.refusal());
        }
    }

    @Test
    void aLaterEpochIsWrittenIntoTheDomainThatRuns() {
        var want = Instances.running().epoch(7).build();
        assertEquals(
                "define", words(plan(want, domain(DomainState.RUNNING, 1), Progress.NONE, NOW)));
        assertEquals(
                "define start",
                words(plan(want, domain(DomainState.SHUTOFF, 1), Progress.NONE, NOW)));
    }

    @Test
    void anotherSizeIsGivenToADomainThatIsOffAndToNoOther() {
        var on = Instances.running().memoryMiB(64).build();
        var off = Instances.running().memoryMiB(64).power(Power.OFF).build();
        var shutOff = domain(DomainState.SHUTOFF, 1);
        assertEquals("define start", words(plan(on, shutOff, Progress.NONE, NOW)));
        assertEquals("define", words(plan(off, shutOff, Progress.NONE, NOW)));
        var running = domain(DomainState.RUNNING, 1);
        assertEquals("", words(plan(on, running, Progress.NONE, NOW)));
        assertEquals("power_off", words(plan(off, running, Progress.NONE, NOW)));
    }

    /** A domain of no boot that is to be of its first, by asking its guest or by force. */
    private static final String BOOT_TABLE =
            """
            domain        | asked           | forced
            RUNNING       | shutdown        | power_off
            PAUSED        | shutdown        | power_off
            PAUSED user   | resume shutdown | power_off
            SHUTTING_DOWN | shutdown        | power_off
            SHUTOFF       | define start    | define start
            CRASHED       | power_off       | power_off
            """;

    @Test
    void whatIsToBeStartedAnewGoesOffAndIsOfThatBootOnceItIsDefinedAgain() {
        for (String line : BOOT_TABLE.strip().lines().skip(1).toList()) {
            String[] row = line.split("\\|", -1);
            String[] words = row[0].strip().split(" ");
            var have = domain(DomainState.valueOf(words[0]), words.length == 1 ? null : words[1]);
            var asked = Instances.running().boot(1).build();
            var forced = Instances.running().forcedBoot(1).build();
            assertEquals(row[1].strip(), words(plan(asked, have, Progress.NONE, NOW)), line);
            assertEquals(row[2].strip(), words(plan(forced, have, Progress.NONE, NOW)), line);
        }
    }

    @Test
    void itsDiskIsMadeAnewOnceItIsOffAndOnlyForTheBootOfItsRebuild() {
        var want = Instances.running().rebuild(1).build();
        var running = domain(DomainState.RUNNING, null);
        var off = domain(DomainState.SHUTOFF, null);
        assertEquals("shutdown", words(plan(want, running, Progress.NONE, NOW)));
        assertEquals("fetch prepare define start", words(plan(want, off, Progress.NONE, NOW)));
        var later = Instances.running().rebuild(1).boot(2).build();
        assertEquals("fetch prepare define start", words(plan(later, off, Progress.NONE, NOW)));
        var done = ofBoot(1);
        assertEquals("start", words(plan(want, done, Progress.NONE, NOW)));
        assertEquals("define start", words(plan(later, done, Progress.NONE, NOW)));
    }

    private static ObservedDomain ofBoot(int boot) {
        return new ObservedDomain(
                Instances.ID,
                "web-1",
                true,
                1,
                boot,
                1,
                32,
                Set.of(),
                DomainState.SHUTOFF,
                null,
                Map.of(),
                Machine.PLAIN.word(),
                Instances.SMALL);
    }

    @Test
    void aGuestIsAskedAgainToGoOffForItsBoot() {
        var want = Instances.running().boot(1).build();
        var running = domain(DomainState.RUNNING, null);
        var asked = Progress.NONE.begin(Step.SHUTDOWN, NOW).done(Step.SHUTDOWN, true, NOW);
        var soon = plan(want, running, asked, NOW.plusSeconds(14));
        assertEquals("", words(soon));
        assertEquals(NOW.plusSeconds(15), soon.again());
        assertEquals("shutdown", words(plan(want, running, asked, NOW.plusSeconds(15))));
    }

    @Test
    void whatStandsStillIsNotStartedAnewAndWhatIsToBeOffIsOnlyToldOfItsBoot() {
        var paused = Instances.running().paused().boot(1).build();
        assertEquals(
                "", words(plan(paused, domain(DomainState.PAUSED, "user"), Progress.NONE, NOW)));
        var off = Instances.running().power(Power.OFF).boot(1).build();
        assertEquals(
                "define", words(plan(off, domain(DomainState.SHUTOFF, null), Progress.NONE, NOW)));
    }

    @Test
    void oneStepAtATime() {
        var busy = Progress.NONE.begin(Step.START, NOW);
        for (InstanceDesired want : everyWish()) {
            assertEquals("", words(plan(want, domain(DomainState.SHUTOFF, 1), busy, NOW)));
        }
    }

    @Test
    void afterAFailureItWaitsButNotWhenSomethingElseIsDesired() {
        var failed =
                Progress.NONE.with(
                        Attempts.NONE.failed("start", "no memory", NOW, Duration.ofSeconds(8)));
        var off = domain(DomainState.SHUTOFF, 1);
        var waiting = plan(wanted(Power.RUNNING), off, failed, NOW.plusSeconds(7));
        assertEquals("", words(waiting));
        assertEquals(NOW.plusSeconds(8), waiting.again());
        assertEquals("start", words(plan(wanted(Power.RUNNING), off, failed, NOW.plusSeconds(8))));
        assertEquals(
                "undefine erase",
                words(plan(tombstone(), off, failed.retargeted(), NOW.plusSeconds(1))));
    }

    @Test
    void theGuestIsAskedAgainUntilItIsOffAndNeverForced() {
        var asked = Progress.NONE.begin(Step.SHUTDOWN, NOW).done(Step.SHUTDOWN, true, NOW);
        var running = domain(DomainState.RUNNING, 1);
        var soon = plan(wanted(Power.STOPPED), running, asked, NOW.plusSeconds(14));
        assertEquals("", words(soon));
        assertEquals(NOW.plusSeconds(15), soon.again());
        assertEquals(
                "shutdown",
                words(plan(wanted(Power.STOPPED), running, asked, NOW.plusSeconds(15))));
        assertEquals(
                "shutdown",
                words(plan(wanted(Power.STOPPED), running, asked, NOW.plusSeconds(86_400))));
    }

    @Test
    void aGuestThatGoesOffByItselfIsStartedAgainButNotInABusyLoop() {
        var started = Progress.NONE.begin(Step.START, NOW).done(Step.START, true, NOW);
        var off = domain(DomainState.SHUTOFF, 1);
        var soon = plan(wanted(Power.RUNNING), off, started, NOW.plusSeconds(1));
        assertEquals("", words(soon));
        assertEquals(NOW.plusSeconds(10), soon.again());
        assertEquals(
                "start", words(plan(wanted(Power.RUNNING), off, started, NOW.plusSeconds(10))));
    }

    @Test
    void offAndOnAgainByWishDoesNotWait() {
        var started = Progress.NONE.begin(Step.START, NOW).done(Step.START, true, NOW);
        var takenOff = started.begin(Step.POWER_OFF, NOW).done(Step.POWER_OFF, true, NOW);
        assertEquals(
                "start",
                words(
                        plan(
                                wanted(Power.RUNNING),
                                domain(DomainState.SHUTOFF, 1),
                                takenOff,
                                NOW.plusSeconds(1))));
    }

    @Test
    void aTombstoneIsConfirmedOnceNothingIsLeftAndAgainIfTheDomainComesBack() {
        var erased = Progress.NONE.begin(Step.ERASE, NOW).done(Step.ERASE, true, NOW);
        assertEquals("", words(plan(tombstone(), null, erased, NOW)));
        assertEquals(
                "undefine erase",
                words(plan(tombstone(), domain(DomainState.SHUTOFF, 1), erased, NOW)));
    }

    /** A domain that has volume A, if there is one, against what is within reach of what is desired. */
    private static final String VOLUMES_TABLE =
            """
            domain        | A                          | A and B                    | A, not B  | nothing
            none          | fetch prepare define start | fetch prepare define start |           | fetch prepare define start
            RUNNING       |                            | attach                     |           | attach
            PAUSED        |                            | attach                     |           | attach
            SHUTTING_DOWN |                            |                            |           |
            SHUTOFF       | start                      | define start               |           | define start
            CRASHED       | power_off start            | power_off                  | power_off | power_off
            """;

    @Test
    void everyReachOfVolumesAgainstEveryState() {
        var reaches =
                List.of(
                        new Reach(List.of(A), true, null),
                        new Reach(List.of(A, B), true, null),
                        new Reach(List.of(A), false, null),
                        NO_VOLUMES);
        for (String line : VOLUMES_TABLE.strip().lines().skip(1).toList()) {
            String[] row = line.split("\\|", -1);
            String state = row[0].strip();
            var have = state.equals("none") ? null : withA(DomainState.valueOf(state));
            for (int column = 1; column < row.length; column++) {
                var plan =
                        HostPlan.of(
                                wanted(Power.RUNNING),
                                have,
                                reaches.get(column - 1),
                                Turn.NOW,
                                Progress.NONE,
                                NOW);
                assertEquals(row[column].strip(), words(plan), state + " against column " + column);
                assertNull(plan.refusal());
                assertNull(plan.again(), "news of a volume is what it waits for");
            }
        }
    }

    @Test
    void aDomainThatIsToBeOffIsTakenOffBeforeItsVolumesAreChanged() {
        var nothing = NO_VOLUMES;
        var running = withA(DomainState.RUNNING);
        var shutOff = withA(DomainState.SHUTOFF);
        for (Power power : List.of(Power.STOPPED, Power.OFF)) {
            var want = wanted(power);
            assertEquals(
                    power == Power.OFF ? "power_off" : "shutdown",
                    words(HostPlan.of(want, running, nothing, Turn.NOW, Progress.NONE, NOW)));
            assertEquals(
                    "define",
                    words(HostPlan.of(want, shutOff, nothing, Turn.NOW, Progress.NONE, NOW)));
        }
    }

    @Test
    void whatIsNotDesiredIsTakenThoughOthersAreOutOfReach() {
        var reach = new Reach(List.of(), false, null);
        assertEquals(
                "attach",
                words(
                        HostPlan.of(
                                wanted(Power.RUNNING),
                                withA(DomainState.RUNNING),
                                reach,
                                Turn.NOW,
                                Progress.NONE,
                                NOW)));
        assertEquals(
                "define",
                words(
                        HostPlan.of(
                                wanted(Power.RUNNING),
                                withA(DomainState.SHUTOFF),
                                reach,
                                Turn.NOW,
                                Progress.NONE,
                                NOW)));
    }

    @Test
    void storageThatCannotBeSeenIsSaidOfWhatWaitsForItOnly() {
        var unseen = new Reach(List.of(A), false, "its volumes cannot be seen: no such directory");
        var want = wanted(Power.RUNNING);
        for (var have : Arrays.asList(null, withA(DomainState.SHUTOFF))) {
            var plan = HostPlan.of(want, have, unseen, Turn.NOW, Progress.NONE, NOW);
            assertEquals("", words(plan));
            assertEquals("its volumes cannot be seen: no such directory", plan.refusal());
        }
        var running = withA(DomainState.RUNNING);
        assertNull(HostPlan.of(want, running, unseen, Turn.NOW, Progress.NONE, NOW).refusal());
    }

    private static ObservedDomain withA(DomainState state) {
        return new ObservedDomain(
                Instances.ID,
                "yq-t-n-1",
                true,
                1,
                0,
                1,
                32,
                Set.of(A),
                state,
                null,
                Map.of(),
                Machine.PLAIN.word(),
                Instances.SMALL);
    }

    private static HostPlan plan(
            InstanceDesired want, @Nullable ObservedDomain have, Progress progress, Instant now) {
        return HostPlan.of(want, have, NO_VOLUMES, Turn.NOW, progress, now);
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
        return new ObservedDomain(
                Instances.ID,
                "yq-t-n-1",
                true,
                epoch,
                0,
                1,
                32,
                Set.of(),
                state,
                null,
                Map.of(),
                Machine.PLAIN.word(),
                Instances.SMALL);
    }

    private static ObservedDomain domain(DomainState state, @Nullable String reason) {
        return new ObservedDomain(
                Instances.ID,
                "yq-t-n-1",
                true,
                1,
                0,
                1,
                32,
                Set.of(),
                state,
                reason,
                Map.of(),
                Machine.PLAIN.word(),
                Instances.SMALL);
    }

    private static String words(@Nullable HostPlan plan) {
        assertNotNull(plan);
        return plan.steps().stream()
                .map(step -> step.name().toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.joining(" "));
    }
}
