package io.yunqing.controller.volume;

import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.VolumeSpec;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.Session;

/** The rules of volumes that are made from backups, on whichever host. */
@ApplicationScoped
class VolumeRestoring {
    static final String FROM_BACKUP = "spec.fromBackup";

    private final Session em;

    VolumeRestoring(Session em) {
        this.em = em;
    }

    /**
     * Takes the wish that a new volume be made from a backup; its tenant and size are set. From then on the backup stays until the
     * volume is made.
     *
     * @throws ProblemException if the backup is not there, or of a larger volume, or the wish contradicts itself
     */
    void begin(VolumeRow row, VolumeSpec asked) {
        String name = asked.fromBackup();
        if (name == null) {
            return;
        }
        if (asked.copyOf() != null) {
            throw notFit(
                    name,
                    "a volume is made from a backup or as a copy, not both",
                    "leave out spec.copyOf or spec.fromBackup");
        }
        if (asked.instance() == null) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.instance",
                    "is missing; a volume is made from a backup on its instance's host",
                    "the name of one of the tenant's instances",
                    null,
                    "name the instance that is to have it; it can be detached later");
        }
        VolumePools.requireFiles(FROM_BACKUP, row);
        Tuple backup = locked(row, name);
        if (backup.get("deleted", Boolean.class)) {
            throw notFit(name, "backup " + name + " is being deleted", "name another backup");
        }
        if (!backup.get("made", Boolean.class)) {
            throw notFit(
                    name,
                    "backup " + name + " is not there yet",
                    "wait until it is AVAILABLE, then ask again");
        }
        int sizeGiB = backup.get("size_gib", Integer.class);
        if (sizeGiB > row.sizeGiB) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.sizeGiB",
                    "backup %s, which it is to be made from, is of a volume of %d GiB"
                            .formatted(name, sizeGiB),
                    ">= " + sizeGiB,
                    row.sizeGiB,
                    "ask for at least " + sizeGiB);
        }
        row.backup = backup.get("id", UUID.class);
        row.fromBackup = name;
    }

    /** The backup, which stays until the transaction ends. */
    private Tuple locked(VolumeRow row, String name) {
        return em.createNativeQuery(
                        """
                        SELECT id, made, deleted, size_gib FROM backup
                        WHERE tenant_id = :tenant AND name = :name FOR SHARE
                        """,
                        Tuple.class)
                .setParameter("tenant", row.tenant.id)
                .setParameter("name", name)
                .getResultStream()
                .findFirst()
                .orElseThrow(() -> Asked.unknown(FROM_BACKUP, Kind.BACKUP, name));
    }

    static void requireSame(VolumeRow row, VolumeSpec asked) {
        if (!Objects.equals(row.fromBackup, asked.fromBackup())) {
            throw ProblemException.field(
                    ProblemCode.FIELD_IMMUTABLE,
                    FROM_BACKUP,
                    "says what the volume was made from",
                    ProblemException.abbreviate(row.fromBackup),
                    asked.fromBackup(),
                    "create another volume");
        }
    }

    private static ProblemException notFit(String name, String why, String remedy) {
        return ProblemException.field(
                ProblemCode.FIELD_INVALID, FROM_BACKUP, why, null, name, remedy);
    }
}
