package io.yunqing.controller.backup;

import io.yunqing.api.Backup;
import io.yunqing.api.BackupKind;
import io.yunqing.api.BackupSpec;
import io.yunqing.api.BackupStatus;
import io.yunqing.api.Condition;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.controller.backup.BackupStore.Sighting;
import io.yunqing.controller.compute.Instances;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HostPools;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.platform.SimpleNoun;
import io.yunqing.controller.volume.VolumeRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** The rules of backups. */
@ApplicationScoped
class Backups {
    /** The longest chain, so that a restore need not read more files and a lost one does not cost all. */
    static final int LONGEST_CHAIN = 32;

    private final Session em;
    private final Fleet fleet;
    private final HostPools pools;
    private final References references;
    private final BackupStore store;

    Backups(Session em, Fleet fleet, HostPools pools, References references, BackupStore store) {
        this.em = em;
        this.fleet = fleet;
        this.pools = pools;
        this.references = references;
        this.store = store;
    }

    /** The backups of one tenant, or of all when {@code tenant} is null; names are found in one tenant only. */
    SimpleNoun<BackupRow, Backup> of(String tenant) {
        return new InTenant(tenant);
    }

    /** Since when a host must have been heard to be believed. */
    Instant heardSince() {
        return fleet.heardSince();
    }

    private Backup view(BackupRow row, Sighting sighting) {
        boolean heard = fleet.sees(true, sighting.receivedAt());
        BackupObserved observed = row.observed;
        return new Backup(
                Kind.BACKUP,
                row.metadata(),
                row.spec(),
                new BackupStatus(
                        BackupLifecycle.phase(row.deleted, row.made, observed, heard),
                        row.made
                                ? row.base == null ? BackupKind.FULL : BackupKind.INCREMENTAL
                                : null,
                        row.made ? sighting.base() : null,
                        row.made && row.base == null ? row.fullReason : null,
                        row.sizeGiB,
                        row.bytes,
                        row.sha256,
                        row.takenAt,
                        sighting.host(),
                        observed == null ? null : observed.progress(),
                        observed == null ? null : observed.fault(),
                        conditions(row, sighting, heard)));
    }

    private static List<Condition> conditions(BackupRow row, Sighting sighting, boolean heard) {
        List<Condition> conditions = new ArrayList<>();
        if (row.made && !row.deleted) {
            return conditions;
        }
        if (!heard) {
            conditions.add(
                    new Condition(
                            "HostUnreachable",
                            row.deleted && row.made
                                    ? "host %s, which is to remove it, does not report; delete it again to have another one do that"
                                            .formatted(sighting.host())
                                    : "host %s does not report".formatted(sighting.host()),
                            sighting.receivedAt()));
        }
        if (row.observed != null && row.observed.step() != null) {
            conditions.add(
                    new Condition(
                            "Working", "its host is busy with: " + row.observed.step(), null));
        }
        return conditions;
    }

    /** One tenant's backups as a noun. */
    private final class InTenant implements SimpleNoun<BackupRow, Backup> {
        private final String tenant;

        InTenant(String tenant) {
            this.tenant = tenant;
        }

        @Override
        public Kind kind() {
            return Kind.BACKUP;
        }

        @Override
        public String scope() {
            return tenant;
        }

        @Override
        public Class<BackupRow> rowClass() {
            return BackupRow.class;
        }

        @Override
        public List<Backup> views(List<BackupRow> rows) {
            Map<UUID, Sighting> found = store.of(rows);
            return rows.stream().map(row -> view(row, found.get(row.id))).toList();
        }

        @Override
        public Optional<BackupRow> find(String name) {
            return BackupRow.find("tenant = ?1 and name = ?2", Instances.tenantRow(tenant), name)
                    .firstResultOptional();
        }

        @Override
        public void create(BackupRow row, Backup asked) {
            Instances.requireSameTenant(tenant, asked.metadata());
            BackupSpec spec = asked.spec();
            row.tenant = Instances.tenantRow(tenant);
            row.repository =
                    RepositoryRow.<RepositoryRow>find("name", spec.repository())
                            .firstResultOptional()
                            .orElseThrow(() ->
                                    Asked.unknown(
                                            "spec.repository", Kind.REPOSITORY, spec.repository()));
            VolumeRow volume = volume(row, spec.volume());
            row.volumeId = volume.id;
            row.volume = volume.name;
            row.sizeGiB = volume.sizeGiB;
            row.wantedFull = Boolean.TRUE.equals(spec.full());
            row.deletionProtection = Boolean.TRUE.equals(spec.deletionProtection());
            if (!row.wantedFull) {
                build(row);
            }
            row.host = volume.host;
            pools.requireRoom("spec.volume", row.host);
            row.hostRevision = fleet.nextRevision(row.host.id);
        }

        @Override
        public void update(BackupRow row, Backup asked) {
            Instances.requireSameTenant(tenant, asked.metadata());
            BackupSpec spec = asked.spec();
            Asked.same("spec.volume", row.volume, spec.volume());
            Asked.same("spec.repository", row.repository.name, spec.repository());
            Asked.same("spec.full", row.wantedFull, Boolean.TRUE.equals(spec.full()));
            row.deletionProtection = Boolean.TRUE.equals(spec.deletionProtection());
        }

        @Override
        public boolean delete(BackupRow row) {
            Instances.requireUnprotected(row.deletionProtection, "backup " + row.name);
            references.refuseIfAny(
                    row, "backups that build on it", "SELECT name FROM backup WHERE base_id = :id");
            references.refuseIfAny(
                    row,
                    "volumes that are being made from it",
                    "SELECT name FROM volume WHERE backup_id = :id");
            HostRow remover = row.made ? remover(row) : row.host;
            if (!row.deleted || row.host == null || !remover.id.equals(row.host.id)) {
                row.deleted = true;
                row.host = remover;
                row.hostRevision = fleet.nextRevision(row.host.id);
            }
            return false;
        }

        @Override
        public String story(BackupRow row) {
            return "Backup %s of volume %s in repository %s"
                    .formatted(row.name, row.volume, row.repository.name);
        }

        @Override
        public boolean settled(Backup view) {
            return view.status().phase().settled();
        }
    }

    /** The tenant's volume of this name, with what is to be on it, which can neither go nor change until the transaction ends. */
    private VolumeRow volume(BackupRow row, String name) {
        VolumeRow volume =
                VolumeRow.<VolumeRow>find("tenant = ?1 and name = ?2", row.tenant, name)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown("spec.volume", Kind.VOLUME, name));
        em.refresh(volume, LockModeType.PESSIMISTIC_READ);
        if (volume.deleted) {
            throw notFit(name, "volume " + name + " is being deleted", "name another volume");
        }
        if (!volume.isFile()) {
            throw notFit(
                    name,
                    "volume %s is in pool %s of type %s, in which there are no backups"
                            .formatted(name, volume.pool.name, volume.pool.spec.type()),
                    "name a volume in another pool, or back up from within a guest");
        }
        if (!volume.made || volume.source != null) {
            throw notFit(
                    name,
                    volume.made
                            ? "what is on volume %s is being replaced".formatted(name)
                            : "volume %s is not made yet".formatted(name),
                    "wait until it is AVAILABLE or ATTACHED, then ask again");
        }
        return volume;
    }

    private static ProblemException notFit(String volume, String why, String remedy) {
        return ProblemException.field(
                ProblemCode.FIELD_INVALID, "spec.volume", why, null, volume, remedy);
    }

    /** Lets it build on the volume's latest backup in its repository, which stays until it is made. */
    private void build(BackupRow row) {
        Optional<BackupRow> latest =
                BackupRow.<BackupRow>find(
                                "volumeId = ?1 and repository = ?2 and made = true and deleted = false order by takenAt desc",
                                row.volumeId,
                                row.repository)
                        .firstResultOptional();
        latest.ifPresent(base -> em.refresh(base, LockModeType.PESSIMISTIC_READ));
        if (latest.isEmpty() || latest.get().deleted) {
            row.fullReason = "no earlier backup of the volume was complete in the repository";
        } else if (store.chain(latest.get().id) >= LONGEST_CHAIN) {
            row.fullReason =
                    "%d backups build on each other, and no chain becomes longer"
                            .formatted(LONGEST_CHAIN);
        } else {
            row.base = latest.get();
        }
    }

    /** Who removes it from its repository: any host can. */
    private HostRow remover(BackupRow row) {
        if (row.host != null) {
            Instant heard = fleet.observations(List.of(row.host)).get(row.host.id).receivedAt;
            if (fleet.sees(true, heard)) {
                return row.host;
            }
        }
        Optional<UUID> other = store.anyHost(fleet.heardSince());
        if (other.isEmpty() && row.host == null) {
            throw ProblemException.of(
                    ProblemCode.BUSY,
                    "no host reports that could remove backup %s".formatted(row.name),
                    "ask again when one does");
        }
        return other.map(id -> em.getReference(HostRow.class, id)).orElse(row.host);
    }
}
