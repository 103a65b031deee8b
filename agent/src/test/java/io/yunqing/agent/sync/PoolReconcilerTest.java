package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes in pools beside the host's own: A in {@link #SSD}, B in the host's own, C in {@link #BULK}. */
class PoolReconcilerTest extends Reconciling {

    private static final PoolPlace SSD =
            new PoolPlace(new UUID(7, 1), "ssd", "file:///srv/ssd", false, false);
    private static final PoolPlace BULK =
            new PoolPlace(new UUID(7, 2), "bulk", "file:///srv/bulk", false, false);
    private static final UUID A = Volumes.ID;
    private static final UUID B = Volumes.OTHER;
    private static final UUID C = new UUID(7, 3);

    private long revision = 1000;

    @BeforeEach
    void listen() {
        hypervisor.listen(reconciler.listener());
    }

    @Test
    void anInstanceRunsWithVolumesOfSeveralPools() {
        hear(with(A, B, C), ofA(false), Volumes.fresh(B, 1), ofC(false));
        until("it runs with all", () -> attached().equals(Set.of(A, B, C)));
        assertEquals(List.of(true, true), pools().stream().map(PoolObserved::seen).toList());
        hear(with(), tombstone(A, SSD), Volumes.made(B, 1), ofC(true));
        until("A is gone", () -> state(A) == VolumeState.REMOVED);
        assertEquals(VolumeState.PRESENT, state(C));
        reconciler.confirmed(told());
        until("it is forgotten", () -> volume(A).isEmpty());
    }

    @Test
    void aPoolThatIsNotSeenHidesItsOwnVolumesOnly() {
        hear(with(A, B), ofA(false), Volumes.fresh(B, 1), ofC(false));
        until("all is there", () -> attached().equals(Set.of(A, B)) && state(C) != null);
        hypervisor.hidePool(SSD.id(), "the mount is stale");
        now = now.plusSeconds(31);
        until("it is not seen", () -> !seen(SSD));
        assertTrue(volume(A).isEmpty(), "nothing is said of it");
        assertTrue(volume(B).isPresent());
        assertTrue(faultOf(SSD).contains("the mount is stale"), () -> told().toString());
        assertTrue(seen(BULK));

        UUID other = new UUID(7, 4);
        UUID waiting = new UUID(7, 5);
        var more = Instances.running().id(other).volumes(C).build();
        var blocked = Instances.running().id(waiting).volumes(A).build();
        hear(
                List.of(Instances.running().volumes(B).build(), more, blocked),
                ofA(true),
                Volumes.made(B, 1),
                ofC(true));
        until("another starts", () -> runs(other));
        assertFalse(runs(waiting));
        assertTrue(
                fault(waiting).contains("pool ssd: "),
                () -> "it says for what it waits: " + told());
        hypervisor.hidePool(SSD.id(), null);
        now = now.plusSeconds(61);
        until("it is seen again", () -> seen(SSD) && volume(A).isPresent());
    }

    /** One that another host had is there, and looked for before anything is said or done. */
    @Test
    void whatIsToldAnewIsLookedForFirst() {
        hear(with(), ofC(false));
        until("one is there", () -> state(C) == VolumeState.PRESENT);
        gates.shut("pool");
        hear(with(C), ofC(true), ofA(false));
        until("it is looked for", () -> gates.holds("pool"));
        assertTrue(volume(A).isEmpty());
        assertEquals(1, gates.steps().stream().filter("makeVolume"::equals).count());
        gates.open("pool");
        until("it is made", () -> state(A) == VolumeState.PRESENT);
    }

    @Test
    void aVolumeThatIsAnotherHostsNowIsForgottenAndNotTouched() {
        hear(with(), ofA(false), ofC(false));
        until("both are there", () -> state(A) == VolumeState.PRESENT && state(C) != null);
        reconciler.hear(
                HostDesired.of(++revision, false, List.of(), List.of(), null, null)
                        .withPools(List.of(A), null));
        until("it is forgotten", () -> volume(A).isEmpty());
        untilQuiet();
        assertEquals(
                List.of(),
                gates.steps().stream().filter(step -> step.equals("eraseVolume")).toList());
        assertTrue(reconciler.desired().volumesOrNone().stream().noneMatch(v -> v.id().equals(A)));
        reconciler.hear(
                HostDesired.of(++revision, false, List.of(), List.of(ofA(true)), null, null));
        until("it is back as it was", () -> state(A) == VolumeState.PRESENT);
    }

    @Test
    void aPoolThatHangsKeepsNobodyElseWaiting() {
        hear(with(B), ofA(false), Volumes.fresh(B, 1));
        until("all is there", () -> attached().equals(Set.of(B)) && state(A) != null);
        gates.shut("pool");
        now = now.plusSeconds(31);
        until("it hangs", () -> gates.holds("pool"));
        now = now.plusSeconds(21);
        until("it is late", () -> !seen(SSD));
        assertTrue(faultOf(SSD).contains("has not ended after 20 s"), () -> told().toString());
        UUID other = new UUID(7, 4);
        hear(
                List.of(with(B), Instances.running().id(other).build()),
                ofA(true),
                Volumes.made(B, 2));
        until("another starts, and the own volume grows", () -> runs(other) && size(B) == 2);
        gates.open("pool");
    }

    /** A directory in which nothing is mounted any more is not marked anew. */
    @Test
    void aPoolThatWasMarkedOnceIsMarked() {
        var levels = new Levels();
        levels.hear(
                HostDesired.of(
                                1,
                                true,
                                List.of(),
                                List.of(Volumes.in(SSD.asUsed(), Volumes.made(A, 1))),
                                null,
                                null)
                        .withPools(List.of(), List.of(SSD, BULK)));
        assertEquals(List.of(SSD.asUsed(), BULK), List.copyOf(levels.pools()));
    }

    @Test
    void itLetsGoOfPoolsThatItIsNotToldOfAnyMore() {
        gates.shut("keepPools");
        hear(with(), ofA(false));
        until("it lets go of what others there may be", () -> gates.holds("keepPools"));
        assertEquals(List.of(), pools(), "it brings none meanwhile");
        gates.open("keepPools");
        until("both are seen", () -> seen(SSD) && seen(BULK));
        gates.shut("keepPools");
        reconciler.hear(
                HostDesired.of(++revision, true, List.of(with()), List.of(ofA(true)), null, null)
                        .withPools(List.of(), List.of(SSD)));
        now = now.plusSeconds(31);
        until("it lets go of one", () -> gates.holds("keepPools"));
        until("the other is seen", () -> seen(SSD) && pool(BULK).isEmpty());
        gates.open("keepPools");
    }

    @Test
    void whatIsKeptOnDiskKnowsOfPools() {
        hear(with(), ofA(false), Volumes.fresh(B, 1));
        until("both are there", () -> state(A) != null && state(B) != null);
        var kept = reconciler.desired();
        assertEquals(List.of(A), ids(kept.pooled()));
        assertEquals(List.of(B), ids(kept.volumes()));
        assertEquals(List.of(SSD, BULK), kept.pools());
    }

    // --- Words ---

    private void hear(InstanceDesired instance, VolumeDesired... volumes) {
        hear(List.of(instance), volumes);
    }

    private void hear(List<InstanceDesired> instances, VolumeDesired... volumes) {
        reconciler.hear(
                HostDesired.of(++revision, true, instances, List.of(volumes), null, null)
                        .withPools(List.of(), List.of(SSD, BULK)));
    }

    private static InstanceDesired with(UUID... volumes) {
        return Instances.running().volumes(volumes).build();
    }

    private static VolumeDesired ofA(boolean made) {
        return Volumes.in(SSD, made ? Volumes.made(A, 3) : Volumes.fresh(A, 3));
    }

    private static VolumeDesired ofC(boolean made) {
        return Volumes.in(BULK, made ? Volumes.made(C, 2) : Volumes.fresh(C, 2));
    }

    private static VolumeDesired tombstone(UUID id, PoolPlace pool) {
        return Volumes.in(pool, Volumes.tombstone(id));
    }

    private Set<UUID> attached() {
        return told().volumesOrNone().stream()
                .filter(volume -> Instances.ID.equals(volume.instance()))
                .map(VolumeObserved::id)
                .collect(Collectors.toSet());
    }

    private Optional<VolumeObserved> volume(UUID id) {
        return told().volumesOrNone().stream().filter(one -> one.id().equals(id)).findFirst();
    }

    private @Nullable VolumeState state(UUID id) {
        return volume(id)
                .map(VolumeObserved::state)
                .filter(s -> s != VolumeState.ABSENT)
                .orElse(null);
    }

    private long size(UUID id) {
        return volume(id).map(VolumeObserved::sizeGiB).orElse(0L);
    }

    private List<PoolObserved> pools() {
        return told().pools();
    }

    private Optional<PoolObserved> pool(PoolPlace which) {
        return pools().stream().filter(one -> one.id().equals(which.id())).findFirst();
    }

    private String faultOf(PoolPlace which) {
        return pool(which).map(PoolObserved::fault).orElse("none");
    }

    private static List<UUID> ids(@Nullable List<VolumeDesired> volumes) {
        return volumes == null ? List.of() : volumes.stream().map(VolumeDesired::id).toList();
    }

    private boolean seen(PoolPlace which) {
        return pool(which).map(PoolObserved::seen).orElse(false);
    }

    private boolean runs(UUID instance) {
        return told().instances().stream()
                .anyMatch(one -> one.id().equals(instance) && one.state() == DomainState.RUNNING);
    }

    private String fault(UUID instance) {
        return told().instances().stream()
                .filter(one -> one.id().equals(instance) && one.fault() != null)
                .map(one -> String.valueOf(one.fault().message()))
                .findFirst()
                .orElse("none");
    }
}
