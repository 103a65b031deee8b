package io.yunqing.controller.volume;

import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.SnapshotSet;
import io.yunqing.api.Volume;
import io.yunqing.api.VolumePhase;
import io.yunqing.api.VolumeStatus;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.controller.compute.InstanceRow;
import io.yunqing.controller.compute.Instances;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.ledger.Refusal;
import io.yunqing.controller.ledger.Taking;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.SimpleNoun;
import io.yunqing.controller.storage.TierRow;
import io.yunqing.controller.tenancy.Refusals;
import io.yunqing.controller.volume.VolumeObservationStore.Sighting;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.hibernate.Session;

/** The rules of volumes. */
@ApplicationScoped
class Volumes {
    private final Session em;
    private final Fleet fleet;
    private final VolumePools pools;
    private final Ledger ledger;
    private final VolumeObservationStore sightings;
    private final VolumeCopying copying;
    private final VolumeMoving moving;
    private final VolumeAttaching attaching;
    private final VolumeTiers tiers;
    private final VolumeWiping wiping;

    Volumes(
            Session em,
            Fleet fleet,
            VolumePools pools,
            Ledger ledger,
            VolumeObservationStore sightings,
            VolumeCopying copying,
            VolumeMoving moving,
            VolumeAttaching attaching,
            VolumeTiers tiers,
            VolumeWiping wiping) {
        this.em = em;
        this.fleet = fleet;
        this.pools = pools;
        this.ledger = ledger;
        this.sightings = sightings;
        this.copying = copying;
        this.moving = moving;
        this.attaching = attaching;
        this.tiers = tiers;
        this.wiping = wiping;
    }

    /** The volumes of one tenant, or of all when {@code tenant} is null; names are found in one tenant only. */
    SimpleNoun<VolumeRow, Volume> of(String tenant) {
        return new InTenant(tenant, null);
    }

    /** The volumes of a tenant, of which those that are made as copies are of the same instant. */
    SimpleNoun<VolumeRow, Volume> ofOneMoment(String tenant, UUID moment) {
        return new InTenant(tenant, moment);
    }

    /**
     * What to create for the snapshots of an instance's volumes, which can neither go nor change until the transaction ends.
     *
     * @throws ProblemException if the instance or one of the volumes is not there, or the instance does not have it
     */
    List<Volume> snapshots(String tenant, String instance, SnapshotSet asked) {
        InstanceRow row = locked("instance", tenant, instance);
        List<VolumeRow> attached = VolumeRow.list("instance = ?1 order by name", row);
        attached.forEach(volume -> em.refresh(volume, LockModeType.PESSIMISTIC_READ));
        List<String> names = attached.stream().map(volume -> volume.name).toList();
        List<String> wanted = asked.volumes() == null ? names : asked.volumes();
        for (int i = 0; i < wanted.size(); i++) {
            if (!names.contains(wanted.get(i))) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        "volumes[%d]".formatted(i),
                        "is no volume that instance " + instance + " has",
                        String.join(", ", names),
                        wanted.get(i),
                        "name volumes that it has, or leave volumes out to have snapshots of all");
            }
        }
        if (wanted.isEmpty()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "volumes",
                    "instance " + instance + " has no volumes",
                    null,
                    null,
                    "create one for it first with POST /v1/tenants/%s/volumes".formatted(tenant));
        }
        List<VolumeRow> chosen =
                attached.stream().filter(volume -> wanted.contains(volume.name)).toList();
        VolumePools.requireOnePool("volumes", chosen);
        return chosen.stream().map(volume -> asked.of(volume.name, volume.sizeGiB)).toList();
    }

    /** Since when a host must have been heard to be believed. */
    Instant heardSince() {
        return fleet.heardSince();
    }

    private List<Volume> views(List<VolumeRow> rows) {
        Map<UUID, Sighting> found = sightings.of(rows);
        return rows.stream()
                .map(row ->
                        new Volume(
                                Kind.VOLUME,
                                row.metadata(),
                                row.spec(),
                                status(row, found.get(row.id))))
                .toList();
    }

    private VolumeStatus status(VolumeRow row, Sighting sighting) {
        VolumeObserved observed = sighting.observed();
        boolean heard = fleet.sees(true, sighting.receivedAt());
        VolumePhase phase =
                VolumeLifecycle.phase(
                        row.deleted,
                        row.sizeGiB,
                        row.instance == null ? null : row.instance.id,
                        row.isFilled(),
                        row.restore,
                        observed,
                        heard && sighting.storageSeen());
        return new VolumeStatus(
                phase,
                sighting.host(),
                sighting.zone(),
                row.pool == null ? null : row.pool.name,
                row.root ? true : null,
                VolumeDesired.serial(row.id),
                new TreeMap<>(row.amounts()),
                observed == null ? null : sighting.seenAt(),
                observed == null ? null : observed.fault(),
                VolumeConditions.of(row.pool, sighting, heard));
    }

    /** One tenant's volumes as a noun. */
    private final class InTenant implements SimpleNoun<VolumeRow, Volume> {
        private final String tenant;
        private final UUID moment;

        InTenant(String tenant, UUID moment) {
            this.tenant = tenant;
            this.moment = moment;
        }

        @Override
        public Kind kind() {
            return Kind.VOLUME;
        }

        @Override
        public String scope() {
            return tenant;
        }

        @Override
        public Class<VolumeRow> rowClass() {
            return VolumeRow.class;
        }

        @Override
        public List<Volume> views(List<VolumeRow> rows) {
            return Volumes.this.views(rows);
        }

        @Override
        public Optional<VolumeRow> find(String name) {
            return VolumeRow.find("tenant = ?1 and name = ?2", Instances.tenantRow(tenant), name)
                    .firstResultOptional();
        }

        @Override
        public void create(VolumeRow row, Volume asked) {
            Instances.requireSameTenant(tenant, asked.metadata());
            row.tenant = Instances.tenantRow(tenant);
            row.sizeGiB = asked.spec().sizeGiB();
            row.moment = moment;
            row.deletionProtection = isProtected(asked);
            row.tier = tiers.of(row, asked.spec());
            row.pool = row.tier == null ? null : row.tier.pool;
            InstanceRow instance = null;
            if (asked.spec().instance() != null) {
                instance = locked("spec.instance", row.tenant.name, asked.spec().instance());
                attaching.requireSlot(instance);
                row.host = instance.host;
            }
            copying.begin(row, asked.spec());
            if (row.host == null) {
                row.host = home(row);
            }
            Taking taking =
                    new Taking(
                            row.id,
                            row.tenant.id,
                            pools.provider(row),
                            ledger.kinds().amounts(row.amounts()));
            ledger.take(List.of(taking))
                    .ifPresent(refusal -> {
                        throw refused(row, refusal, "it needs %d".formatted(refusal.asked()));
                    });
            if (row.source != null) {
                moving.move(row.source, row.host);
            }
            row.instance = instance;
            tellHost(row, instance);
        }

        @Override
        public void update(VolumeRow row, Volume asked) {
            Instances.requireSameTenant(tenant, asked.metadata());
            if (row.deleted) {
                throw ProblemException.of(
                        ProblemCode.PRECONDITION_FAILED,
                        "volume " + row.name + " is being deleted",
                        "wait until it is gone, then create it anew");
            }
            boolean replaced = copying.change(row, asked.spec());
            row.deletionProtection = isProtected(asked);
            String has = row.spec().instance();
            String wanted = asked.spec().instance();
            TierRow tier = tiers.next(row, asked.spec());
            VolumePools.requireSamePool(row, tier);
            boolean changesTier = !Objects.equals(tier, row.tier);
            row.tier = tier;
            InstanceRow touched = null;
            if (!Objects.equals(has, wanted)) {
                attaching.requireNoRoot("spec.instance", row, wanted);
                attaching.requireOneStep(row, has, wanted);
                touched = locked("spec.instance", row.tenant.name, has == null ? wanted : has);
                if (has == null) {
                    copying.requireAttachable(row, wanted);
                    attaching.requireSharedOrSameHost(row, touched);
                    attaching.requireReleased(row);
                    moving.requireMovable("spec.instance", row, touched.host);
                    attaching.requireSlot(touched);
                }
                row.instance = has == null ? touched : null;
            } else if (changesTier && has != null) {
                touched = locked("spec.instance", row.tenant.name, has);
            }
            if (replaced) {
                pools.requireRoom("spec.restore", row);
                attaching.requireDetached(row, has);
                attaching.requireReleased(row);
            }
            boolean grows = grow(row, asked.spec().sizeGiB());
            if (row.instance != null) {
                moving.move(row, row.instance.host);
            }
            if (replaced) {
                moving.move(row.source, row.host);
            }
            if (grows || replaced || touched != null) {
                tellHost(row, touched);
            }
        }

        @Override
        public boolean delete(VolumeRow row) {
            Instances.requireUnprotected(row.deletionProtection, "volume " + row.name);
            attaching.requireNoRoot("metadata.name", row, row.name);
            attaching.requireDetached(row, row.spec().instance());
            moving.requireUnread(row);
            if (!row.deleted) {
                row.deleted = true;
                row.source = null;
                row.backup = null;
                wiping.begin(row);
                tellHost(row, null);
            }
            return false;
        }

        @Override
        public String story(VolumeRow row) {
            return "Volume %s of %d GiB on host %s, %s"
                    .formatted(
                            row.name,
                            row.sizeGiB,
                            row.host.name,
                            row.instance == null ? "detached" : "attached to " + row.instance.name);
        }

        @Override
        public boolean settled(Volume view) {
            return view.status().phase().settled();
        }
    }

    private static boolean isProtected(Volume asked) {
        return Boolean.TRUE.equals(asked.spec().deletionProtection());
    }

    // --- What an update does ---

    /** Returns whether it does. */
    private boolean grow(VolumeRow row, int sizeGiB) {
        if (sizeGiB < row.sizeGiB) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.sizeGiB",
                    "a volume cannot become smaller, as what is on it would be cut off",
                    ">= " + row.sizeGiB,
                    sizeGiB,
                    "create a smaller volume and copy what is needed");
        }
        boolean grows = sizeGiB > row.sizeGiB;
        if (grows) {
            row.sizeGiB = sizeGiB;
            ledger.resize(row.id, ledger.kinds().amounts(row.amounts()))
                    .ifPresent(refusal -> {
                        throw refused(row, refusal, "it needs %d more".formatted(refusal.asked()));
                    });
        }
        return grows;
    }

    /**
     * Lets the host know of the volume's change.
     *
     * @param touched the instance that gets it, loses it, or has it as of another tier; none when null
     */
    private void tellHost(VolumeRow row, InstanceRow touched) {
        row.hostRevision = fleet.nextRevision(row.host.id);
        if (touched != null) {
            touched.hostRevision = row.hostRevision;
            if (row.instance == null) {
                row.detachRevision = row.hostRevision;
            }
        }
    }

    /**
     * The tenant's instance of this name, which can neither go nor change until the transaction ends. It is locked before what
     * the ledger locks, and that before the host's counter: one order for all, so that no two wait for each other in a circle.
     */
    private InstanceRow locked(String field, String tenant, String name) {
        InstanceRow instance =
                InstanceRow.<InstanceRow>find("tenant.name = ?1 and name = ?2", tenant, name)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown(field, Kind.INSTANCE, name));
        em.refresh(instance, LockModeType.PESSIMISTIC_WRITE);
        if (instance.deleted) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    field,
                    "instance " + name + " is being deleted",
                    null,
                    name,
                    "name another instance");
        }
        return instance;
    }

    /** A copy is made where its source is, and what begins empty where its instance is. */
    private static HostRow home(VolumeRow row) {
        if (row.source == null) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.instance",
                    "is missing; a volume is made on its instance's host, or as a copy on its source's",
                    "the name of one of the tenant's instances",
                    null,
                    "name the instance that is to have it; it can be detached later");
        }
        return row.source.host;
    }

    private ProblemException refused(VolumeRow row, Refusal refusal, String needed) {
        return switch (refusal) {
            case Refusal.OverLimit limit ->
                    Refusals.over(
                            "spec.sizeGiB",
                            Refusals.payer(row.tenant, limit),
                            limit,
                            needed,
                            "ask for less");
            case Refusal.ProviderFull full -> pools.full(row, full, needed);
        };
    }
}
