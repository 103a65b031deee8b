package io.yunqing.controller.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** What hosts found of pools. */
@ApplicationScoped
class PoolStore {
    private static final String FOUND =
            """
            SELECT pool_id, provider_id, seen, fault, mark, cast(use AS text) AS use FROM pool_host
            """;

    private final Session em;

    PoolStore(Session em) {
        this.em = em;
    }

    /**
     * A pool as a host found it.
     *
     * @param provider who gives the room in it
     * @param fault why it is not seen, or not measured; null when it is both
     * @param use how full it was when last measured; null before
     */
    record Found(UUID provider, boolean seen, String fault, UUID mark, PoolUse use) {}

    /**
     * What was measured last of a provider.
     *
     * @param use of the host that did so last
     */
    record Given(UUID provider, PoolUse use) {}

    /** What a host found, by pool. */
    Map<UUID, Found> byPool(UUID host) {
        List<Tuple> rows =
                em.createNativeQuery(FOUND + "WHERE host_id = :host", Tuple.class)
                        .setParameter("host", host)
                        .getResultList();
        Map<UUID, Found> found = new HashMap<>();
        rows.forEach(row -> found.put(row.get("pool_id", UUID.class), found(row)));
        return found;
    }

    /** What a host found of a pool; nothing before it said so. */
    Optional<Found> of(UUID pool, UUID host) {
        List<Tuple> rows =
                em.createNativeQuery(
                                FOUND + "WHERE pool_id = :pool AND host_id = :host", Tuple.class)
                        .setParameter("pool", pool)
                        .setParameter("host", host)
                        .getResultList();
        return rows.stream().findFirst().map(PoolStore::found);
    }

    /** All that gives room in a pool and was measured. */
    List<Given> given(UUID pool) {
        List<Tuple> rows =
                em.createNativeQuery(
                                """
                                SELECT DISTINCT ON (provider_id) provider_id, cast(use AS text) AS use FROM pool_host
                                WHERE pool_id = :pool AND use IS NOT NULL ORDER BY provider_id, measured_at DESC
                                """,
                                Tuple.class)
                        .setParameter("pool", pool)
                        .getResultList();
        return rows.stream()
                .map(row ->
                        new Given(
                                row.get("provider_id", UUID.class),
                                use(row.get("use", String.class))))
                .toList();
    }

    /**
     * Locks the pool, so that no two hosts are compared with each other at once. Who has volumes there counts with what it found last, also
     * while it does not see the pool.
     *
     * @return a host that found the same mark, or of a shared pool another one; nothing when the mark is right
     */
    Optional<String> contradiction(PoolRow pool, UUID host, UUID mark) {
        em.createNativeQuery("SELECT id FROM pool WHERE id = :pool FOR NO KEY UPDATE", UUID.class)
                .setParameter("pool", pool.id)
                .getResultList();
        return em.createNativeQuery(
                        """
                        SELECT h.name FROM pool_host p JOIN host h ON h.id = p.host_id
                        WHERE p.pool_id = :pool AND p.host_id <> :host AND p.mark IS NOT NULL
                          AND (p.seen OR EXISTS (SELECT FROM volume v WHERE v.pool_id = p.pool_id AND v.host_id = p.host_id))
                          AND (p.mark = :mark) <> :shared
                        ORDER BY 1 LIMIT 1
                        """,
                        String.class)
                .setParameter("pool", pool.id)
                .setParameter("host", host)
                .setParameter("mark", mark)
                .setParameter("shared", pool.shared)
                .getResultStream()
                .findFirst();
    }

    /**
     * @param measured whether {@code found.use} is news
     */
    void keep(UUID pool, UUID host, Found found, boolean measured, Instant now) {
        em.createNativeQuery(
                        """
                        INSERT INTO pool_host AS p (pool_id, host_id, provider_id, seen, unseen_since, fault, mark, use, measured_at)
                        VALUES (:pool, :host, :provider, :seen, CASE WHEN :seen THEN NULL ELSE cast(:now AS timestamptz) END, :fault,
                                cast(:mark AS uuid), cast(:use AS jsonb), CASE WHEN :measured THEN cast(:now AS timestamptz) END)
                        ON CONFLICT (pool_id, host_id) DO UPDATE SET seen = excluded.seen, fault = excluded.fault, mark = excluded.mark,
                            unseen_since = CASE WHEN excluded.seen THEN NULL ELSE coalesce(p.unseen_since, excluded.unseen_since) END,
                            use = excluded.use, measured_at = coalesce(excluded.measured_at, p.measured_at)
                        """,
                        Object.class)
                .setParameter("pool", pool)
                .setParameter("host", host)
                .setParameter("provider", found.provider())
                .setParameter("seen", found.seen())
                .setParameter("now", now)
                .setParameter("fault", found.fault(), String.class)
                .setParameter("mark", found.mark(), UUID.class)
                .setParameter(
                        "use",
                        found.use() == null ? null : StoredJson.text(found.use()),
                        String.class)
                .setParameter("measured", measured)
                .executeUpdate();
    }

    /** A host that sees other pools is another one to whoever has chosen it. */
    void reachChanged(UUID host) {
        em.createNativeQuery("UPDATE host SET revision = revision + 1 WHERE id = :id", Object.class)
                .setParameter("id", host)
                .executeUpdate();
    }

    private static Found found(Tuple row) {
        return new Found(
                row.get("provider_id", UUID.class),
                row.get("seen", Boolean.class),
                row.get("fault", String.class),
                row.get("mark", UUID.class),
                use(row.get("use", String.class)));
    }

    private static PoolUse use(String json) {
        try {
            return json == null ? null : StoredJson.MAPPER.readValue(json, PoolUse.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored use of a pool is not one", e);
        }
    }
}
