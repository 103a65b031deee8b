package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes that become copies of others. */
class VolumeCopyReconcilerTest extends Reconciling {

    private static final UUID A = Volumes.ID;
    private static final UUID B = Volumes.OTHER;
    private static final UUID COPY_OF_A = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000ca");
    private static final UUID COPY_OF_B = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000cb");
    private static final UUID MOMENT = UUID.fromString("0198f1a2-7b3c-7def-8123-00000000000f");

    @BeforeEach
    void twoVolumes() {
        hypervisor.listen(reconciler.listener());
        want(List.of(), Volumes.fresh(A, 1), Volumes.fresh(B, 2));
        until("both are made", () -> is(A, 1, 0) && is(B, 2, 0));
    }

    @Test
    void thoseOfOneMomentAreCopiedInOneStep() {
        want(
                List.of(),
                Volumes.made(A, 1),
                Volumes.made(B, 2),
                Volumes.copy(COPY_OF_A, 1, A, MOMENT),
                Volumes.copy(COPY_OF_B, 5, B, MOMENT));
        until("both are copied", () -> is(COPY_OF_A, 1, 0) && is(COPY_OF_B, 5, 0));
        assertEquals(
                List.of("makeVolume", "makeVolume", "copyVolumes", "growVolume"), gates.steps());
    }

    @Test
    void whatIsBeingCopiedIsNeitherGivenToAGuestNorChanged() {
        gates.shut("copyVolumes");
        var copy = Volumes.copy(COPY_OF_A, 1, A, null);
        want(List.of(), Volumes.made(A, 1), Volumes.made(B, 2), copy);
        until("it is being copied", () -> gates.holds("copyVolumes"));
        var instance = Instances.running().volumes(A).build();
        want(List.of(instance), Volumes.made(A, 3), Volumes.made(B, 2), copy);
        untilQuiet();
        assertEquals(List.of("makeVolume", "makeVolume"), gates.steps());
        gates.open("copyVolumes");
        until("it runs", () -> shown(DomainState.RUNNING) && is(A, 3, 0));
        assertTrue(is(COPY_OF_A, 1, 0));
    }

    @Test
    void aVolumeIsNotGivenToAGuestBeforeItIsRestored() {
        gates.shut("copyVolumes");
        var instance = Instances.running().volumes(A).build();
        want(List.of(instance), Volumes.restored(A, 1, B, 1), Volumes.made(B, 2));
        until("it is being restored", () -> gates.holds("copyVolumes"));
        untilQuiet();
        assertFalse(gates.steps().contains("define"), gates.steps().toString());
        gates.open("copyVolumes");
        until("it runs", () -> shown(DomainState.RUNNING) && is(A, 2, 1));
    }

    @Test
    void whatAGuestHasIsNotRestoredUnderIt() {
        var instance = Instances.running().volumes(A);
        want(List.of(instance.build()), Volumes.made(A, 1), Volumes.made(B, 2));
        until("it runs", () -> shown(DomainState.RUNNING));
        want(List.of(instance.build()), Volumes.restored(A, 1, B, 1), Volumes.made(B, 2));
        untilQuiet();
        assertFalse(gates.steps().contains("copyVolumes"), gates.steps().toString());
        want(List.of(instance.volumes().build()), Volumes.restored(A, 1, B, 1), Volumes.made(B, 2));
        until("it let go and is restored", () -> is(A, 2, 1));
    }

    @Test
    void aSourceThatIsNotThereIsSaid() {
        want(
                List.of(),
                Volumes.made(A, 1),
                Volumes.made(B, 2),
                Volumes.copy(COPY_OF_A, 1, UUID.randomUUID(), null));
        until(
                "it is refused",
                () ->
                        told().volumesOrNone().stream()
                                .map(VolumeObserved::fault)
                                .anyMatch(fault ->
                                        fault != null
                                                && fault.message().contains("not on this host")));
        assertEquals(List.of("makeVolume", "makeVolume"), gates.steps());
    }

    private boolean is(UUID id, long sizeGiB, int restore) {
        return told().volumesOrNone().stream()
                .anyMatch(one ->
                        one.id().equals(id)
                                && one.state() == VolumeState.PRESENT
                                && one.sizeGiB() == sizeGiB
                                && one.restore() == restore
                                && one.step() == null);
    }
}
