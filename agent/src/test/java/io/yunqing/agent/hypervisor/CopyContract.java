package io.yunqing.agent.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.api.agent.DomainState;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the seam promises of volumes that become copies of others, asked of whatever stands behind it. */
public interface CopyContract {

    UUID MOMENT = UUID.fromString("0198f1a2-7b3c-7def-8123-00000000000f");
    UUID COPY = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000ca");
    UUID OTHER_COPY = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000cb");

    /** The one under test, connected. */
    Hypervisor hypervisor();

    /** Makes an instance that has these volumes, off. */
    void createWith(UUID... volumes) throws HypervisorFault;

    @Test
    default void aVolumeThatNobodyHasIsCopiedOnce() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 2);
        copy(new VolumeCopy(COPY, Volumes.ID, 0));
        hypervisor().growVolume(COPY, 3);
        copy(new VolumeCopy(COPY, Volumes.ID, 0));
        assertSeen(
                new ObservedVolume(Volumes.ID, 2, 0, null), new ObservedVolume(COPY, 3, 0, null));
    }

    @Test
    default void theVolumesOfAGuestAreCopiedWhileItRunsAndWhileItIsOff() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        hypervisor().makeVolume(Volumes.OTHER, 2);
        createWith(Volumes.ID, Volumes.OTHER);
        for (boolean on : new boolean[] {true, false, true}) {
            if (on) {
                hypervisor().start(Instances.ID);
            } else {
                hypervisor().powerOff(Instances.ID);
            }
            copy(new VolumeCopy(COPY, Volumes.ID, 0), new VolumeCopy(OTHER_COPY, Volumes.OTHER, 0));
            assertEquals(
                    on ? DomainState.RUNNING : DomainState.SHUTOFF,
                    hypervisor().domain(Instances.ID).orElseThrow().state());
            assertSeen(
                    new ObservedVolume(Volumes.ID, 1, 0, null),
                    new ObservedVolume(Volumes.OTHER, 2, 0, null),
                    new ObservedVolume(COPY, 1, 0, null),
                    new ObservedVolume(OTHER_COPY, 2, 0, null));
            hypervisor().eraseVolume(COPY);
            hypervisor().eraseVolume(OTHER_COPY);
        }
    }

    @Test
    default void aRestoreReplacesOnce() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        hypervisor().makeVolume(Volumes.OTHER, 2);
        var first = new VolumeCopy(Volumes.ID, Volumes.OTHER, 1);
        copy(first);
        assertSeen(
                new ObservedVolume(Volumes.ID, 2, 1, null),
                new ObservedVolume(Volumes.OTHER, 2, 0, null));
        hypervisor().growVolume(Volumes.ID, 4);
        copy(first);
        assertSeen(
                new ObservedVolume(Volumes.ID, 4, 1, null),
                new ObservedVolume(Volumes.OTHER, 2, 0, null));
        copy(new VolumeCopy(Volumes.ID, Volumes.OTHER, 3));
        assertSeen(
                new ObservedVolume(Volumes.ID, 2, 3, null),
                new ObservedVolume(Volumes.OTHER, 2, 0, null));
        hypervisor().eraseVolume(Volumes.ID);
        hypervisor().makeVolume(Volumes.ID, 1);
        assertSeen(
                new ObservedVolume(Volumes.ID, 1, 0, null),
                new ObservedVolume(Volumes.OTHER, 2, 0, null));
    }

    @Test
    default void whatIsNotThereIsNotCopied() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        assertThrows(
                HypervisorFault.class,
                () ->
                        copy(
                                new VolumeCopy(COPY, Volumes.ID, 0),
                                new VolumeCopy(OTHER_COPY, Volumes.OTHER, 0)));
        assertThrows(
                HypervisorFault.class, () -> copy(new VolumeCopy(Volumes.ID, Volumes.OTHER, 1)));
        assertSeen(new ObservedVolume(Volumes.ID, 1, 0, null));
    }

    private void copy(VolumeCopy... copies) throws HypervisorFault {
        hypervisor().copyVolumes(MOMENT, List.of(copies));
    }

    private void assertSeen(ObservedVolume... volumes) throws HypervisorFault {
        assertEquals(Set.of(volumes), Set.copyOf(hypervisor().volumes()));
    }
}
