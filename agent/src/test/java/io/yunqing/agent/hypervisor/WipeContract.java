package io.yunqing.agent.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Volumes;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the seam promises of volumes that are overwritten before they are erased. */
interface WipeContract {

    Hypervisor hypervisor();

    @Test
    default void whatIsOverwrittenStaysWithItsEvidenceUntilItIsErased() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 2);
        hypervisor().wipeVolume(Volumes.ID);
        var wiped = hypervisor().volumes().getFirst();
        var wipe = wiped.wipe();
        assertNotNull(wipe);
        assertTrue(wipe.finished(), wipe.toString());
        assertEquals(wipe.totalBytes(), wipe.bytes());
        assertEquals(new ObservedVolume(Volumes.ID, 2, 0, wipe), wiped);
        hypervisor().wipeVolume(Volumes.ID);
        assertEquals(List.of(wiped), hypervisor().volumes(), "once");
        assertEquals(List.of(), hypervisor().orphans(Set.of(Volumes.ID)));
        hypervisor().eraseVolume(Volumes.ID);
        assertEquals(List.of(), hypervisor().volumes());
        hypervisor().makeVolume(Volumes.ID, 1);
        assertEquals(List.of(new ObservedVolume(Volumes.ID, 1, 0, null)), hypervisor().volumes());
    }

    @Test
    default void nothingIsOverwrittenWhereNothingIs() throws Exception {
        hypervisor().wipeVolume(Volumes.ID);
        assertEquals(List.of(), hypervisor().volumes());
    }
}
