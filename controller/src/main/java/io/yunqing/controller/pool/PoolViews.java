package io.yunqing.controller.pool;

import io.yunqing.api.Condition;
import io.yunqing.api.Kind;
import io.yunqing.api.Pool;
import io.yunqing.api.PoolStatus;
import io.yunqing.controller.fleet.PoolLines;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/** Pools as people see them. */
@ApplicationScoped
class PoolViews {
    /** How many hosts that do not see a pool are named. */
    private static final int NAMED = 5;

    private final Session em;
    private final PoolLines lines;

    PoolViews(Session em, PoolLines lines) {
        this.em = em;
        this.lines = lines;
    }

    List<Pool> of(List<PoolRow> rows) {
        Map<UUID, PoolStatus> status = status(rows);
        return rows.stream()
                .map(row -> new Pool(Kind.POOL, row.metadata(), row.spec, status.get(row.id)))
                .toList();
    }

    private Map<UUID, PoolStatus> status(List<PoolRow> rows) {
        List<Tuple> found =
                em.createNativeQuery(
                                """
                                SELECT p.id,
                                    (SELECT count(*) FROM host h WHERE p.zone_id IS NULL OR h.zone_id = p.zone_id) AS told,
                                    (SELECT count(*) FROM pool_host s WHERE s.pool_id = p.id AND s.seen) AS seen,
                                    (SELECT count(*) FROM volume v WHERE v.pool_id = p.id) AS volumes,
                                    ARRAY(SELECT concat_ws(': ', h.name, s.fault) FROM host h
                                          LEFT JOIN pool_host s ON s.pool_id = p.id AND s.host_id = h.id
                                          WHERE (p.zone_id IS NULL OR h.zone_id = p.zone_id) AND NOT coalesce(s.seen, false)
                                          ORDER BY h.name LIMIT :named) AS unseen,
                                    u.*
                                FROM pool p
                                CROSS JOIN LATERAL (
                                    SELECT cast(coalesce(sum(g.promised), 0) AS bigint) AS promised, cast(sum(g.written) AS bigint) AS written,
                                        cast(sum(g.free) AS bigint) AS free, cast(sum(g.size) AS bigint) AS size, count(*) AS parts,
                                        count(*) FILTER (WHERE g.free * 100 < g.size * :warn) AS filling,
                                        count(*) FILTER (WHERE g.free * 100 < g.size * :refuse) AS full,
                                        count(*) FILTER (WHERE g.promised > g.limit) AS over
                                    FROM (
                                        SELECT DISTINCT ON (s.provider_id) cast(s.use ->> 'disksMiB' AS bigint) AS written,
                                            cast(s.use ->> 'freeMiB' AS bigint) AS free, cast(s.use ->> 'sizeMiB' AS bigint) AS size,
                                            coalesce(r.used[k.position], 0) AS promised, coalesce(r.effective[k.position], 0) AS limit
                                        FROM pool_host s
                                        JOIN provider r ON r.id = s.provider_id
                                        JOIN resource_kind k ON k.name = 'storageGiB'
                                        WHERE s.pool_id = p.id AND s.use IS NOT NULL
                                        ORDER BY s.provider_id, s.measured_at DESC) g) u
                                WHERE p.id = ANY (:ids)
                                """,
                                Tuple.class)
                        .setParameter("ids", rows.stream().map(row -> row.id).toArray(UUID[]::new))
                        .setParameter("named", NAMED)
                        .setParameter("warn", lines.warn())
                        .setParameter("refuse", lines.refuse())
                        .getResultList();
        Map<UUID, PoolStatus> status = new HashMap<>();
        found.forEach(row -> status.put(row.get("id", UUID.class), status(row)));
        return status;
    }

    private PoolStatus status(Tuple row) {
        return new PoolStatus(
                count(row, "told"),
                count(row, "seen"),
                count(row, "volumes"),
                row.get("promised", Long.class) << 10,
                row.get("written", Long.class),
                row.get("free", Long.class),
                row.get("size", Long.class),
                conditions(row));
    }

    private List<Condition> conditions(Tuple row) {
        List<Condition> conditions = new ArrayList<>();
        int told = count(row, "told");
        int unseen = told - count(row, "seen");
        if (unseen > 0) {
            conditions.add(
                    new Condition(
                            "PoolNotSeen",
                            "%d of its %d hosts do not see it: %s%s"
                                    .formatted(
                                            unseen,
                                            told,
                                            String.join(", ", row.get("unseen", String[].class)),
                                            unseen > NAMED ? ", …" : ""),
                            null));
        }
        int full = count(row, "full");
        int filling = count(row, "filling") - full;
        if (full > 0) {
            conditions.add(
                    new Condition(
                            "PoolNearlyFull",
                            "less than %d %% is free%s: nothing new comes there"
                                    .formatted(lines.refuse(), on(row, full)),
                            null));
        }
        if (filling > 0) {
            conditions.add(
                    new Condition(
                            "PoolFilling",
                            "less than %d %% is free%s".formatted(lines.warn(), on(row, filling)),
                            null));
        }
        int over = count(row, "over");
        if (over > 0) {
            conditions.add(
                    new Condition(
                            "PoolOverPromised",
                            "more is promised%s than there is to write on: nothing new comes there until some is given back, or more is free"
                                    .formatted(on(row, over)),
                            null));
        }
        return conditions;
    }

    /** Of how many hosts it is true, where each has its own. */
    private static String on(Tuple row, int count) {
        int parts = count(row, "parts");
        return parts == 1 ? "" : " on %d of %d hosts".formatted(count, parts);
    }

    private static int count(Tuple row, String what) {
        return row.get(what, Long.class).intValue();
    }
}
