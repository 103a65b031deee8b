package io.yunqing.controller.compute;

import io.yunqing.api.Address;
import io.yunqing.api.Instance;
import io.yunqing.api.InstanceSpec;
import io.yunqing.api.InstanceStatus;
import io.yunqing.api.Kind;
import io.yunqing.api.Metadata;
import io.yunqing.api.OnHostLoss;
import io.yunqing.api.Phase;
import io.yunqing.api.Power;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.compute.InstanceSightings.HostSeen;
import io.yunqing.controller.compute.InstanceSightings.Sighting;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Noun;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.tenancy.TenantRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** The rules of instances. */
@ApplicationScoped
public class Instances {
    /** The most volumes that may be attached to one: virtio disks get the letters behind those of its own. */
    public static final int MOST_VOLUMES = 16;

    private final Session em;
    private final Fleet fleet;
    private final InstanceSightings sightings;
    private final Resizing resizing;
    private final Rebuilding rebuilding;
    private final Rescuing rescuing;
    private final Changes changes;
    private final Transactions transactions;
    private final Event<RootAbandoned> abandoned;

    Instances(
            Session em,
            Fleet fleet,
            InstanceSightings sightings,
            Resizing resizing,
            Rebuilding rebuilding,
            Rescuing rescuing,
            Changes changes,
            Transactions transactions,
            Event<RootAbandoned> abandoned) {
        this.em = em;
        this.fleet = fleet;
        this.sightings = sightings;
        this.resizing = resizing;
        this.rebuilding = rebuilding;
        this.rescuing = rescuing;
        this.changes = changes;
        this.transactions = transactions;
        this.abandoned = abandoned;
    }

    /** That a root disk is to be deleted, as its instance is; told in that transaction. */
    public record RootAbandoned(UUID volume) {}

    /** The instances of one tenant, or of all when {@code tenant} is null; names are found in one tenant only. */
    public Noun<InstanceRow, Instance> of(String tenant) {
        return new InTenant(tenant);
    }

    /** The wire forms of some rows, in their order. */
    public List<Instance> views(List<InstanceRow> rows) {
        Map<UUID, Sighting> sightings = this.sightings.of(rows);
        return rows.stream()
                .map(row ->
                        new Instance(
                                Kind.INSTANCE,
                                row.metadata(),
                                row.spec,
                                status(row, sightings.get(row.id))))
                .toList();
    }

    /** Since when a host must have been heard, so that what it said of its instances still holds. */
    Instant heardSince() {
        return fleet.heardSince();
    }

    private InstanceStatus status(InstanceRow row, Sighting sighting) {
        InstanceObserved observed = sighting.observed();
        HostSeen host = sighting.host();
        boolean seen = fleet.sees(host.complete(), host.receivedAt());
        Phase phase = InstanceLifecycle.phase(row.desired(), observed, seen);
        return new InstanceStatus(
                phase,
                host.name(),
                host.zone(),
                sighting.ip() == null ? List.of() : List.of(new Address(sighting.ip(), row.mac)),
                row.amounts(),
                observed == null ? null : host.seenAt(),
                row.placement,
                observed == null ? null : observed.fault(),
                InstanceConditions.of(row, sighting, seen, phase),
                sighting.volumes());
    }

    /**
     * @throws ProblemException if there is no such tenant
     */
    public void requireTenant(String tenant) {
        transactions.read(() -> tenantRow(tenant));
    }

    /**
     * @throws ProblemException if a body says another tenant than the path
     */
    public static void requireSameTenant(String tenant, Metadata asked) {
        String named = asked.tenant();
        if (named != null && !named.equals(tenant)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "metadata.tenant",
                    "does not match the path",
                    tenant,
                    named,
                    "send " + tenant + ", or leave it out");
        }
    }

    /**
     * @throws ProblemException if there is no such instance
     */
    public static InstanceRow existing(Noun<InstanceRow, Instance> noun, String name) {
        return noun.find(name)
                .orElseThrow(() ->
                        ProblemException.of(
                                ProblemCode.NOT_FOUND,
                                "there is no instance " + ProblemException.abbreviate(name),
                                "list them with GET /v1/instances"));
    }

    /** One sentence for the history. */
    static String story(String name, String host, Power power) {
        return "Instance %s on host %s, power %s".formatted(name, host, power);
    }

    /**
     * @throws ProblemException if there is no such tenant
     */
    public static TenantRow tenantRow(String name) {
        return TenantRow.<TenantRow>find("name", name)
                .firstResultOptional()
                .orElseThrow(() ->
                        ProblemException.of(
                                ProblemCode.NOT_FOUND,
                                "there is no tenant " + ProblemException.abbreviate(name),
                                "list them with GET /v1/tenants"));
    }

    /**
     * @throws ProblemException if what is to be deleted is protected from that
     */
    public static void requireUnprotected(Boolean protection, String what) {
        if (Boolean.TRUE.equals(protection)) {
            throw ProblemException.of(
                    ProblemCode.DELETION_PROTECTED,
                    what + " is protected from being deleted",
                    "set spec.deletionProtection to false first, if it is really to go");
        }
    }

    /**
     * @param root whether its root disk is a volume
     * @throws ProblemException if it is to be started on another host, and what it is on stays
     */
    static void requireRestartable(InstanceSpec spec, boolean root) {
        if (spec.onHostLoss() == OnHostLoss.RESTART && !root) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.onHostLoss",
                    "its root disk is in its host's own pool, and lost with the host",
                    OnHostLoss.STAY.name(),
                    spec.onHostLoss(),
                    "choose a flavor with a tier, whose root disks are in a pool that hosts share");
        }
    }

    /** Returns whether what its host does for a boot has changed. */
    private static boolean requireBoot(InstanceRow row, InstanceSpec wanted) {
        int before = row.spec.bootOrNone();
        int boot = wanted.bootOrNone();
        if (boot < before) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.boot",
                    "counts how many times the instance was to be started anew, and cannot become smaller",
                    ">= " + before,
                    boot,
                    "leave it out to keep it, or give %d to have it started anew"
                            .formatted(before + 1));
        }
        if (boot > before && wanted.powerOrDefault() != Power.RUNNING) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.boot",
                    "only what is to be RUNNING can be started anew, and power is to be "
                            + wanted.powerOrDefault(),
                    String.valueOf(before),
                    boot,
                    "set spec.power to RUNNING, which starts it if it is off");
        }
        return boot > before || !Objects.equals(row.spec.forcedBoot(), wanted.forcedBoot());
    }

    private boolean protectsRoot(InstanceRow row) {
        return em.createNativeQuery(
                        "SELECT EXISTS (SELECT FROM volume WHERE instance_id = :id AND root AND deletion_protection)",
                        Boolean.class)
                .setParameter("id", row.id)
                .getSingleResult();
    }

    /** The volumes that are attached to it, locked before the host's counter, as whoever changes one of them does. */
    private List<UUID> lockedVolumes(InstanceRow row) {
        return em.createNativeQuery(
                        "SELECT id FROM volume WHERE instance_id = :id ORDER BY id FOR NO KEY UPDATE",
                        UUID.class)
                .setParameter("id", row.id)
                .getResultList();
    }

    /** Volumes stay when their instance goes, but for its root disk. */
    private void detach(InstanceRow row, List<UUID> volumes) {
        List<Tuple> detached =
                em.createNativeQuery(
                                """
                                UPDATE volume SET instance_id = NULL, image_id = NULL, deleted = deleted OR root, revision = revision + 1,
                                    host_revision = :revision, detach_revision = :revision
                                WHERE id = ANY (:ids) RETURNING id, name, root, revision
                                """,
                                Tuple.class)
                        .setParameter("revision", row.hostRevision)
                        .setParameter("ids", volumes.toArray(UUID[]::new))
                        .getResultList();
        for (Tuple volume : detached) {
            boolean root = volume.get("root", Boolean.class);
            changes.announce(
                    new Change(
                            Kind.VOLUME,
                            row.tenant.name,
                            volume.get("name", String.class),
                            volume.get("id", UUID.class),
                            "updated",
                            "%s, as instance %s is being deleted"
                                    .formatted(root ? "to be deleted" : "detached", row.name),
                            volume.get("revision", Long.class)));
            if (root) {
                abandoned.fire(new RootAbandoned(volume.get("id", UUID.class)));
            }
        }
    }

    /** One tenant's instances as a noun. */
    private final class InTenant implements Noun<InstanceRow, Instance> {
        private final String tenant;

        /** Good for the transaction that it was read in. */
        private TenantRow tenantRow;

        InTenant(String tenant) {
            this.tenant = tenant;
        }

        @Override
        public Kind kind() {
            return Kind.INSTANCE;
        }

        @Override
        public String scope() {
            return tenant;
        }

        @Override
        public Class<InstanceRow> rowClass() {
            return InstanceRow.class;
        }

        @Override
        public List<Instance> views(List<InstanceRow> rows) {
            return Instances.this.views(rows);
        }

        @Override
        public Optional<InstanceRow> find(String name) {
            return InstanceRow.find("tenant = ?1 and name = ?2", tenantRow(), name)
                    .firstResultOptional();
        }

        @Override
        public void update(InstanceRow row, Instance asked) {
            requireSameTenant(tenant, asked.metadata());
            InstanceSpec spec = asked.spec();
            same("spec.zone", row.spec.zone(), spec.zone());
            same("spec.group", row.spec.group(), spec.group());
            same("spec.network", row.spec.network(), spec.network());
            if (row.deleted) {
                throw ProblemException.of(
                        ProblemCode.PRECONDITION_FAILED,
                        "instance " + row.name + " is being deleted",
                        "wait until it is gone, then create it anew");
            }
            InstanceSpec wanted = spec.keepingBoots(row.spec);
            boolean booted = requireBoot(row, wanted);
            rebuilding.change(row, wanted);
            boolean rescued = rescuing.change(row, wanted);
            boolean resized = !row.spec.flavor().equals(spec.flavor());
            if (resized) {
                resizing.resize(row, spec.flavor());
            }
            boolean powered = row.power() != wanted.powerOrDefault();
            boolean ordered = !Objects.equals(row.spec.turn(), wanted.turn());
            row.spec = wanted;
            requireRestartable(wanted, row.flavor.hasRootVolumes());
            boolean restartable = row.isToBeRestarted();
            boolean repoliced = restartable != (row.restartRevision != null);
            if (resized || powered || booted || rescued || ordered || repoliced) {
                row.hostRevision = fleet.nextRevision(row.host.id);
            }
            if (repoliced) {
                row.restartRevision = restartable ? row.hostRevision : null;
            }
        }

        @Override
        public boolean delete(InstanceRow row) {
            requireUnprotected(row.spec.deletionProtection(), "instance " + row.name);
            if (!row.deleted) {
                row.deleted = true;
                List<UUID> volumes = lockedVolumes(row);
                requireUnprotected(
                        protectsRoot(row),
                        "volume %s%s, the root disk of instance %s,"
                                .formatted(row.name, Creation.ROOT, row.name));
                row.hostRevision = fleet.nextRevision(row.host.id);
                detach(row, volumes);
            }
            return false;
        }

        @Override
        public String story(InstanceRow row) {
            return Instances.story(row.name, row.host.name, row.power());
        }

        @Override
        public boolean settled(Instance view) {
            return view.status().phase().settled();
        }

        private TenantRow tenantRow() {
            if (tenantRow == null || !em.contains(tenantRow)) {
                tenantRow = Instances.tenantRow(tenant);
            }
            return tenantRow;
        }

        private static void same(String field, Object current, Object asked) {
            if (!Objects.equals(current, asked)) {
                throw ProblemException.field(
                        ProblemCode.FIELD_IMMUTABLE,
                        field,
                        "is decided at its creation and cannot be changed",
                        ProblemException.abbreviate(current),
                        asked,
                        "create another instance");
            }
        }
    }
}
