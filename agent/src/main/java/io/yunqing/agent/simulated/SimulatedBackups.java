package io.yunqing.agent.simulated;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.HypervisorFault.Kind;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A simulated host's way to repositories: backups follow from what they are of, so that every host knows all of them. */
final class SimulatedBackups {

    private static final long BYTES = 1 << 20;

    private final Map<UUID, BackupTaken> staged = new HashMap<>();
    private final Map<UUID, BackupTaken> stored = new HashMap<>();

    /** Of each volume the backup since which its guest has noted what is written. */
    private final Map<UUID, UUID> followed = new HashMap<>();

    Optional<BackupTaken> find(UUID backup) {
        return Optional.ofNullable(stored.get(backup));
    }

    /**
     * @param open whether a guest that is on has the volume
     */
    void take(BackupDesired backup, int sizeGiB, boolean open) {
        long sizeBytes = (long) sizeGiB << 30;
        var base = backup.base();
        boolean known =
                open
                        && base != null
                        && base.sizeBytes() == sizeBytes
                        && base.id().equals(followed.get(backup.volume()));
        UUID since = known && base != null ? base.id() : null;
        String why = base == null || known ? null : "what has changed is not known";
        staged.putIfAbsent(
                backup.id(),
                new BackupTaken(since, why, BYTES, digest(backup.id()), sizeBytes, Instant.EPOCH));
        if (open) {
            followed.put(backup.volume(), backup.id());
        } else {
            followed.remove(backup.volume());
        }
    }

    BackupTaken store(UUID backup) throws HypervisorFault {
        var taken = staged.remove(backup);
        if (taken == null) {
            taken = stored.get(backup);
        }
        if (taken == null) {
            throw new HypervisorFault(Kind.STORAGE, "backup " + backup + " was not taken");
        }
        stored.put(backup, taken);
        return taken;
    }

    void erase(UUID backup) {
        staged.remove(backup);
        stored.remove(backup);
    }

    /** A guest has noted nothing of what it did with another content. */
    void forget(UUID volume) {
        followed.remove(volume);
    }

    static void require(BackupSource source) throws HypervisorFault {
        for (BackupSource.Part one : source.chain()) {
            if (!one.sha256().equals(digest(one.id())) || one.bytes() != BYTES) {
                throw new HypervisorFault(
                        Kind.STORAGE,
                        "backup %s in repository %s is damaged: its file has sha256 %s, it was written with %s"
                                .formatted(
                                        one.id(),
                                        source.repository().name(),
                                        digest(one.id()),
                                        one.sha256()));
            }
        }
    }

    private static String digest(UUID backup) {
        return backup.toString().replace("-", "").repeat(2);
    }
}
