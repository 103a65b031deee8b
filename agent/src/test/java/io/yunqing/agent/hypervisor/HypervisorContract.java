package io.yunqing.agent.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.Hypervisor.Listener;
import io.yunqing.agent.hypervisor.HypervisorFault.Kind;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the seam promises, asked of whatever stands behind it. */
public abstract class HypervisorContract
        implements QuarantineContract, CopyContract, BackupContract, LimitsContract, WipeContract {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The one under test, connected. */
    @Override
    public abstract Hypervisor hypervisor();

    /** An image that can be fetched. */
    @Override
    public abstract ImageSource image();

    @Test
    void aLifeFromNothingToNothing() throws Exception {
        assertState(null);
        create();
        assertState(DomainState.SHUTOFF);
        hypervisor().start(Instances.ID);
        assertState(DomainState.RUNNING);
        hypervisor().powerOff(Instances.ID);
        assertState(DomainState.SHUTOFF);
        hypervisor().undefine(Instances.ID);
        assertState(null);
        hypervisor().erase(Instances.ID);
    }

    @Test
    void everyStepMayBeRepeated() throws Exception {
        create();
        create();
        hypervisor().start(Instances.ID);
        hypervisor().start(Instances.ID);
        assertState(DomainState.RUNNING);
        hypervisor().powerOff(Instances.ID);
        hypervisor().powerOff(Instances.ID);
        hypervisor().shutdown(Instances.ID);
        assertState(DomainState.SHUTOFF);
        hypervisor().undefine(Instances.ID);
        hypervisor().undefine(Instances.ID);
        hypervisor().erase(Instances.ID);
        hypervisor().erase(Instances.ID);
        assertState(null);
    }

    @Test
    void aNewEpochChangesNothingButItself() throws Exception {
        create();
        hypervisor().start(Instances.ID);
        hypervisor().define(instance().epoch(2).build());
        var seen = hypervisor().domain(Instances.ID).orElseThrow();
        assertEquals(2, seen.epoch());
        assertTrue(seen.ours());
        assertEquals(DomainState.RUNNING, seen.state());
    }

    @Test
    void anotherSizeIsGivenToWhatIsOffAndToNothingElse() throws Exception {
        create();
        var larger = instance().memoryMiB(64).build();
        hypervisor().start(Instances.ID);
        hypervisor().define(larger);
        assertEquals(32, hypervisor().domain(Instances.ID).orElseThrow().memoryMiB());
        hypervisor().powerOff(Instances.ID);
        hypervisor().define(larger);
        var seen = hypervisor().domain(Instances.ID).orElseThrow();
        assertTrue(seen.ours() && seen.fits(larger), seen.toString());
        hypervisor().start(Instances.ID);
        assertEquals(64, hypervisor().domain(Instances.ID).orElseThrow().memoryMiB());
    }

    @Test
    void whatRunsStaysOfItsBootUntilItIsDefinedWhileItIsOff() throws Exception {
        create();
        hypervisor().start(Instances.ID);
        var again = instance().epoch(2).boot(1).build();
        hypervisor().define(again);
        var running = hypervisor().domain(Instances.ID).orElseThrow();
        assertEquals(List.of(2L, 0L), List.of(running.epoch(), (long) running.boot()));
        assertFalse(running.fits(again));
        hypervisor().powerOff(Instances.ID);
        hypervisor().define(again);
        var off = hypervisor().domain(Instances.ID).orElseThrow();
        assertTrue(off.ours() && off.fits(again), off.toString());
    }

    @Test
    void whatIsPausedStandsStillUntilItIsResumed() throws Exception {
        create();
        hypervisor().pause(Instances.ID);
        assertState(DomainState.SHUTOFF);
        hypervisor().start(Instances.ID);
        hypervisor().pause(Instances.ID);
        hypervisor().pause(Instances.ID);
        assertTrue(hypervisor().domain(Instances.ID).orElseThrow().pausedByWish());
        hypervisor().resume(Instances.ID);
        hypervisor().resume(Instances.ID);
        assertState(DomainState.RUNNING);
    }

    @Test
    void whatIsStartedPausedStandsStillFromTheFirst() throws Exception {
        create();
        hypervisor().startPaused(Instances.ID);
        hypervisor().startPaused(Instances.ID);
        assertTrue(hypervisor().domain(Instances.ID).orElseThrow().pausedByWish());
        hypervisor().start(Instances.ID);
        assertState(DomainState.PAUSED);
        hypervisor().resume(Instances.ID);
        assertState(DomainState.RUNNING);
    }

    @Test
    void whatIsNotThereIsRefused() {
        var stranger = UUID.randomUUID();
        assertRefused(() -> hypervisor().startPaused(stranger));
        assertRefused(() -> hypervisor().pause(stranger));
        assertRefused(() -> hypervisor().resume(stranger));
        assertRefused(() -> hypervisor().start(stranger));
        assertRefused(() -> hypervisor().shutdown(stranger));
        assertRefused(() -> hypervisor().powerOff(stranger));
    }

    @Test
    void nothingIsMadeOfAnImageThatIsNotHere() {
        assertFalse(hypervisor().holds(image()));
        assertThrows(HypervisorFault.class, () -> hypervisor().prepare(instance().build()));
    }

    @Test
    void nothingStartsWithoutItsDisk() throws Exception {
        hypervisor().define(instance().build());
        assertRefused(() -> hypervisor().start(Instances.ID));
        assertState(DomainState.SHUTOFF);
    }

    @Test
    void whatRunsUndefinedIsSeenUntilItIsOff() throws Exception {
        create();
        hypervisor().start(Instances.ID);
        hypervisor().undefine(Instances.ID);
        assertState(DomainState.RUNNING);
        hypervisor().powerOff(Instances.ID);
        assertState(null);
    }

    @Test
    void whatIsOnIsMeasured() throws Exception {
        create();
        assertEquals(List.of(), hypervisor().uses());
        hypervisor().start(Instances.ID);
        var use = hypervisor().uses().getFirst();
        assertEquals(Instances.ID, use.id());
        assertTrue(use.memoryResidentMiB() != null && use.memoryResidentMiB() > 0, use.toString());
    }

    @Test
    void whatHappensIsTold() throws Exception {
        Set<UUID> told = ConcurrentHashMap.newKeySet();
        hypervisor().listen(new Listening(told));
        create();
        hypervisor().start(Instances.ID);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!told.contains(Instances.ID)) {
            assertTrue(System.nanoTime() < deadline, "no event");
            Thread.onSpinWait();
        }
    }

    @Test
    void aVolumeFromNothingToNothing() throws Exception {
        assertEquals(List.of(), hypervisor().volumes());
        hypervisor().makeVolume(Volumes.ID, 2);
        assertSize(2);
        hypervisor().growVolume(Volumes.ID, 3);
        assertSize(3);
        hypervisor().eraseVolume(Volumes.ID);
        assertEquals(List.of(), hypervisor().volumes());
    }

    @Test
    void everyStepOnAVolumeMayBeRepeated() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 2);
        hypervisor().makeVolume(Volumes.ID, 9);
        assertSize(2);
        hypervisor().growVolume(Volumes.ID, 4);
        hypervisor().growVolume(Volumes.ID, 4);
        hypervisor().growVolume(Volumes.ID, 3);
        assertSize(4);
        create(instance().volumes(Volumes.ID));
        var nothing = instance().volumes().build();
        for (var wanted : List.of(instance().volumes(Volumes.ID).build(), nothing)) {
            hypervisor().attachVolumes(wanted);
            hypervisor().attachVolumes(wanted);
            assertVolumes(wanted.volumesOrNone());
        }
        hypervisor().eraseVolume(Volumes.ID);
        hypervisor().eraseVolume(Volumes.ID);
        assertEquals(List.of(), hypervisor().volumes());
    }

    @Test
    void aDomainIsDefinedWithItsVolumesAndDefinedAnewWhileItIsOff() throws Exception {
        makeBoth();
        create(instance().volumes(Volumes.ID, Volumes.OTHER));
        assertVolumes(List.of(Volumes.ID, Volumes.OTHER));
        hypervisor().define(instance().volumes(Volumes.OTHER).build());
        assertVolumes(List.of(Volumes.OTHER));
        hypervisor().start(Instances.ID);
        assertVolumes(List.of(Volumes.OTHER));
        hypervisor().define(instance().epoch(2).volumes(Volumes.ID).build());
        assertVolumes(List.of(Volumes.OTHER));
    }

    @Test
    void aGuestIsGivenVolumesWhileItRunsAndKeepsThemWhenItIsOff() throws Exception {
        makeBoth();
        create(instance().volumes(Volumes.ID));
        hypervisor().start(Instances.ID);
        var both = instance().volumes(Volumes.OTHER, Volumes.ID).build();
        hypervisor().attachVolumes(both);
        hypervisor().attachVolumes(both);
        assertVolumes(both.volumesOrNone());
        assertState(DomainState.RUNNING);
        hypervisor().powerOff(Instances.ID);
        assertVolumes(both.volumesOrNone());
        hypervisor().start(Instances.ID);
        assertVolumes(both.volumesOrNone());
    }

    @Test
    void aVolumeGrowsUnderTheGuestThatHasIt() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        create(instance().volumes(Volumes.ID));
        hypervisor().start(Instances.ID);
        hypervisor().growVolume(Volumes.ID, 3);
        hypervisor().growVolume(Volumes.ID, 2);
        assertSize(3);
        assertState(DomainState.RUNNING);
        assertVolumes(List.of(Volumes.ID));
    }

    @Test
    void aVolumeOutlivesItsInstance() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        create(instance().volumes(Volumes.ID));
        hypervisor().undefine(Instances.ID);
        hypervisor().erase(Instances.ID);
        assertSize(1);
    }

    @Test
    void oneVolumeIsNotGivenToTwoThatRun() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        create(instance().volumes(Volumes.ID));
        hypervisor().start(Instances.ID);
        var second = instance().id(UUID.randomUUID()).name("web-2");
        var wanted = created(second);
        hypervisor().start(wanted.id());
        assertRefused(() -> hypervisor().attachVolumes(second.volumes(Volumes.ID).build()));
    }

    @Test
    void nothingIsDoneWithAVolumeThatIsNotThere() throws Exception {
        create(instance().volumes(Volumes.ID));
        assertRefused(() -> hypervisor().start(Instances.ID));
        hypervisor().attachVolumes(instance().build());
        hypervisor().start(Instances.ID);
        assertRefused(() -> hypervisor().attachVolumes(instance().volumes(Volumes.ID).build()));
        assertThrows(HypervisorFault.class, () -> hypervisor().growVolume(Volumes.ID, 2));
        assertEquals(List.of(), hypervisor().volumes());
    }

    @Override
    public void createWith(UUID... volumes) throws HypervisorFault {
        create(instance().volumes(volumes));
    }

    private void makeBoth() throws HypervisorFault {
        hypervisor().makeVolume(Volumes.ID, 1);
        hypervisor().makeVolume(Volumes.OTHER, 1);
    }

    private void assertSize(long sizeGiB) throws HypervisorFault {
        assertEquals(
                List.of(new ObservedVolume(Volumes.ID, sizeGiB, 0, null)), hypervisor().volumes());
    }

    private void assertVolumes(List<UUID> volumes) throws HypervisorFault {
        var seen = hypervisor().domain(Instances.ID).orElseThrow();
        assertEquals(Set.copyOf(volumes), seen.volumes());
    }

    @Test
    void aHostIsDescribed() throws Exception {
        var inventory = hypervisor().inventory();
        assertTrue(inventory.cpus() > 0 && inventory.memoryMiB() > 0, inventory.toString());
        assertEquals(1, inventory.pools().size());
        assertTrue(inventory.pools().getFirst().capacityGiB() > 0);
    }

    private InstanceDesired create() throws HypervisorFault {
        return created(instance());
    }

    @Override
    public void create(Instances instance) throws HypervisorFault {
        var _ = created(instance);
    }

    private InstanceDesired created(Instances instance) throws HypervisorFault {
        var wanted = instance.build();
        hypervisor().fetch(wanted.image());
        assertTrue(hypervisor().holds(wanted.image()));
        hypervisor().prepare(wanted);
        hypervisor().define(wanted);
        return wanted;
    }

    private Instances instance() {
        return Instances.running().image(image());
    }

    /** Both ways to look agree; null is not to be there. */
    private void assertState(@Nullable DomainState state) throws HypervisorFault {
        var one = hypervisor().domain(Instances.ID);
        var listed =
                hypervisor().domains().stream()
                        .filter(domain -> domain.id().equals(Instances.ID))
                        .findFirst();
        assertEquals(state, one.map(ObservedDomain::state).orElse(null));
        assertEquals(one, listed);
    }

    private static void assertRefused(Executable step) {
        assertEquals(Kind.REFUSED, assertThrows(HypervisorFault.class, step).kind());
    }

    private record Listening(Set<UUID> told) implements Listener {

        @Override
        public void changed(UUID domain) {
            told.add(domain);
        }

        @Override
        public void lost(String reason) {}

        @Override
        public void found() {}
    }
}
