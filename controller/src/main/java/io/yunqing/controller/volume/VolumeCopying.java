package io.yunqing.controller.volume;

import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.VolumeSpec;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.Objects;
import org.hibernate.Session;

/**
 * The rules of volumes that have their content from others. Sources and copies are on one host, as copies are made from file to
 * file.
 */
@ApplicationScoped
class VolumeCopying {
    private static final String COPY_OF = "spec.copyOf";
    private static final String RESTORE = "spec.restore";
    private static final String SNAPSHOT = "spec.snapshot";

    private final Session em;
    private final VolumeMoving moving;
    private final VolumeRestoring restoring;

    VolumeCopying(Session em, VolumeMoving moving, VolumeRestoring restoring) {
        this.em = em;
        this.moving = moving;
        this.restoring = restoring;
    }

    /**
     * Takes the wish that a new volume be a copy, or a snapshot; its tenant and size are set. From then on the source stays until
     * it is copied.
     *
     * @throws ProblemException if the source is not there, or larger, or the wish contradicts itself
     */
    void begin(VolumeRow row, VolumeSpec asked) {
        if (asked.restoreOrNone() != 0) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    RESTORE,
                    "counts how often a volume was restored, and a new one was not",
                    "0",
                    asked.restore(),
                    "leave it out");
        }
        row.snapshot = Boolean.TRUE.equals(asked.snapshot());
        restoring.begin(row, asked);
        if (asked.copyOf() != null) {
            row.source = source(row, asked.copyOf());
            row.copyOf = asked.copyOf();
        } else if (row.snapshot) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    COPY_OF,
                    "is missing; a snapshot is a copy of a volume",
                    "the name of one of the tenant's volumes",
                    null,
                    "name the volume that it is to be a snapshot of");
        }
        if (row.snapshot && asked.instance() != null) {
            throw keptOnly(row.name, asked.instance());
        }
    }

    /**
     * Takes the wish that a volume's content be replaced, or refuses what may change only with that.
     *
     * @return whether it is to be replaced; that nobody has the volume is for the caller to see to
     * @throws ProblemException if it is protected or a snapshot, is still being copied, or the source does not fit
     */
    boolean change(VolumeRow row, VolumeSpec asked) {
        VolumeRestoring.requireSame(row, asked);
        Asked.same(SNAPSHOT, row.snapshot, Boolean.TRUE.equals(asked.snapshot()));
        if (asked.restoreOrNone() == row.restore) {
            requireSameSource(row, asked);
            requireKept(row, asked);
            return false;
        }
        if (asked.restoreOrNone() != row.restore + 1) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    RESTORE,
                    "counts how often the volume was restored, and one more restores it",
                    "%d or %d".formatted(row.restore, row.restore + 1),
                    asked.restore(),
                    "set it to %d to have the volume restored from spec.copyOf, or leave it as it is"
                            .formatted(row.restore + 1));
        }
        if (row.snapshot) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    RESTORE,
                    "volume %s is a snapshot, which stays as it is".formatted(row.name),
                    String.valueOf(row.restore),
                    asked.restore(),
                    "restore the volume that it is a snapshot of, or create another with spec.copyOf");
        }
        if (row.deletionProtection) {
            throw ProblemException.of(
                    ProblemCode.DELETION_PROTECTED,
                    "volume %s is protected, and what is on it would be replaced"
                            .formatted(row.name),
                    "set spec.deletionProtection to false first, if that is really to go");
        }
        if (asked.copyOf() == null) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    COPY_OF,
                    "is missing, and spec.restore asks for a copy",
                    "the name of one of the tenant's volumes",
                    null,
                    "name the volume or snapshot that it is to be restored from");
        }
        requireCopied(row, row.name);
        row.source = source(row, asked.copyOf());
        row.copyOf = asked.copyOf();
        row.restore++;
        return true;
    }

    /**
     * @throws ProblemException if the volume is only kept, or what is on it is to be replaced
     */
    void requireAttachable(VolumeRow row, String instance) {
        if (row.snapshot) {
            throw keptOnly(row.name, instance);
        }
        requireCopied(row, instance);
    }

    /** The volume that it is to become a copy of, which stays until the transaction ends. */
    private VolumeRow source(VolumeRow row, String name) {
        VolumeRow source =
                VolumeRow.<VolumeRow>find("tenant = ?1 and name = ?2", row.tenant, name)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown(COPY_OF, Kind.VOLUME, name));
        boolean movable = VolumeMoving.isShared(source);
        em.refresh(
                source, movable ? LockModeType.PESSIMISTIC_WRITE : LockModeType.PESSIMISTIC_READ);
        if (source.id.equals(row.id)) {
            throw notFit(name, "a volume cannot be a copy of itself", "name a snapshot of it");
        }
        if (source.deleted) {
            throw notFit(name, "volume " + name + " is being deleted", "name another volume");
        }
        if (!source.made || source.source != null) {
            throw notFit(
                    name,
                    source.made
                            ? "what is on volume %s is being replaced".formatted(name)
                            : "volume %s is not made yet".formatted(name),
                    "wait until it is AVAILABLE or ATTACHED, then ask again");
        }
        VolumePools.requireCopyable(row, source);
        boolean elsewhere = row.host != null && !row.host.id.equals(source.host.id);
        if (elsewhere && movable && source.instance == null) {
            moving.requireMovable(COPY_OF, source, row.host);
        } else if (elsewhere) {
            throw notFit(
                    name,
                    "volume %s is on host %s, and volume %s on host %s"
                            .formatted(name, source.host.name, row.name, row.host.name),
                    "name a volume on host " + row.host.name);
        }
        if (source.sizeGiB > row.sizeGiB) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.sizeGiB",
                    "volume %s, which it is to be a copy of, has %d GiB"
                            .formatted(name, source.sizeGiB),
                    ">= " + source.sizeGiB,
                    row.sizeGiB,
                    "ask for at least " + source.sizeGiB);
        }
        return source;
    }

    private static ProblemException notFit(String name, String why, String remedy) {
        return ProblemException.field(ProblemCode.FIELD_INVALID, COPY_OF, why, null, name, remedy);
    }

    private static void requireSameSource(VolumeRow row, VolumeSpec asked) {
        if (!Objects.equals(row.copyOf, asked.copyOf())) {
            throw ProblemException.field(
                    ProblemCode.FIELD_IMMUTABLE,
                    COPY_OF,
                    "says where the volume has its content from",
                    ProblemException.abbreviate(row.copyOf),
                    asked.copyOf(),
                    "set spec.restore to %d as well to have what is on the volume replaced, or create another"
                            .formatted(row.restore + 1));
        }
    }

    /** A snapshot is what its source was, also in size. */
    private static void requireKept(VolumeRow row, VolumeSpec asked) {
        if (row.snapshot && asked.sizeGiB() > row.sizeGiB) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.sizeGiB",
                    "volume %s is a snapshot, which stays as it is".formatted(row.name),
                    String.valueOf(row.sizeGiB),
                    asked.sizeGiB(),
                    "create a larger volume with spec.copyOf");
        }
    }

    private static void requireCopied(VolumeRow row, Object asked) {
        if (row.backup != null) {
            throw ProblemException.field(
                    ProblemCode.VOLUME_IN_USE,
                    VolumeRestoring.FROM_BACKUP,
                    "volume %s is still being made from backup %s"
                            .formatted(row.name, row.fromBackup),
                    null,
                    asked,
                    "wait until it is AVAILABLE, then ask again");
        }
        if (row.source != null) {
            throw ProblemException.field(
                    ProblemCode.VOLUME_IN_USE,
                    COPY_OF,
                    "volume %s is still being filled with a copy of %s"
                            .formatted(row.name, row.copyOf),
                    null,
                    asked,
                    "wait until it is AVAILABLE, then ask again");
        }
    }

    private static ProblemException keptOnly(String name, String instance) {
        return ProblemException.field(
                ProblemCode.FIELD_INVALID,
                "spec.instance",
                "volume %s is a snapshot, which no instance can have".formatted(name),
                "no instance",
                instance,
                "create a volume with spec.copyOf %s for the instance, or restore one from it"
                        .formatted(name));
    }
}
