package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.Fault;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.Machine;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes beside the instances that have them. */
class VolumeReconcilerTest extends Reconciling {

    private static final UUID A = Volumes.ID;
    private static final UUID B = Volumes.OTHER;
    private static final UUID SECOND = UUID.fromString("0198f1a2-7b3c-7def-8123-456789abcde0");

    @BeforeEach
    void listen() {
        hypervisor.listen(reconciler.listener());
    }

    @Test
    void aDomainIsDefinedWithItsVolumeWhenThatIsThere() {
        gates.shut("makeVolume");
        want(List.of(with(A)), Volumes.fresh(A, 3));
        until("it is being made", () -> gates.holds("makeVolume"));
        assertEquals(List.of(), gates.steps());
        gates.open("makeVolume");
        until("it runs", () -> shown(DomainState.RUNNING));
        assertEquals(List.of("makeVolume", "prepare", "define", "start"), gates.steps());
        until("it is reported", () -> attachedTo(A, Instances.ID));
        assertEquals(3, volume(A).orElseThrow().sizeGiB());
    }

    @Test
    void aGuestThatRunsIsGivenAVolumeAndLetsItGo() {
        runWith(A);
        want(List.of(with(A, B)), Volumes.made(A, 3), Volumes.fresh(B, 1));
        until("it has both", () -> attachedTo(A, Instances.ID) && attachedTo(B, Instances.ID));
        want(List.of(with(B)), Volumes.made(A, 3), Volumes.made(B, 1));
        until("it has one", () -> free(A) && attachedTo(B, Instances.ID));
        assertEquals(List.of("makeVolume", "attachVolumes", "attachVolumes"), stepsSince("start"));
        until("it runs on", () -> shown(DomainState.RUNNING));
    }

    @Test
    void whatIsOffIsDefinedAnewBeforeItIsStarted() {
        runWith(A);
        var off = Instances.running().power(Power.OFF);
        want(List.of(off.volumes(A).build()), Volumes.made(A, 3), Volumes.fresh(B, 1));
        until("it is off", () -> shown(DomainState.SHUTOFF) && free(B));
        want(List.of(off.volumes(B).build()), Volumes.made(A, 3), Volumes.made(B, 1));
        until("it is defined with the other", () -> free(A) && attachedTo(B, Instances.ID));
        want(List.of(with(A, B)), Volumes.made(A, 3), Volumes.made(B, 1));
        until("it runs with both", () -> shown(DomainState.RUNNING));
        assertEquals(List.of("define", "define", "start"), stepsSince("makeVolume", "powerOff"));
    }

    /** As after the controller was taken back to its previous version. */
    @Test
    void aControllerThatDoesNotKnowOfVolumesTakesNoneAway() {
        runWith(A);
        var silent = Instances.running().silentOnVolumes();
        reconciler.hear(HostDesired.of(100, true, List.of(silent.build()), null, null, null));
        untilQuiet();
        assertTrue(attachedTo(A, Instances.ID));
        reconciler.hear(
                HostDesired.of(
                        101, true, List.of(silent.power(Power.OFF).build()), null, null, null));
        until("it is off", () -> shown(DomainState.SHUTOFF));
        reconciler.hear(
                HostDesired.of(
                        102, true, List.of(silent.power(Power.RUNNING).build()), null, null, null));
        now = now.plusSeconds(60);
        until("it runs again", () -> shown(DomainState.RUNNING));
        assertTrue(attachedTo(A, Instances.ID));
        assertEquals(List.of("start"), stepsSince("powerOff"), "as it was");
    }

    @Test
    void aTombstoneWaitsForTheGuestToLetGo() {
        runWith(A);
        hypervisor.deafenGuests(true);
        want(List.of(with()), Volumes.tombstone(A));
        until("the guest is asked in vain", () -> instanceFault().isPresent());
        assertTrue(instanceFault().orElseThrow().message().contains("let go"));
        assertEquals(VolumeState.PRESENT, volume(A).orElseThrow().state());
        assertEquals(List.of("attachVolumes"), stepsSince("start"));

        hypervisor.deafenGuests(false);
        now = now.plusSeconds(60);
        until("it is removed", () -> is(A, VolumeState.REMOVED));
        assertEquals(List.of("attachVolumes", "attachVolumes", "eraseVolume"), stepsSince("start"));
    }

    @Test
    void aTombstoneWaitsForADomainOfSomebodyElse() {
        runWith(A);
        var foreign = UUID.randomUUID();
        hypervisor.put(
                new ObservedDomain(
                        foreign,
                        "x",
                        false,
                        0,
                        0,
                        1,
                        32,
                        Set.of(B),
                        DomainState.RUNNING,
                        null,
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL));
        until("the domain is seen", () -> !told().unknownDomains().isEmpty());
        want(List.of(with(A)), Volumes.made(A, 3), Volumes.fresh(B, 1));
        until("it is made", () -> free(B));
        want(List.of(with(A, B)), Volumes.made(A, 3), Volumes.tombstone(B));
        untilQuiet();
        assertEquals(List.of("makeVolume"), stepsSince("start"), "neither attached nor erased");

        hypervisor.put(
                new ObservedDomain(
                        foreign,
                        "x",
                        false,
                        0,
                        0,
                        1,
                        32,
                        Set.of(),
                        DomainState.RUNNING,
                        null,
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL));
        until("it is removed", () -> is(B, VolumeState.REMOVED));
    }

    @Test
    void aTombstoneWaitsForAStepThatMayBeGivingTheVolumeToADomain() {
        gates.shut("define");
        want(List.of(with(A)), Volumes.fresh(A, 1));
        until("it is being defined with it", () -> gates.holds("define"));
        want(List.of(with()), Volumes.tombstone(A));
        untilQuiet();
        assertEquals(List.of("makeVolume", "prepare"), gates.steps());
        gates.open("define");
        until("it is removed", () -> is(A, VolumeState.REMOVED) && shown(DomainState.RUNNING));
        assertEquals(
                List.of("makeVolume", "prepare", "define", "define"), gates.steps().subList(0, 4));
    }

    @Test
    void aConfirmedTombstoneIsForgotten() {
        want(List.of(), Volumes.fresh(A, 1));
        until("it is made", () -> free(A));
        want(List.of(), Volumes.tombstone(A));
        until("it is removed", () -> is(A, VolumeState.REMOVED));
        reconciler.confirmed(told());
        until("it is said no more", () -> volume(A).isEmpty());
        assertEquals(List.of(), reconciler.desired().volumesOrNone());
    }

    @Test
    void anInstanceThatGoesLeavesItsVolume() throws HypervisorFault {
        runWith(A);
        want(List.of(Instances.running().deleted().build()), Volumes.made(A, 3));
        until("it is removed", () -> shown(DomainState.REMOVED));
        until("it is nobody's", () -> free(A));
        assertEquals(1, hypervisor.volumes().size());
    }

    @Test
    void whatACompleteListDoesNotNameIsLeftAlone() throws HypervisorFault {
        want(List.of(), Volumes.fresh(A, 1));
        until("it is made", () -> free(A));
        want(List.of());
        until("it is not spoken of", () -> volume(A).isEmpty());
        now = now.plus(LookRhythm.EVERY);
        untilQuiet();
        assertEquals(List.of("makeVolume"), gates.steps());
        assertEquals(1, hypervisor.volumes().size());
    }

    @Test
    void aVolumeMovesWhenTheOneWhoHasItHasLetGo() {
        runWith(A);
        var second = Instances.running().id(SECOND).name("web-2");
        var before = gates.steps();
        gates.shut("attachVolumes");
        want(List.of(with(), second.volumes(A).build()), Volumes.made(A, 3));
        until("the first is asked", () -> gates.holds("attachVolumes"));
        untilQuiet();
        assertEquals(before, gates.steps(), "the second waits");
        gates.open("attachVolumes");
        until("the second has it", () -> attachedTo(A, SECOND));
        assertEquals(
                List.of("attachVolumes", "prepare", "define"),
                gates.steps().subList(before.size(), before.size() + 3));
    }

    @Test
    void twoThatAreGivenEachOthersVolumesDoNotWaitForEachOther() {
        var second = Instances.running().id(SECOND).name("web-2");
        want(List.of(with(A), second.volumes(B).build()), Volumes.fresh(A, 1), Volumes.fresh(B, 1));
        until("each has its own", () -> attachedTo(A, Instances.ID) && attachedTo(B, SECOND));
        want(List.of(with(B), second.volumes(A).build()), Volumes.made(A, 1), Volumes.made(B, 1));
        until("each has the other's", () -> attachedTo(B, Instances.ID) && attachedTo(A, SECOND));
    }

    @Test
    void twoThatAreGivenOneVolumeDoNotBothGetIt() {
        gates.shut("prepare");
        var second = Instances.running().id(SECOND).name("web-2").volumes(A).build();
        want(List.of(with(A), second), Volumes.fresh(A, 1));
        until("the first is prepared", () -> gates.holds("prepare"));
        untilQuiet();
        gates.open("prepare");
        until("one has it", () -> attachedTo(A, Instances.ID) && shown(DomainState.RUNNING));
        untilQuiet();
        assertEquals(List.of("makeVolume", "prepare", "define", "start"), gates.steps());
    }

    @Test
    void aVolumeGrowsUnderItsGuestAndNeverShrinks() {
        runWith(A);
        want(List.of(with(A)), Volumes.made(A, 9));
        until("it is larger", () -> volume(A).orElseThrow().sizeGiB() == 9);
        want(List.of(with(A)), Volumes.made(A, 2));
        now = now.plus(LookRhythm.EVERY);
        untilQuiet();
        assertEquals(9, volume(A).orElseThrow().sizeGiB());
        assertEquals(List.of("growVolume"), stepsSince("start"));
    }

    @Test
    void nothingStartsWithAVolumeThatIsBeingMadeLarger() {
        runWith(A);
        var off = Instances.running().power(Power.OFF).volumes(A).build();
        want(List.of(off), Volumes.made(A, 3));
        until("it is off", () -> shown(DomainState.SHUTOFF));
        gates.shut("growVolume");
        want(List.of(with(A)), Volumes.made(A, 9));
        until("it grows", () -> gates.holds("growVolume"));
        untilQuiet();
        assertEquals(List.of("powerOff"), stepsSince("start"));
        gates.open("growVolume");
        until("it runs", () -> shown(DomainState.RUNNING));
        assertEquals(List.of("growVolume", "start"), stepsSince("powerOff"));
    }

    @Test
    void aLostFileIsSaidAndNeverMadeAnew() {
        runWith(A);
        hypervisor.lose(A);
        var off = Instances.running().power(Power.OFF).volumes(A).build();
        want(List.of(off), Volumes.made(A, 3));
        now = now.plus(LookRhythm.EVERY);
        until("it is missed", () -> is(A, VolumeState.ABSENT) && shown(DomainState.SHUTOFF));
        var fault = volume(A).orElseThrow().fault();
        assertNotNull(fault);
        assertTrue(fault.message().contains("gone"), fault.message());
        assertEquals(Fault.ATTEMPTS_BEFORE_FAILED, fault.attempts());

        want(List.of(with(A)), Volumes.made(A, 3));
        now = now.plusSeconds(60);
        untilQuiet();
        assertEquals(List.of("powerOff"), stepsSince("start"), "neither made nor started");

        want(List.of(with()), Volumes.tombstone(A));
        until("it is given up", () -> is(A, VolumeState.REMOVED) && shown(DomainState.RUNNING));
        assertEquals(List.of("define", "start"), stepsSince("powerOff"));
    }

    @Test
    void storageThatCannotBeSeenHoldsBackNothingButWhatNeedsVolumes() {
        hypervisor.hideVolumes("Stale file handle");
        var second = Instances.running().id(SECOND).name("web-2").build();
        want(List.of(with(A), second), Volumes.fresh(A, 1));
        until(
                "the one without runs, and the other says why it does not",
                () -> shown(DomainState.RUNNING) && instanceFault().isPresent());
        assertTrue(told().complete());
        assertNull(told().volumes());
        assertTrue(instanceFault().orElseThrow().message().contains("Stale file handle"));
        assertEquals(List.of("prepare", "define", "start"), gates.steps());

        hypervisor.hideVolumes(null);
        now = now.plusSeconds(60);
        until("it has it", () -> attachedTo(A, Instances.ID));
        until("the complaint is over", () -> instanceFault().isEmpty());
    }

    @Test
    void storageThatHangsIsNotSeenAndTakesNothingFromThoseThatRun() {
        runWith(A);
        gates.shut("volumes");
        now = now.plus(LookRhythm.EVERY);
        until("the listing hangs", () -> gates.holds("volumes"));
        untilQuiet();
        assertNotNull(told().volumes(), "for a while what was seen counts");
        now = now.plus(LookRhythm.DEADLINE);
        until("it is late", () -> told().volumes() == null);
        assertTrue(told().complete());
        untilQuiet();
        assertEquals(List.of(), stepsSince("start"));

        gates.open("volumes");
        until("it is seen", () -> attachedTo(A, Instances.ID));
    }

    @Test
    void domainsThatCannotBeSeenMakeVolumesUnknown() {
        runWith(A);
        hypervisor.blind("the socket is gone");
        until("that is said", () -> !told().complete());
        assertNull(told().volumes(), "who has one is not known");
        hypervisor.see();
        until("it is seen", () -> attachedTo(A, Instances.ID));
    }

    @Test
    void aStepThatFailsIsSaidAndTriedAgain() {
        hypervisor.volumeStepsFailWith("No space left on device");
        want(List.of(with(A)), Volumes.fresh(A, 1));
        until("that is said", () -> fault(A) != null);
        untilQuiet();
        assertEquals(List.of("makeVolume"), gates.steps());
        now = now.plusSeconds(60);
        until("it was tried again", () -> gates.steps().size() == 2 && !isBusy(A));
        var fault = fault(A);
        assertNotNull(fault);
        assertEquals("make", fault.step());
        assertEquals("No space left on device", fault.message());
        assertEquals(2, fault.attempts());

        hypervisor.volumeStepsFailWith(null);
        want(List.of(with(A)), Volumes.fresh(A, 2));
        until("it is attached, as another wish need not wait", () -> attachedTo(A, Instances.ID));
        assertNull(fault(A));
    }

    @Test
    void aStepThatHangsIsSaidAndHoldsBackOnlyItsVolume() {
        gates.shut("makeVolume");
        want(List.of(with(A)), Volumes.fresh(A, 1));
        until("it hangs", () -> gates.holds("makeVolume"));
        want(List.of(with(A)), Volumes.tombstone(A));
        now = now.plus(Attempts.STEP_DEADLINE).plusMillis(1);
        untilQuiet();
        var fault = fault(A);
        assertNotNull(fault);
        assertTrue(fault.message().contains("120 s"), fault.message());
        assertTrue(is(A, VolumeState.ABSENT), "what is being made is not yet removed");
        gates.open("makeVolume");
        until("it is removed", () -> is(A, VolumeState.REMOVED));
        assertEquals(List.of("makeVolume", "eraseVolume"), gates.steps());
    }

    private void runWith(UUID volume) {
        want(List.of(with(volume)), Volumes.fresh(volume, 3));
        until(
                "it runs with its volume",
                () -> attachedTo(volume, Instances.ID) && shown(DomainState.RUNNING));
        untilQuiet();
    }

    private static InstanceDesired with(UUID... volumes) {
        return Instances.running().volumes(volumes).build();
    }

    private Optional<VolumeObserved> volume(UUID id) {
        return Optional.ofNullable(told().volumes()).stream()
                .flatMap(List::stream)
                .filter(volume -> volume.id().equals(id))
                .findFirst();
    }

    private @Nullable Fault fault(UUID id) {
        return volume(id).map(VolumeObserved::fault).orElse(null);
    }

    private boolean isBusy(UUID id) {
        return volume(id).map(VolumeObserved::step).isPresent();
    }

    private boolean is(UUID id, VolumeState state) {
        return volume(id).filter(volume -> volume.state() == state).isPresent();
    }

    private boolean attachedTo(UUID id, UUID instance) {
        return present(id, volume -> instance.equals(volume.instance()));
    }

    private boolean free(UUID id) {
        return present(id, volume -> volume.instance() == null);
    }

    private boolean present(UUID id, Predicate<VolumeObserved> condition) {
        return is(id, VolumeState.PRESENT) && volume(id).filter(condition).isPresent();
    }

    private Optional<Fault> instanceFault() {
        return told().instances().stream()
                .filter(instance -> instance.id().equals(Instances.ID))
                .map(instance -> instance.fault())
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** What was done after the last of these. */
    private List<String> stepsSince(String... these) {
        var steps = gates.steps();
        int last = Stream.of(these).mapToInt(steps::lastIndexOf).max().orElseThrow();
        return steps.subList(last + 1, steps.size());
    }
}
