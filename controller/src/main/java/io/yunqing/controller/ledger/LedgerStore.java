package io.yunqing.controller.ledger;

import io.yunqing.api.Capacity;
import io.yunqing.api.Usage;
import io.yunqing.controller.ledger.Ledger.Backing;
import io.yunqing.controller.ledger.Ledger.Promise;
import io.yunqing.controller.ledger.ResourceKinds.ResourceKind;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.platform.RoundTrip;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Providers and allocations. Each method works in the connection's transaction. */
final class LedgerStore {
    private LedgerStore() {}

    static ResourceKinds kinds(Connection connection) throws SQLException {
        List<ResourceKind> kinds = new ArrayList<>();
        new RoundTrip()
                .read(
                        "SELECT name, unit, quota FROM resource_kind ORDER BY position",
                        row ->
                                kinds.add(
                                        new ResourceKind(
                                                row.getString("name"),
                                                row.getString("unit"),
                                                row.getBoolean("quota"))))
                .run(connection);
        return new ResourceKinds(kinds);
    }

    // --- Providers ---

    static void setCapacities(
            Connection connection,
            ResourceKinds kinds,
            UUID provider,
            String kind,
            UUID itsClass,
            Map<String, Long> physical,
            Map<String, Promise> own)
            throws SQLException {
        long[] capacity = physical.isEmpty() ? new long[0] : kinds.amounts(physical).toArray();
        new RoundTrip()
                // A term that begins meanwhile finds this provider in its class, or is seen here.
                .write("SELECT FROM provider WHERE id = ? FOR NO KEY UPDATE", provider)
                .write("SELECT FROM provider_class WHERE id = ? FOR SHARE", itsClass)
                .write(
                        """
                        INSERT INTO provider (id, kind, class_id, capacity, own_reserved, own_ratio, reserved, ratio)
                        SELECT s.id, s.kind, c.id, s.capacity, s.own_reserved, s.own_ratio,
                               ledger_said(s.own_reserved, coalesce(c.reserved, '{}'), 0::bigint),
                               ledger_said(s.own_ratio, coalesce(c.ratio, '{}'), 1::numeric)
                        FROM (SELECT cast(? AS uuid) AS id, cast(? AS text) AS kind, cast(? AS uuid) AS class_id,
                                     cast(? AS bigint[]) AS capacity, cast(? AS bigint[]) AS own_reserved,
                                     cast(? AS numeric[]) AS own_ratio) s
                        LEFT JOIN provider_class c ON c.id = s.class_id
                        ON CONFLICT (id) DO UPDATE
                        SET class_id = excluded.class_id, capacity = excluded.capacity, own_reserved = excluded.own_reserved,
                            own_ratio = excluded.own_ratio, reserved = excluded.reserved, ratio = excluded.ratio
                        """,
                        provider,
                        kind,
                        itsClass,
                        RoundTrip.text(capacity),
                        TermStore.reserved(kinds, own),
                        TermStore.ratios(kinds, own))
                .run(connection);
    }

    /** Of the kind at the position; another one is backed by nothing but its terms. */
    static void back(Connection connection, UUID provider, int position, Backing backing)
            throws SQLException {
        new RoundTrip()
                .write(
                        """
                        UPDATE provider p SET written = b.written, free = b.free
                        FROM (SELECT CASE WHEN s.free IS NULL THEN '{}' ELSE s.unknown || s.written END AS written,
                                     CASE WHEN s.free IS NULL THEN '{}' ELSE s.unknown || s.free END AS free
                              FROM (SELECT array_fill(cast(NULL AS numeric), ARRAY[cast(? AS int) - 1]) AS unknown,
                                           cast(? AS numeric) AS written, cast(? AS numeric) AS free) s) b
                        WHERE p.id = ? AND (p.written, p.free) IS DISTINCT FROM (b.written, b.free)
                        """,
                        position,
                        backing == null ? null : backing.written(),
                        backing == null ? null : backing.free(),
                        provider)
                .run(connection);
    }

    static void describeAnew(Connection connection, UUID provider) throws SQLException {
        new RoundTrip()
                .write("UPDATE provider SET capacity = capacity WHERE id = ?", provider)
                .run(connection);
    }

    static Map<UUID, Map<String, Capacity>> capacities(
            Connection connection, ResourceKinds kinds, Collection<UUID> providers)
            throws SQLException {
        Map<UUID, Map<String, Capacity>> all = new HashMap<>();
        providers.forEach(id -> all.put(id, new TreeMap<>()));
        new RoundTrip()
                .read(
                        """
                        SELECT p.id, k.name, coalesce(p.capacity[k.position], 0) AS physical,
                               coalesce(p.reserved[k.position], 0) AS reserved, coalesce(p.ratio[k.position], 1) AS ratio,
                               coalesce(p.effective[k.position], 0) AS most, coalesce(p.used[k.position], 0) AS used
                        FROM provider p
                        JOIN resource_kind k ON k.position <= greatest(cardinality(p.effective), cardinality(p.used))
                        WHERE p.id = ANY (?)
                        """,
                        row ->
                                all.get(id(row, "id"))
                                        .put(
                                                row.getString("name"),
                                                new Capacity(
                                                        row.getLong("physical"),
                                                        row.getLong("reserved"),
                                                        row.getBigDecimal("ratio"),
                                                        row.getLong("most"),
                                                        row.getLong("used"))),
                        providers)
                .run(connection);
        return all;
    }

    static void dropProvider(Connection connection, UUID provider) throws SQLException {
        new RoundTrip()
                .write(
                        """
                        UPDATE provider
                        SET class_id = NULL, capacity = '{}', own_reserved = '{}', own_ratio = '{}', reserved = '{}', ratio = '{}'
                        WHERE id = ?
                        """,
                        provider)
                .write(
                        "DELETE FROM provider WHERE id = ? AND NOT EXISTS (SELECT FROM allocation WHERE provider_id = ?)",
                        provider,
                        provider)
                .run(connection);
    }

    // --- Allocations ---

    /**
     * Adds the statements that lock owners, all above them, and providers, in the order in which every posting locks them, and
     * read what they say into {@code balances}.
     */
    static void lock(
            RoundTrip trip,
            Balances balances,
            Collection<UUID> owners,
            Collection<UUID> providers) {
        RoundTrip.Row owner =
                row ->
                        balances.owner(
                                id(row, "id"),
                                RoundTrip.ids(row, "path"),
                                RoundTrip.numbers(row, "granted"),
                                RoundTrip.numbers(row, "used"));
        trip.write("SELECT ledger_keep_tree()")
                .read(
                        """
                        SELECT id, path, granted, used FROM quota_owner WHERE id = ANY (?) ORDER BY id FOR NO KEY UPDATE
                        """,
                        owner,
                        owners)
                .read(
                        """
                        SELECT id, path, granted, used FROM quota_owner
                        WHERE id IN (SELECT unnest(path[2:]) FROM quota_owner WHERE id = ANY (?))
                        ORDER BY id FOR NO KEY UPDATE
                        """,
                        owner,
                        owners)
                .read(
                        """
                        SELECT id, effective, used FROM provider WHERE id = ANY (?) ORDER BY id FOR NO KEY UPDATE
                        """,
                        row ->
                                balances.provider(
                                        id(row, "id"),
                                        RoundTrip.numbers(row, "effective"),
                                        RoundTrip.numbers(row, "used")),
                        providers);
    }

    /** Adds the statement that opens allocations. */
    static void open(RoundTrip trip, List<Taking> takings, Instant now) {
        trip.write(
                """
                INSERT INTO allocation (consumer_id, provider_id, owner_id, amounts, opened)
                SELECT t.consumer, t.provider, t.owner, cast(t.amounts AS bigint[]), ?
                FROM unnest(?, ?, ?, ?) AS t (consumer, provider, owner, amounts)
                """,
                now,
                takings.stream().map(Taking::consumer).toArray(UUID[]::new),
                takings.stream().map(Taking::provider).toArray(UUID[]::new),
                takings.stream().map(Taking::owner).toArray(UUID[]::new),
                takings.stream()
                        .map(t -> RoundTrip.text(t.amounts().toArray()))
                        .toArray(String[]::new));
    }

    static void close(Connection connection, Collection<UUID> consumers, Instant now)
            throws SQLException {
        RoundTrip trip = new RoundTrip();
        close(trip, consumers.toArray(UUID[]::new), now);
        trip.run(connection);
    }

    /** Adds the statement that closes what consumers hold. */
    static void close(RoundTrip trip, UUID[] consumers, Instant now) {
        trip.write(
                """
                UPDATE allocation SET closed = greatest(opened, ?)
                WHERE consumer_id = ANY (?) AND closed IS NULL
                """,
                now,
                consumers);
    }

    /**
     * What a consumer holds; nobody else changes it until the transaction ends.
     *
     * @throws IllegalStateException if it holds nothing
     */
    static Taking held(Connection connection, UUID consumer) throws SQLException {
        List<Taking> held = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT owner_id, provider_id, amounts FROM allocation
                        WHERE consumer_id = ? AND closed IS NULL FOR UPDATE
                        """,
                        row ->
                                held.add(
                                        new Taking(
                                                consumer,
                                                id(row, "owner_id"),
                                                id(row, "provider_id"),
                                                Amounts.of(RoundTrip.numbers(row, "amounts")))),
                        consumer)
                .run(connection);
        return held.stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(consumer + " holds nothing"));
    }

    /** One statement: nothing is charged twice, and what was held before becomes a closed row. */
    static void change(
            Connection connection, UUID consumer, UUID provider, Amounts amounts, Instant now)
            throws SQLException {
        new RoundTrip()
                .write(
                        """
                        WITH held AS (
                            SELECT * FROM allocation WHERE consumer_id = ? AND closed IS NULL FOR UPDATE
                        ), past AS (
                            INSERT INTO allocation (consumer_id, provider_id, owner_id, amounts, opened, closed)
                            SELECT consumer_id, provider_id, owner_id, amounts, opened, greatest(opened, ?) FROM held
                        )
                        UPDATE allocation a
                        SET provider_id = coalesce(?, a.provider_id), amounts = coalesce(cast(? AS bigint[]), a.amounts),
                            opened = greatest(a.opened, ?)
                        FROM held WHERE a.consumer_id = held.consumer_id AND a.closed IS NULL
                        """,
                        consumer,
                        now,
                        provider,
                        amounts == null ? null : RoundTrip.text(amounts.toArray()),
                        now)
                .run(connection);
    }

    /** The same for many, and only of another provider. */
    static void move(RoundTrip trip, UUID[] consumers, UUID[] providers, Instant now) {
        trip.write(
                """
                WITH held AS (
                    SELECT a.*, m.provider FROM unnest(?, ?) AS m (consumer, provider)
                    JOIN allocation a ON a.consumer_id = m.consumer AND a.closed IS NULL FOR UPDATE OF a
                ), past AS (
                    INSERT INTO allocation (consumer_id, provider_id, owner_id, amounts, opened, closed)
                    SELECT consumer_id, provider_id, owner_id, amounts, opened, greatest(opened, ?) FROM held
                )
                UPDATE allocation a SET provider_id = held.provider, opened = greatest(a.opened, ?)
                FROM held WHERE a.consumer_id = held.consumer_id AND a.closed IS NULL
                """,
                consumers,
                providers,
                now,
                now);
    }

    static List<String> differences(Connection connection) throws SQLException {
        List<String> lines = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT format('provider %s: used is %s, its allocations add up to %s', p.id, p.used, s.used) AS line
                        FROM provider p
                        CROSS JOIN LATERAL (SELECT ledger_sum(amounts) AS used FROM allocation
                                            WHERE provider_id = p.id AND closed IS NULL) s
                        WHERE NOT 0 = ALL (ledger_add(p.used, ledger_negative(s.used)))
                        UNION ALL
                        SELECT format('owner %s: used is %s, its allocations add up to %s', o.id, o.used, s.used)
                        FROM quota_owner o
                        LEFT JOIN (SELECT payer, ledger_sum(amounts) AS used
                                   FROM (SELECT owner_id, ledger_sum(amounts) AS amounts
                                         FROM allocation WHERE closed IS NULL GROUP BY 1) a
                                   JOIN quota_owner l ON l.id = a.owner_id CROSS JOIN unnest(l.path) AS payer
                                   GROUP BY 1) s ON s.payer = o.id
                        WHERE NOT 0 = ALL (ledger_add(o.used, ledger_negative(coalesce(s.used, '{}'))))
                        UNION ALL
                        SELECT format('provider %s: %s used, which is more than its ceiling %s', id, used, ceiling)
                        FROM provider WHERE NOT ledger_within(used, ceiling)
                        UNION ALL
                        SELECT format('provider %s: %s kept back and promised %s times, by its class %s and %s', p.id, p.reserved,
                                      p.ratio, c.reserved, c.ratio)
                        FROM provider p JOIN provider_class c ON c.id = p.class_id
                        WHERE (p.reserved, p.ratio) IS DISTINCT FROM (ledger_said(p.own_reserved, c.reserved, 0::bigint),
                                                                      ledger_said(p.own_ratio, c.ratio, 1::numeric))
                        UNION ALL
                        SELECT format('provider %s: %s may be promised, by its terms and its room %s', p.id, p.effective, b.effective)
                        FROM provider p
                        CROSS JOIN LATERAL (SELECT ledger_backed(ledger_effective(p.capacity, p.reserved, p.ratio), p.ratio, p.written,
                                                                 p.free) AS effective) b
                        WHERE p.effective <> b.effective
                        UNION ALL
                        SELECT format('consumer %s holds %s but is neither instance nor volume', a.consumer_id, a.amounts)
                        FROM allocation a
                        WHERE a.closed IS NULL AND NOT EXISTS (SELECT FROM instance i WHERE i.id = a.consumer_id)
                          AND NOT EXISTS (SELECT FROM volume v WHERE v.id = a.consumer_id)
                        UNION ALL
                        SELECT format('instance %s holds nothing on its host', i.id)
                        FROM instance i
                        WHERE NOT EXISTS (SELECT FROM allocation a
                                          WHERE a.consumer_id = i.id AND a.provider_id = i.host_id AND a.closed IS NULL)
                        UNION ALL
                        SELECT format('volume %s of %s GiB holds %s where it is', v.id, v.size_gib, a.amounts)
                        FROM volume v
                        LEFT JOIN pool_host h ON h.pool_id = v.pool_id AND h.host_id = v.host_id
                        LEFT JOIN allocation a ON a.consumer_id = v.id AND a.closed IS NULL
                                               AND a.provider_id = CASE WHEN v.pool_id IS NULL THEN v.host_id ELSE h.provider_id END
                        WHERE a.amounts[(SELECT position FROM resource_kind WHERE name = 'storageGiB')] IS DISTINCT FROM v.size_gib
                        """,
                        row -> lines.add(row.getString("line")))
                .run(connection);
        return lines;
    }

    static Map<UUID, Map<String, Usage>> usages(
            Connection connection, ResourceKinds kinds, String sql, Collection<UUID> ids)
            throws SQLException {
        Map<UUID, Map<String, Usage>> all = new HashMap<>();
        ids.forEach(id -> all.put(id, new TreeMap<>()));
        new RoundTrip()
                .read(
                        sql,
                        row -> {
                            long[] most = RoundTrip.numbers(row, "most");
                            long[] used = RoundTrip.numbers(row, "used");
                            Map<String, Usage> usages = all.get(id(row, "id"));
                            for (int i = 0; i < Math.max(most.length, used.length); i++) {
                                usages.put(
                                        kinds.name(i),
                                        new Usage(
                                                ResourceKinds.at(most, i),
                                                ResourceKinds.at(used, i)));
                            }
                        },
                        ids)
                .run(connection);
        return all;
    }

    static UUID id(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }
}
