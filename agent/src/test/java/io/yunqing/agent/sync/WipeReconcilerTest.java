package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes that are overwritten before they are removed. */
class WipeReconcilerTest extends Reconciling {

    private static final UUID A = Volumes.ID;
    private static final UUID B = Volumes.OTHER;

    @BeforeEach
    void listen() {
        hypervisor.listen(reconciler.listener());
    }

    @Test
    void whatIsOverwrittenIsErasedOnceTheEvidenceIsKnown() {
        made();
        want(List.of(), Volumes.wiped(A));
        until("it is overwritten", this::isWiped);
        untilQuiet();
        assertEquals(List.of("makeVolume", "wipeVolume"), gates.steps());
        assertEquals(VolumeState.PRESENT, seen(A).state());
        want(List.of(), Volumes.tombstone(A));
        until("it is removed", () -> seen(A).state() == VolumeState.REMOVED);
        assertEquals(List.of("makeVolume", "wipeVolume", "eraseVolume"), gates.steps());
    }

    @Test
    void othersDoNotWaitForItAndItDoesNotHangBecauseItTakesLong() {
        made();
        gates.shut("wipeVolume");
        want(List.of(), Volumes.wiped(A));
        until("it is being overwritten", () -> gates.holds("wipeVolume"));
        now = now.plusSeconds(3600);
        want(
                List.of(Instances.running().volumes(B).build()),
                Volumes.wiped(A),
                Volumes.fresh(B, 1));
        until("the other runs", () -> shown(DomainState.RUNNING));
        assertNull(seen(A).fault());
        assertEquals("wipe", seen(A).step());
        gates.open("wipeVolume");
        until("it is overwritten", this::isWiped);
    }

    @Test
    void whatAGuestHasIsNotOverwritten() {
        made();
        want(List.of(Instances.running().volumes(A).build()), Volumes.made(A, 1));
        until("it runs", () -> shown(DomainState.RUNNING));
        hypervisor.deafenGuests(true);
        want(List.of(Instances.running().build()), Volumes.wiped(A));
        until("the guest is asked", () -> gates.steps().contains("attachVolumes"));
        untilQuiet();
        assertFalse(gates.steps().contains("wipeVolume"), gates.steps().toString());
        hypervisor.deafenGuests(false);
        now = now.plusSeconds(120);
        until("it is overwritten", this::isWiped);
    }

    @Test
    void whatWasOverwrittenAndIsWishedAgainIsSaidAndLeft() {
        made();
        want(List.of(), Volumes.wiped(A));
        until("it is overwritten", this::isWiped);
        want(List.of(Instances.running().volumes(A).build()), Volumes.made(A, 1));
        until("that is said", () -> says("overwritten"));
        untilQuiet();
        assertEquals(List.of("makeVolume", "wipeVolume"), gates.steps());
    }

    private void made() {
        want(List.of(), Volumes.fresh(A, 1));
        until("it is made", () -> seen(A).state() == VolumeState.PRESENT);
    }

    private boolean says(String word) {
        var fault = seen(A).fault();
        return fault != null && fault.message().contains(word);
    }

    private boolean isWiped() {
        var wipe = seen(A).wipe();
        return wipe != null && wipe.finished() && seen(A).step() == null;
    }

    private VolumeObserved seen(UUID id) {
        return told().volumesOrNone().stream()
                .filter(volume -> volume.id().equals(id))
                .findFirst()
                .orElse(new VolumeObserved(id, VolumeState.ABSENT, 0, null, 0, null, null, null));
    }
}
