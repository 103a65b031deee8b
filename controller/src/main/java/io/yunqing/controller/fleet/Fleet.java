package io.yunqing.controller.fleet;

import io.yunqing.api.HostInventory;
import io.yunqing.api.HostState;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.address.Subnet;
import io.yunqing.controller.fleet.AgentPolicy.Bounds;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.ledger.Ledger.Promise;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Wakeups;
import io.yunqing.controller.platform.Where;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.RemovalsMode;
import org.hibernate.Session;
import org.hibernate.SessionCheckMode;

/** What is known of the hosts, and the counter of what each should be. */
@ApplicationScoped
public class Fleet {
    /** The pool that instances' root disks come from. */
    public static final String DEFAULT_POOL = "default";

    static final String PROVIDER_KIND = "host";

    private final Session em;
    private final Ledger ledger;
    private final AgentPolicy policy;
    private final HostPools pools;
    private final Wakeups wakeups;
    private final InstantSource clock;

    Fleet(
            Session em,
            Ledger ledger,
            AgentPolicy policy,
            HostPools pools,
            Wakeups wakeups,
            InstantSource clock) {
        this.em = em;
        this.ledger = ledger;
        this.policy = policy;
        this.pools = pools;
        this.wakeups = wakeups;
        this.clock = clock;
    }

    public Map<UUID, HostObservationRow> observations(Collection<HostRow> hosts) {
        Map<UUID, HostObservationRow> found = new HashMap<>();
        List<UUID> ids = hosts.stream().map(host -> host.id).toList();
        em
                .findMultiple(
                        HostObservationRow.class,
                        ids,
                        SessionCheckMode.ENABLED,
                        RemovalsMode.REPLACE)
                .stream()
                .filter(Objects::nonNull)
                .forEach(row -> found.put(row.hostId, row));
        // A host whose row is going at this very moment.
        ids.forEach(id -> found.computeIfAbsent(id, HostObservationRow::unseen));
        return found;
    }

    public HostState state(HostObservationRow seen) {
        return seen.fence == null
                ? policy.state(seen.receivedAt, clock.instant())
                : HostState.FENCED;
    }

    /** Whether what the host last said still holds: it is heard, and it saw its own domains. */
    public boolean sees(boolean complete, Instant receivedAt) {
        return policy.sees(complete, receivedAt, clock.instant());
    }

    /** Adds the condition that a host {@code r} is in the state; see {@link AgentPolicy#state(Instant, Instant)}. */
    void inState(Where<?> where, HostState state) {
        Bounds bounds = policy.bounds(clock.instant());
        Map<String, Object> times =
                switch (state) {
                    case INVITED, FENCED -> Map.of();
                    case CURRENT -> Map.of("currentSince", bounds.currentSince());
                    case LATE ->
                            Map.of(
                                    "currentSince", bounds.currentSince(),
                                    "reachableSince", bounds.reachableSince());
                    case UNREACHABLE -> Map.of("reachableSince", bounds.reachableSince());
                };
        String heard =
                switch (state) {
                    case INVITED -> "o.received_at IS NULL";
                    case CURRENT -> "o.received_at >= :currentSince";
                    case LATE ->
                            "o.received_at < :currentSince AND o.received_at >= :reachableSince";
                    case UNREACHABLE -> "o.received_at < :reachableSince";
                    case FENCED -> "true";
                };
        where.and(
                times,
                "EXISTS (SELECT FROM host_observation o WHERE o.host_id = r.id AND (o.fence_id IS NOT NULL) = %s AND %s)"
                        .formatted(state == HostState.FENCED, heard));
    }

    /** Since when a host must have been heard, so that what it said still holds. */
    public Instant heardSince() {
        return clock.instant().minus(policy.lease());
    }

    /** The topic that is raised when what a host should be has changed. */
    public static String topic(UUID host) {
        return "host/" + host;
    }

    /**
     * Moves the host's counter on and wakes its agent on commit. The counter's row stays locked until then, so that revisions
     * become visible in their order.
     */
    public long nextRevision(UUID host) {
        wakeups.onCommit(topic(host));
        return em.createNativeQuery(
                        "UPDATE host_desired SET revision = revision + 1 WHERE host_id = :host RETURNING revision",
                        Long.class)
                .setParameter("host", host)
                .getSingleResult();
    }

    /**
     * Moves the counters of the hosts of a zone on, as what they are told of pools has changed, and wakes their agents on commit.
     *
     * @param zone of all zones when null
     */
    public void poolsChanged(ZoneRow zone) {
        List<UUID> hosts =
                em.createNativeQuery(
                                """
                                WITH told AS (SELECT host_id FROM host_desired
                                              WHERE cast(:zone AS uuid) IS NULL OR host_id IN (SELECT id FROM host WHERE zone_id = cast(:zone AS uuid))
                                              ORDER BY host_id FOR NO KEY UPDATE)
                                UPDATE host_desired d SET revision = revision + 1, pools_revision = revision + 1
                                FROM told WHERE d.host_id = told.host_id RETURNING d.host_id
                                """,
                                UUID.class)
                        .setParameter("zone", zone == null ? null : zone.id, UUID.class)
                        .getResultList();
        wakeups.onCommit(hosts.stream().map(Fleet::topic).toArray(String[]::new));
    }

    /** The same of one host, which is told of other pools than before. */
    void poolsChanged(HostRow host) {
        long revision = nextRevision(host.id);
        em.createNativeQuery(
                        "UPDATE host_desired SET pools_revision = :revision WHERE host_id = :host",
                        Object.class)
                .setParameter("revision", revision)
                .setParameter("host", host.id)
                .executeUpdate();
    }

    /** The pools that hosts are told of and do not see, each with the reason if its host gave one. */
    Map<UUID, List<String>> unseenPools(Collection<HostRow> hosts) {
        List<Tuple> rows =
                em.createNativeQuery(
                                """
                                SELECT h.id AS host, 'pool ' || p.name || coalesce(' (' || s.fault || ')', '') AS pool
                                FROM host h
                                JOIN pool p ON p.zone_id IS NULL OR p.zone_id = h.zone_id
                                LEFT JOIN pool_host s ON s.pool_id = p.id AND s.host_id = h.id
                                WHERE h.id = ANY (:hosts) AND NOT coalesce(s.seen, false)
                                ORDER BY p.name
                                """,
                                Tuple.class)
                        .setParameter(
                                "hosts", hosts.stream().map(host -> host.id).toArray(UUID[]::new))
                        .getResultList();
        return rows.stream()
                .collect(
                        Collectors.groupingBy(
                                row -> row.get("host", UUID.class),
                                Collectors.mapping(
                                        row -> row.get("pool", String.class),
                                        Collectors.toList())));
    }

    /** Forgets what the host found of pools, and takes from the ledger what was this host's alone. Nothing of the host's is in them. */
    void forgetPools(HostRow host) {
        em.createNativeQuery(
                        """
                        WITH found AS (DELETE FROM pool_host WHERE host_id = :host RETURNING pool_id, provider_id)
                        SELECT provider_id FROM found WHERE provider_id <> pool_id ORDER BY provider_id
                        """,
                        UUID.class)
                .setParameter("host", host.id)
                .getResultList()
                .forEach(ledger::dropProvider);
    }

    /** Locks the counters of several hosts, before they are moved on, in the order that all keep. */
    public void lockRevisions(Collection<UUID> hosts) {
        em.createNativeQuery(
                        "SELECT host_id FROM host_desired WHERE host_id = ANY (:hosts) ORDER BY host_id FOR NO KEY UPDATE",
                        UUID.class)
                .setParameter("hosts", hosts.toArray(UUID[]::new))
                .getResultList();
    }

    /**
     * Moves the counters of some hosts on, as what they are told of networks has changed, and wakes their agents on commit. All
     * are locked in the order of their ids: one order for all, so that no two who tell several hosts wait for each other in a
     * circle. Whoever tells one of them more in the same transaction does so after this.
     */
    public void networksChanged(Collection<UUID> hosts) {
        em.createNativeQuery(
                        """
                        WITH told AS (SELECT host_id FROM host_desired WHERE host_id = ANY (:hosts) ORDER BY host_id FOR NO KEY UPDATE)
                        UPDATE host_desired d SET revision = revision + 1, networks_revision = revision + 1
                        FROM told WHERE d.host_id = told.host_id
                        """,
                        Object.class)
                .setParameter("hosts", hosts.toArray(UUID[]::new))
                .executeUpdate();
        wakeups.onCommit(hosts.stream().map(Fleet::topic).toArray(String[]::new));
    }

    /** The same of what some hosts are to do about images. */
    public void imagesChanged(Collection<UUID> hosts) {
        em.createNativeQuery(
                        """
                        WITH told AS (SELECT host_id FROM host_desired WHERE host_id = ANY (:hosts) ORDER BY host_id FOR NO KEY UPDATE)
                        UPDATE host_desired d SET revision = revision + 1, images_revision = revision + 1
                        FROM told WHERE d.host_id = told.host_id
                        """,
                        Object.class)
                .setParameter("hosts", hosts.toArray(UUID[]::new))
                .executeUpdate();
        wakeups.onCommit(hosts.stream().map(Fleet::topic).toArray(String[]::new));
    }

    /**
     * Tells all hosts of a zone of their instances anew. These are locked first, as by whoever changes one of them, and then the hosts'
     * counters in the order of their ids; what has come to a host until then is told as well.
     */
    void instancesChanged(UUID zone) {
        List<UUID> hosts =
                em.createNativeQuery("SELECT id FROM host WHERE zone_id = :zone", UUID.class)
                        .setParameter("zone", zone)
                        .getResultList();
        UUID[] ids = hosts.toArray(UUID[]::new);
        em.createNativeQuery(
                        "SELECT id FROM instance WHERE host_id = ANY (:hosts) ORDER BY id FOR NO KEY UPDATE",
                        UUID.class)
                .setParameter("hosts", ids)
                .getResultList();
        em.createNativeQuery(
                        """
                        WITH told AS (SELECT host_id FROM host_desired WHERE host_id = ANY (:hosts) ORDER BY host_id FOR NO KEY UPDATE)
                        UPDATE host_desired d SET revision = revision + 1 FROM told WHERE d.host_id = told.host_id
                        """,
                        Object.class)
                .setParameter("hosts", ids)
                .executeUpdate();
        em.createNativeQuery(
                        """
                        UPDATE instance i SET host_revision = d.revision FROM host_desired d
                        WHERE d.host_id = i.host_id AND i.host_id = ANY (:hosts)
                        """,
                        Object.class)
                .setParameter("hosts", ids)
                .executeUpdate();
        wakeups.onCommit(hosts.stream().map(Fleet::topic).toArray(String[]::new));
    }

    /**
     * Refuses what is said of a resource that hosts do not have.
     *
     * @param byResource null for nothing
     */
    void requireKnown(String field, Map<String, ?> byResource) {
        if (byResource == null) {
            return;
        }
        Set<String> known = ledger.kinds().limited().keySet();
        for (String resource : byResource.keySet()) {
            if (!known.contains(resource)) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        field + "." + ProblemException.abbreviate(resource),
                        "is not a resource of hosts",
                        "one of " + String.join(", ", known),
                        null,
                        "use one of them");
            }
        }
    }

    /**
     * Writes into the ledger what the host has by its inventory and may promise by its spec and its class.
     *
     * @param inventory null before its agent has found out
     */
    void setCapacities(HostRow host, HostInventory inventory) {
        Map<String, Long> physical = inventory == null ? Map.of() : physical(inventory);
        Map<String, BigDecimal> ratios =
                host.spec.overcommit() == null ? Map.of() : host.spec.overcommit();
        Map<String, Long> reserved = host.spec.reserved() == null ? Map.of() : host.spec.reserved();
        Map<String, Promise> own = new TreeMap<>();
        for (String resource : ledger.kinds().limited().keySet()) {
            own.put(resource, new Promise(reserved.get(resource), ratios.get(resource)));
        }
        ledger.setCapacities(host.id, PROVIDER_KIND, host.hostClass.id, physical, own);
    }

    private static Map<String, Long> physical(HostInventory inventory) {
        long storageGiB =
                inventory.pools().stream()
                        .filter(pool -> pool.name().equals(DEFAULT_POOL))
                        .mapToLong(HostInventory.Pool::capacityGiB)
                        .sum();
        long addresses = inventory.network() == null ? 0 : Subnet.of(inventory.network()).usable();
        return Map.of(
                "vcpus",
                (long) inventory.cpus(),
                "memoryMiB",
                inventory.memoryMiB(),
                "storageGiB",
                storageGiB,
                "addresses",
                addresses);
    }

    /** Takes a new inventory; returns whether the host has something else now, the room left in its pools aside. */
    public boolean learn(HostRow host, HostObservationRow seen, HostInventory inventory) {
        boolean changed =
                seen.inventory == null || !lasting(inventory).equals(lasting(seen.inventory));
        if (changed) {
            setCapacities(host, inventory);
        }
        if (!pools(inventory).equals(pools(seen.inventory))) {
            seen.measuredAt = clock.instant();
        }
        seen.inventory = inventory;
        pools.back(seen);
        return changed;
    }

    private static List<HostInventory.Pool> pools(HostInventory inventory) {
        return inventory == null ? List.of() : inventory.pools();
    }

    private static HostInventory lasting(HostInventory found) {
        return new HostInventory(
                found.hostname(),
                found.cpus(),
                found.memoryMiB(),
                found.pools().stream()
                        .map(pool ->
                                new HostInventory.Pool(
                                        pool.name(), pool.type(), pool.capacityGiB(), 0))
                        .toList(),
                found.accelerator(),
                found.architecture(),
                found.hypervisor(),
                found.agentVersion(),
                found.network(),
                found.underlay(),
                found.cpuModels());
    }
}
