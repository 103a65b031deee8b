package io.yunqing.controller.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.HostInventory;
import io.yunqing.api.HostInventory.HostNetwork;
import io.yunqing.api.HostSpec;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.StoredJson;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Reads hosts for the mirror. */
final class HostReader {
    private HostReader() {}

    /**
     * A host with what it may promise and has promised, by position.
     *
     * @param terms what it might promise if its pool had all the room there is
     */
    record Read(SeenHost seen, Amounts effective, Amounts used, Amounts terms) {}

    /** What a host may promise and has promised, by position. */
    record Sums(UUID host, boolean described, Amounts effective, Amounts used) {}

    /**
     * What a look found.
     *
     * @param horizon where the next look begins: everything older was visible to this one
     */
    record Look(String horizon, List<Sums> sums) {}

    /**
     * The providers which a transaction has touched that this horizon, or an older one, did not show yet.
     *
     * @param horizon {@code 0} for all
     */
    static Look changedSince(Connection connection, String horizon) throws SQLException {
        List<String> next = new ArrayList<>();
        List<Sums> sums = new ArrayList<>();
        // The horizon first: what is committed between the two statements is then read twice, never
        // skipped.
        new RoundTrip()
                .read(
                        "SELECT cast(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS horizon",
                        row -> next.add(row.getString("horizon")))
                .read(
                        """
                        SELECT id, effective, used, described >= cast(cast(? AS text) AS xid8) AS described
                        FROM provider WHERE changed >= cast(cast(? AS text) AS xid8)
                        """,
                        row ->
                                sums.add(
                                        new Sums(
                                                row.getObject("id", UUID.class),
                                                row.getBoolean("described"),
                                                Amounts.of(RoundTrip.numbers(row, "effective")),
                                                Amounts.of(RoundTrip.numbers(row, "used")))),
                        horizon,
                        horizon)
                .run(connection);
        return new Look(next.getFirst(), sums);
    }

    /** All that placement knows of some hosts. One that is kept for a tenant that is gone is kept for nobody: for its own id. */
    static List<Read> described(Connection connection, Collection<UUID> ids) throws SQLException {
        List<Read> hosts = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT h.id, h.name, h.revision, h.spec, z.name AS zone, p.effective, p.used,
                               CASE WHEN h.spec ->> 'tenant' IS NOT NULL THEN coalesce(t.id, h.id) END AS kept_for,
                               o.received_at, o.complete, jsonb_array_length(o.unknown_domains) AS unknown_domains, o.orphans,
                               o.inventory -> 'network' AS network,
                               o.inventory ->> 'underlay' IS NOT NULL AS networked,
                               coalesce(jsonb_exists(o.inventory -> 'cpuModels', z.spec ->> 'cpuModel'), true) AS shows_model,
                               cast(o.inventory ->> 'numaNodes' AS int) AS numa_nodes,
                               ARRAY(SELECT jsonb_array_elements(o.inventory -> 'pools') ->> 'name'
                                     UNION SELECT s.name FROM pool_host q JOIN pool s ON s.id = q.pool_id
                                     WHERE q.host_id = h.id AND q.seen AND s.shared) AS pools,
                               (SELECT pool FROM jsonb_array_elements(o.inventory -> 'pools') AS pool
                                WHERE pool ->> 'name' = ? LIMIT 1) AS pool,
                               o.measured_at, ledger_effective(p.capacity, p.reserved, p.ratio) AS terms
                        FROM provider p
                        JOIN host h ON h.id = p.id
                        JOIN zone z ON z.id = h.zone_id
                        JOIN host_observation o ON o.host_id = h.id
                        LEFT JOIN tenant t ON t.name = h.spec ->> 'tenant'
                        WHERE p.id = ANY (?)
                        """,
                        row -> hosts.add(read(row)),
                        Fleet.DEFAULT_POOL,
                        ids)
                .run(connection);
        return hosts;
    }

    /** When each host was last heard, by whichever replica. */
    static List<HostHeard> heard(Connection connection) throws SQLException {
        List<HostHeard> heard = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT host_id, received_at, complete, jsonb_array_length(unknown_domains) AS unknown_domains, orphans
                        FROM host_observation WHERE received_at IS NOT NULL
                        """,
                        row ->
                                heard.add(
                                        new HostHeard(
                                                row.getObject("host_id", UUID.class),
                                                row.getObject("received_at", OffsetDateTime.class)
                                                        .toInstant(),
                                                row.getBoolean("complete"),
                                                row.getInt("unknown_domains"),
                                                row.getObject("orphans", Integer.class))))
                .run(connection);
        return heard;
    }

    private static Read read(ResultSet row) throws SQLException {
        HostSpec spec = parsed(row.getString("spec"), HostSpec.class);
        String network = row.getString("network");
        OffsetDateTime received = row.getObject("received_at", OffsetDateTime.class);
        int nodes = row.getInt("numa_nodes");
        String pool = row.getString("pool");
        OffsetDateTime measured = row.getObject("measured_at", OffsetDateTime.class);
        Host host =
                new Host(
                        row.getObject("id", UUID.class),
                        row.getString("name"),
                        new Host.Location(row.getString("zone"), spec.rack()),
                        spec.traits() == null ? Set.of() : Set.copyOf(spec.traits()),
                        Set.of((String[]) row.getArray("pools").getArray()),
                        Math.max(1, nodes),
                        row.getObject("kept_for", UUID.class),
                        row.getBoolean("networked"));
        return new Read(
                new SeenHost(
                        host,
                        row.getLong("revision"),
                        row.getBoolean("shows_model")
                                && (spec.schedulable() == null || spec.schedulable()),
                        network == null ? null : parsed(network, HostNetwork.class),
                        received == null ? null : received.toInstant(),
                        row.getBoolean("complete"),
                        row.getInt("unknown_domains"),
                        row.getObject("orphans", Integer.class),
                        pool == null ? null : HostPool.of(parsed(pool, HostInventory.Pool.class)),
                        measured == null ? null : measured.toInstant()),
                Amounts.of(RoundTrip.numbers(row, "effective")),
                Amounts.of(RoundTrip.numbers(row, "used")),
                Amounts.of(RoundTrip.numbers(row, "terms")));
    }

    private static <T> T parsed(String json, Class<T> type) {
        try {
            return StoredJson.MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
