package io.yunqing.agent.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Orphans;
import io.yunqing.agent.Volumes;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.OrphanKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the seam promises of what belongs to nobody, asked of whatever stands behind it. */
public interface QuarantineContract {

    /** The one under test, connected. */
    Hypervisor hypervisor();

    /** An image that can be fetched. */
    ImageSource image();

    @Test
    default void whatIsKnownIsNoOrphan() throws Exception {
        create();
        hypervisor().makeVolume(Volumes.ID, 1);
        assertEquals(Map.of(), orphans(Set.of(Instances.ID, Volumes.ID)));
        assertEquals(Map.of(Orphans.volume(Volumes.ID), false), orphans(Set.of(Instances.ID)));
        assertEquals(
                Map.of(Orphans.volume(Volumes.ID), false, Orphans.files(Instances.ID), false),
                orphans(Set.of()));
    }

    @Test
    default void filesArePutAsideAndBack() throws Exception {
        var volume = Orphans.volume(Volumes.ID);
        hypervisor().makeVolume(Volumes.ID, 2);
        hypervisor().quarantine(volume);
        hypervisor().quarantine(volume);
        assertEquals(List.of(), hypervisor().volumes());
        assertEquals(Map.of(volume, true), orphans(Set.of(Volumes.ID)));
        hypervisor().release(volume);
        hypervisor().release(volume);
        assertEquals(List.of(new ObservedVolume(Volumes.ID, 2, 0, null)), hypervisor().volumes());
        assertEquals(Map.of(), orphans(Set.of(Volumes.ID)));
    }

    @Test
    default void aDomainIsPutAsideAndBackAndRunsAgain() throws Exception {
        create();
        hypervisor().start(Instances.ID);
        var domain = Orphans.domain(Instances.ID);
        hypervisor().quarantine(domain);
        hypervisor().quarantine(domain);
        assertTrue(hypervisor().domain(Instances.ID).isEmpty());
        assertEquals(Map.of(domain, true), orphans(Set.of(Instances.ID)));

        hypervisor().quarantine(Orphans.files(Instances.ID));
        hypervisor().release(Orphans.files(Instances.ID));

        hypervisor().release(domain);
        hypervisor().release(domain);
        var back = hypervisor().domain(Instances.ID).orElseThrow();
        assertEquals(DomainState.SHUTOFF, back.state());
        assertTrue(back.ours() && back.fits(instance().build()), back.toString());
        assertEquals(Map.of(), orphans(Set.of(Instances.ID)));
        hypervisor().start(Instances.ID);
    }

    @Test
    default void whatHasTakenItsPlaceIsNotTouched() throws Exception {
        var volume = Orphans.volume(Volumes.ID);
        hypervisor().makeVolume(Volumes.ID, 2);
        hypervisor().quarantine(volume);
        hypervisor().makeVolume(Volumes.ID, 1);
        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThrows(HypervisorFault.class, () -> hypervisor().release(volume));
            assertThrows(HypervisorFault.class, () -> hypervisor().quarantine(volume));
        }
        assertEquals(List.of(new ObservedVolume(Volumes.ID, 1, 0, null)), hypervisor().volumes());
        hypervisor().eraseVolume(Volumes.ID);
        hypervisor().release(volume);
        assertEquals(List.of(new ObservedVolume(Volumes.ID, 2, 0, null)), hypervisor().volumes());
    }

    @Test
    default void aDomainThatHasTakenItsPlaceIsNotTouched() throws Exception {
        create();
        var domain = Orphans.domain(Instances.ID);
        hypervisor().quarantine(domain);
        var other = instance().memoryMiB(64).build();
        hypervisor().define(other);
        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThrows(HypervisorFault.class, () -> hypervisor().release(domain));
            assertThrows(HypervisorFault.class, () -> hypervisor().quarantine(domain));
        }
        assertTrue(hypervisor().domain(Instances.ID).orElseThrow().fits(other));
        hypervisor().undefine(Instances.ID);
        hypervisor().release(domain);
        assertTrue(hypervisor().domain(Instances.ID).orElseThrow().fits(instance().build()));
    }

    @Test
    default void onlyWhatWasPutAsideIsDeleted() throws Exception {
        var volume = Orphans.volume(Volumes.ID);
        hypervisor().makeVolume(Volumes.ID, 1);
        hypervisor().purge(volume);
        assertEquals(1, hypervisor().volumes().size());
        hypervisor().quarantine(volume);
        hypervisor().purge(volume);
        hypervisor().purge(volume);
        assertEquals(Map.of(), orphans(Set.of()));
        assertEquals(List.of(), hypervisor().volumes());
    }

    @Test
    default void whatIsNotThereIsNeitherPutAsideNorPutBack() throws Exception {
        var nowhere = List.of(Orphans.domain(UUID.randomUUID()), Orphans.volume(Volumes.ID));
        for (OrphanKey orphan : nowhere) {
            hypervisor().quarantine(orphan);
            hypervisor().release(orphan);
        }
        assertEquals(Map.of(), orphans(Set.of()));
        assertEquals(List.of(), hypervisor().domains());
    }

    /** Whether each was put aside. */
    private Map<OrphanKey, Boolean> orphans(Set<UUID> known) throws HypervisorFault {
        return hypervisor().orphans(known).stream()
                .collect(Collectors.toMap(ObservedOrphan::key, ObservedOrphan::quarantined));
    }

    private void create() throws HypervisorFault {
        var wanted = instance().build();
        hypervisor().fetch(wanted.image());
        hypervisor().prepare(wanted);
        hypervisor().define(wanted);
    }

    private Instances instance() {
        return Instances.running().image(image());
    }
}
