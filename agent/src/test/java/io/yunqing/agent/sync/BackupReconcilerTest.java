package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Backups;
import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.BackupState;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.VolumeState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backups of a volume that a guest has. */
class BackupReconcilerTest extends Reconciling {

    private static final UUID A = Volumes.ID;
    private static final UUID B = Volumes.OTHER;
    private static final BackupDesired FULL = Backups.full(Backups.ID, Backups.NOWHERE);

    private final InstanceDesired instance = Instances.running().volumes(A).build();

    @BeforeEach
    void aGuestWithAVolume() {
        hypervisor.listen(reconciler.listener());
        want(List.of(instance), Volumes.fresh(A, 1));
        until("it runs", () -> shown(DomainState.RUNNING));
        assertNull(told().backups(), "nothing is said where nothing is asked");
    }

    @Test
    void oneIsTakenAndStoredAndTheNextBuildsOnIt() {
        ask(FULL);
        until("it is there", () -> is(Backups.ID, BackupState.PRESENT));
        reconciler.confirmed(told());
        ask(Backups.since(Backups.SECOND, Backups.NOWHERE, Backups.ID, taken(Backups.ID)));
        until("the second is there", () -> is(Backups.SECOND, BackupState.PRESENT));
        assertEquals(Backups.ID, taken(Backups.SECOND).base());
        assertEquals(
                List.of("takeBackup", "storeBackup", "takeBackup", "storeBackup"), backupSteps());
    }

    @Test
    void whatTheControllerKnowsIsDoneWith() {
        ask(FULL);
        until("it is there", () -> is(Backups.ID, BackupState.PRESENT));
        var seen = told();
        reconciler.confirmed(seen);
        until("nothing is said of it", () -> told().backups() == null);
        assertEquals(List.of(), reconciler.desired().backupsOrNone());

        ask(Backups.tombstone(Backups.ID, Backups.NOWHERE));
        reconciler.settle();
        reconciler.confirmed(seen);
        until("it is removed", () -> is(Backups.ID, BackupState.REMOVED));
        reconciler.confirmed(told());
        assertEquals(List.of(), reconciler.desired().backupsOrNone());
    }

    @Test
    void aStartedAgentTakesNothingTwice() {
        ask(FULL);
        until("it is there", () -> is(Backups.ID, BackupState.PRESENT));
        var before = taken(Backups.ID);
        ask();
        until("nothing is said of it", () -> told().backups() == null);
        ask(FULL);
        until("it is found", () -> is(Backups.ID, BackupState.PRESENT));
        assertEquals(before, taken(Backups.ID));
        assertEquals(List.of("takeBackup", "storeBackup"), backupSteps());
    }

    @Test
    void whileAVolumeIsCopiedNothingElseIsDoneToItAndWhileItIsStoredAnythingMay() {
        gates.shut("takeBackup");
        gates.shut("storeBackup");
        ask(FULL);
        until("it is being taken", () -> gates.holds("takeBackup"));
        want(List.of(instance), Volumes.made(A, 3));
        untilQuiet();
        assertFalse(gates.steps().contains("growVolume"), gates.steps().toString());
        assertEquals("take", one(Backups.ID).step());
        gates.open("takeBackup");
        until("it is being stored", () -> gates.holds("storeBackup"));
        until("it grows", () -> gates.steps().contains("growVolume"));
        gates.open("storeBackup");
        until("it is there", () -> is(Backups.ID, BackupState.PRESENT));
    }

    @Test
    void aRepositoryThatIsNotReachedIsSaidAndTriedAgainWithoutAnotherCopy() {
        gates.shut("storeBackup");
        ask(FULL);
        until("it is taken", () -> gates.holds("storeBackup"));
        hypervisor.repositoriesFailWith("the repository is away");
        gates.open("storeBackup");
        until("that is said", () -> "the repository is away".equals(words(Backups.ID)));
        for (int i = 0; i < Fault.ATTEMPTS_BEFORE_FAILED; i++) {
            now = now.plus(Duration.ofMinutes(2));
            reconciler.settle();
            untilQuiet();
        }
        var fault = one(Backups.ID).fault();
        assertTrue(fault != null && fault.attempts() >= Fault.ATTEMPTS_BEFORE_FAILED, "" + fault);
        hypervisor.repositoriesFailWith(null);
        now = now.plus(Duration.ofMinutes(2));
        until("it is there", () -> is(Backups.ID, BackupState.PRESENT));
        assertNull(one(Backups.ID).fault());
    }

    @Test
    void whatIsNoLongerWishedWhileItIsTakenIsRemoved() {
        gates.shut("takeBackup");
        ask(FULL);
        until("it is being taken", () -> gates.holds("takeBackup"));
        ask(Backups.tombstone(Backups.ID, Backups.NOWHERE));
        reconciler.settle();
        assertEquals(BackupState.ABSENT, one(Backups.ID).state());
        gates.open("takeBackup");
        until("it is removed", () -> is(Backups.ID, BackupState.REMOVED));
        assertEquals(List.of("takeBackup", "eraseBackup"), backupSteps());
    }

    @Test
    void aVolumeIsMadeFromABackupAndADamagedOneMakesNone() {
        var damaged = new BackupTaken(null, null, 1 << 20, "0".repeat(64), 1, Instant.EPOCH);
        var source = Backups.source(Backups.NOWHERE, Backups.part(Backups.ID, damaged));
        want(List.of(instance), Volumes.made(A, 1), Volumes.fromBackup(B, 2, source));
        until("that is said", () -> volumeWords(B).contains("is damaged"));
        assertTrue(
                told().volumesOrNone().stream()
                        .anyMatch(one -> one.id().equals(B) && one.state() == VolumeState.ABSENT));
        ask(FULL);
        until("a good one is there", () -> is(Backups.ID, BackupState.PRESENT));
        var good = Backups.source(Backups.NOWHERE, Backups.part(Backups.ID, taken(Backups.ID)));
        want(List.of(instance), Volumes.made(A, 1), Volumes.fromBackup(B, 2, good));
        until(
                "it is made",
                () ->
                        told().volumesOrNone().stream()
                                .anyMatch(one ->
                                        one.id().equals(B)
                                                && one.state() == VolumeState.PRESENT
                                                && one.sizeGiB() == 2));
        assertFalse(
                gates.steps().stream().filter("makeVolume"::equals).count() > 1,
                "it is never made empty");
    }

    private void ask(BackupDesired... backups) {
        wantOf(backups);
        want(List.of(instance), Volumes.made(A, 1));
    }

    private List<String> backupSteps() {
        return gates.steps().stream().filter(step -> step.endsWith("Backup")).toList();
    }

    private boolean is(UUID id, BackupState state) {
        return told().backupsOrNone().stream()
                .anyMatch(one -> one.id().equals(id) && one.state() == state && one.step() == null);
    }

    private BackupObserved one(UUID id) {
        return told().backupsOrNone().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private BackupTaken taken(UUID id) {
        var taken = one(id).taken();
        assertTrue(taken != null, "it is there");
        return taken;
    }

    private String words(UUID id) {
        var fault = one(id).fault();
        return fault == null ? "" : fault.message();
    }

    private String volumeWords(UUID id) {
        return told().volumesOrNone().stream()
                .filter(one -> one.id().equals(id))
                .map(one -> one.fault() == null ? "" : one.fault().message())
                .findFirst()
                .orElse("");
    }
}
