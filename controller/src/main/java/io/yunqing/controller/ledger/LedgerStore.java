package io.yunqing.controller.ledger;

import io.yunqing.api.Usage;
import io.yunqing.controller.ledger.Ledger.Capacity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.hibernate.Session;

/** The ledger's tables. */
@ApplicationScoped
class LedgerStore {
    private final Session em;

    /** Read once: kinds of resources come with migrations only. */
    private volatile Map<String, String> limitedResources = Map.of();

    LedgerStore(Session em) {
        this.em = em;
    }

    Map<String, String> limitedResources() {
        if (limitedResources.isEmpty()) {
            Map<String, String> kinds = new TreeMap<>();
            em.createNativeQuery("SELECT name, unit FROM resource_kind WHERE quota", Tuple.class)
                    .getResultList()
                    .forEach(row -> kinds.put(row.get(0, String.class), row.get(1, String.class)));
            limitedResources = kinds;
        }
        return limitedResources;
    }

    void setLimits(UUID owner, Map<String, Long> limits) {
        lockLimits(owner);
        em.createNativeMutationQuery(
                        "UPDATE quota_limit SET granted = 0 WHERE owner_id = :owner AND resource <> ALL (:kept)")
                .setParameter("owner", owner)
                .setParameter("kept", limits.keySet().toArray(String[]::new))
                .executeUpdate();
        limits.forEach((resource, amount) ->
                em.createNativeMutationQuery(
                                """
                                INSERT INTO quota_limit (owner_id, resource, granted) VALUES (:owner, :resource, :amount)
                                ON CONFLICT (owner_id, resource) DO UPDATE SET granted = excluded.granted
                                """)
                        .setParameter("owner", owner)
                        .setParameter("resource", resource)
                        .setParameter("amount", amount)
                        .executeUpdate());
    }

    void dropLimits(UUID owner) {
        lockLimits(owner);
        em.createNativeMutationQuery("DELETE FROM quota_limit WHERE owner_id = :owner AND used = 0")
                .setParameter("owner", owner)
                .executeUpdate();
    }

    Map<UUID, Map<String, Usage>> limits(Collection<UUID> owners) {
        return usages(
                "SELECT owner_id, resource, granted, used FROM quota_limit WHERE owner_id = ANY (:ids)",
                owners);
    }

    Map<String, Usage> lockLimits(UUID owner) {
        return usage(
                """
                SELECT owner_id, resource, granted, used FROM quota_limit
                WHERE owner_id = :id ORDER BY resource FOR NO KEY UPDATE
                """,
                owner);
    }

    void setCapacities(UUID provider, String kind, Map<String, Capacity> capacities) {
        em.createNativeMutationQuery(
                        "INSERT INTO provider (id, kind) VALUES (:id, :kind) ON CONFLICT (id) DO NOTHING")
                .setParameter("id", provider)
                .setParameter("kind", kind)
                .executeUpdate();
        lockCapacities(provider);
        new TreeMap<>(capacities)
                .forEach((resource, capacity) ->
                        em.createNativeMutationQuery(
                                        """
                                        INSERT INTO provider_capacity (provider_id, resource, capacity, reserved, ratio)
                                        VALUES (:provider, :resource, :capacity, :reserved, :ratio)
                                        ON CONFLICT (provider_id, resource) DO UPDATE
                                        SET capacity = excluded.capacity, reserved = excluded.reserved, ratio = excluded.ratio
                                        """)
                                .setParameter("provider", provider)
                                .setParameter("resource", resource)
                                .setParameter("capacity", capacity.physical())
                                .setParameter("reserved", capacity.reserved())
                                .setParameter("ratio", capacity.ratio())
                                .executeUpdate());
    }

    Map<UUID, Map<String, Usage>> capacities(Collection<UUID> providers) {
        return usages(
                "SELECT provider_id, resource, effective, used FROM provider_capacity WHERE provider_id = ANY (:ids)",
                providers);
    }

    Map<String, Usage> lockCapacities(UUID provider) {
        return usage(
                """
                SELECT provider_id, resource, effective, used FROM provider_capacity
                WHERE provider_id = :id ORDER BY resource FOR NO KEY UPDATE
                """,
                provider);
    }

    /** {@code column} is one of this class's own names, never a caller's text. */
    Map<UUID, Integer> consumers(String column, Collection<UUID> ids) {
        Map<UUID, Integer> counts = new HashMap<>();
        String sql =
                "SELECT %1$s, count(DISTINCT consumer_id) FROM allocation WHERE closed IS NULL AND %1$s = ANY (:ids) GROUP BY 1"
                        .formatted(column);
        em.createNativeQuery(sql, Tuple.class)
                .setParameter("ids", ids.toArray(UUID[]::new))
                .getResultList()
                .forEach(row ->
                        counts.put(row.get(0, UUID.class), row.get(1, Long.class).intValue()));
        return counts;
    }

    void open(
            Supplier<UUID> ids,
            UUID consumer,
            UUID owner,
            UUID provider,
            Map<String, Long> amounts,
            Instant now) {
        em.createNativeMutationQuery(
                        """
                        INSERT INTO allocation (id, consumer_id, provider_id, owner_id, resource, amount, opened)
                        SELECT a.id, :consumer, :provider, :owner, a.resource, a.amount, :now
                        FROM unnest(cast(:ids AS uuid[]), cast(:resources AS text[]), cast(:amounts AS bigint[]))
                             AS a (id, resource, amount)
                        """)
                .setParameter(
                        "ids", amounts.keySet().stream().map(_ -> ids.get()).toArray(UUID[]::new))
                .setParameter("resources", amounts.keySet().toArray(String[]::new))
                .setParameter("amounts", amounts.values().toArray(Long[]::new))
                .setParameter("consumer", consumer)
                .setParameter("provider", provider)
                .setParameter("owner", owner)
                .setParameter("now", now)
                .executeUpdate();
    }

    void close(Collection<UUID> consumers, Instant now) {
        em.createNativeMutationQuery(
                        """
                        UPDATE allocation SET closed = greatest(opened, :now)
                        WHERE consumer_id = ANY (:consumers) AND closed IS NULL
                        """)
                .setParameter("now", now)
                .setParameter("consumers", consumers.toArray(UUID[]::new))
                .executeUpdate();
    }

    void dropProvider(UUID provider) {
        lockCapacities(provider);
        em.createNativeMutationQuery(
                        "UPDATE provider_capacity SET capacity = 0 WHERE provider_id = :provider")
                .setParameter("provider", provider)
                .executeUpdate();
        for (String table : List.of("provider_capacity WHERE provider_id", "provider WHERE id")) {
            em.createNativeMutationQuery(
                            "DELETE FROM %s = :provider AND NOT EXISTS (SELECT FROM allocation WHERE provider_id = :provider)"
                                    .formatted(table))
                    .setParameter("provider", provider)
                    .executeUpdate();
        }
    }

    List<String> differences() {
        List<String> lines =
                em.createNativeQuery(
                                """
                                SELECT format('provider %s %s: used is %s, its allocations add up to %s',
                                              c.provider_id, c.resource, c.used, coalesce(sum(a.amount), 0))
                                FROM provider_capacity c
                                LEFT JOIN allocation a ON a.provider_id = c.provider_id AND a.resource = c.resource AND a.closed IS NULL
                                GROUP BY c.provider_id, c.resource
                                HAVING c.used <> coalesce(sum(a.amount), 0)
                                UNION ALL
                                SELECT format('owner %s %s: used is %s, its allocations add up to %s',
                                              q.owner_id, q.resource, q.used, coalesce(sum(a.amount), 0))
                                FROM quota_limit q
                                LEFT JOIN allocation a ON a.owner_id = q.owner_id AND a.resource = q.resource AND a.closed IS NULL
                                GROUP BY q.owner_id, q.resource
                                HAVING q.used <> coalesce(sum(a.amount), 0)
                                UNION ALL
                                SELECT format('consumer %s holds %s but is no instance', a.consumer_id, a.resource)
                                FROM allocation a
                                WHERE a.closed IS NULL AND NOT EXISTS (SELECT FROM instance i WHERE i.id = a.consumer_id)
                                UNION ALL
                                SELECT format('instance %s holds nothing on its host', i.id)
                                FROM instance i
                                WHERE NOT EXISTS (SELECT FROM allocation a
                                                  WHERE a.consumer_id = i.id AND a.provider_id = i.host_id AND a.closed IS NULL)
                                """,
                                String.class)
                        .getResultList();
        return lines;
    }

    private Map<String, Usage> usage(String sql, UUID id) {
        Map<String, Usage> usages = new TreeMap<>();
        em.createNativeQuery(sql, Tuple.class)
                .setParameter("id", id)
                .getResultList()
                .forEach(row ->
                        usages.put(
                                row.get(1, String.class),
                                new Usage(row.get(2, Long.class), row.get(3, Long.class))));
        return usages;
    }

    private Map<UUID, Map<String, Usage>> usages(String sql, Collection<UUID> ids) {
        Map<UUID, Map<String, Usage>> all = new HashMap<>();
        ids.forEach(id -> all.put(id, new TreeMap<>()));
        em.createNativeQuery(sql, Tuple.class)
                .setParameter("ids", ids.toArray(UUID[]::new))
                .getResultList()
                .forEach(row ->
                        all.get(row.get(0, UUID.class))
                                .put(
                                        row.get(1, String.class),
                                        new Usage(row.get(2, Long.class), row.get(3, Long.class))));
        return all;
    }
}
