package io.yunqing.agent.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Backups;
import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.RepositoryPlace;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the seam promises of backups, asked of whatever stands behind it. */
public interface BackupContract {

    /** The one under test, connected. */
    Hypervisor hypervisor();

    /** Makes an instance that has these volumes, off. */
    void createWith(UUID... volumes) throws HypervisorFault;

    /** Where backups can be kept. */
    RepositoryPlace repository() throws Exception;

    @Test
    default void aBackupOfAVolumeThatNobodyHasIsFullAndTakenOnce() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        var first = Backups.full(Backups.ID, repository());
        assertEquals(Optional.empty(), hypervisor().findBackup(first));
        var taken = backUp(first);
        assertNull(taken.base());
        assertNull(taken.fullReason());
        assertEquals(1L << 30, taken.sizeBytes());
        assertEquals(Optional.of(taken), hypervisor().findBackup(first));
        assertEquals(taken, hypervisor().storeBackup(first, done -> {}));

        var second = backUp(Backups.since(Backups.SECOND, repository(), Backups.ID, taken));
        assertNull(second.base());
        assertNotNull(second.fullReason());
        for (int i = 0; i < 2; i++) {
            hypervisor().eraseBackup(Backups.tombstone(Backups.ID, repository()));
        }
        assertEquals(Optional.empty(), hypervisor().findBackup(first));
        assertEquals(
                Optional.of(second),
                hypervisor().findBackup(Backups.full(Backups.SECOND, repository())));
    }

    @Test
    default void whileAGuestHasTheVolumeOneBuildsOnTheOther() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        createWith(Volumes.ID);
        hypervisor().start(Instances.ID);
        var first = backUp(Backups.full(Backups.ID, repository()));
        var second = backUp(Backups.since(Backups.SECOND, repository(), Backups.ID, first));
        assertEquals(Backups.ID, second.base());
        assertNull(second.fullReason());
        hypervisor().powerOff(Instances.ID);
        hypervisor().start(Instances.ID);
        var third = backUp(Backups.since(Backups.THIRD, repository(), Backups.SECOND, second));
        assertEquals(Backups.SECOND, third.base(), String.valueOf(third.fullReason()));
        assertEquals(DomainState.RUNNING, hypervisor().domain(Instances.ID).orElseThrow().state());

        var back =
                Backups.source(
                        repository(),
                        Backups.part(Backups.ID, first),
                        Backups.part(Backups.SECOND, second),
                        Backups.part(Backups.THIRD, third));
        hypervisor().restoreVolume(Volumes.OTHER, 2, back);
        hypervisor().restoreVolume(Volumes.OTHER, 2, back);
        assertEquals(
                Set.of(
                        new ObservedVolume(Volumes.ID, 1, 0, null),
                        new ObservedVolume(Volumes.OTHER, 2, 0, null)),
                Set.copyOf(hypervisor().volumes()));
    }

    @Test
    default void whatIsNotCertainIsAFullBackup() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        createWith(Volumes.ID);
        hypervisor().start(Instances.ID);
        var first = backUp(Backups.full(Backups.ID, repository()));
        hypervisor().growVolume(Volumes.ID, 2);
        var grown = backUp(Backups.since(Backups.SECOND, repository(), Backups.ID, first));
        assertNull(grown.base());
        assertNotNull(grown.fullReason());
        var other = backUp(Backups.since(Backups.THIRD, repository(), Backups.ID, grown));
        assertNull(other.base(), "since the second nobody knows what has changed since the first");
    }

    @Test
    default void aDamagedBackupBecomesNoVolume() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        var taken = backUp(Backups.full(Backups.ID, repository()));
        var other = new BackupSource.Part(Backups.ID, taken.bytes(), "0".repeat(64));
        var fault =
                assertThrows(
                        HypervisorFault.class,
                        () ->
                                hypervisor()
                                        .restoreVolume(
                                                Volumes.OTHER,
                                                1,
                                                Backups.source(repository(), other)));
        assertTrue(String.valueOf(fault.getMessage()).contains("is damaged"), fault.getMessage());
        assertEquals(1, hypervisor().volumes().size());
    }

    @Test
    default void whatIsNotThereIsNotBackedUp() throws Exception {
        var backup = Backups.full(Backups.ID, repository());
        assertThrows(HypervisorFault.class, () -> hypervisor().takeBackup(backup, done -> {}));
        assertThrows(HypervisorFault.class, () -> hypervisor().storeBackup(backup, done -> {}));
        assertEquals(Optional.empty(), hypervisor().findBackup(backup));
    }

    private BackupTaken backUp(BackupDesired backup) throws HypervisorFault {
        hypervisor().takeBackup(backup, done -> {});
        hypervisor().takeBackup(backup, done -> {});
        return hypervisor().storeBackup(backup, done -> {});
    }
}
