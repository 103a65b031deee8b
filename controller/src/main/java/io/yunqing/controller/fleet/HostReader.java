package io.yunqing.controller.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.HostInventory.HostNetwork;
import io.yunqing.api.HostSpec;
import io.yunqing.controller.fleet.FleetMirror.Seen;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.StoredJson;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Reads hosts for the mirror. */
final class HostReader {
    private HostReader() {}

    /** A host with what it may promise and has promised, by position. */
    record Read(Seen seen, Amounts effective, Amounts used) {}

    /**
     * What a look found.
     *
     * @param horizon where the next look begins: everything older was visible to this one
     * @param gone hosts that were deleted
     */
    record Look(String horizon, List<Read> hosts, List<UUID> gone) {}

    /**
     * The hosts whose providers a transaction has touched that this horizon, or an older one, did not show yet.
     *
     * @param horizon {@code 0} for all hosts
     */
    static Look changedSince(Connection connection, String horizon) throws SQLException {
        List<String> next = new ArrayList<>();
        List<Read> hosts = new ArrayList<>();
        List<UUID> gone = new ArrayList<>();
        // The horizon first: what is committed between the two statements is then read twice, never
        // skipped.
        new RoundTrip()
                .read(
                        "SELECT cast(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS horizon",
                        row -> next.add(row.getString("horizon")))
                .read(
                        """
                        SELECT p.id, h.id IS NULL AS gone, h.name, h.spec, z.name AS zone, t.id AS tenant_id, p.effective, p.used,
                               o.received_at, o.complete, jsonb_array_length(o.unknown_domains) AS unknown_domains,
                               o.inventory -> 'network' AS network,
                               cast(o.inventory ->> 'numaNodes' AS int) AS numa_nodes,
                               ARRAY(SELECT jsonb_array_elements(o.inventory -> 'pools') ->> 'name') AS pools
                        FROM provider p
                        LEFT JOIN host h ON h.id = p.id
                        LEFT JOIN zone z ON z.id = h.zone_id
                        LEFT JOIN host_observation o ON o.host_id = h.id
                        LEFT JOIN tenant t ON t.name = h.spec ->> 'tenant'
                        WHERE p.changed >= cast(cast(? AS text) AS xid8)
                        """,
                        row -> {
                            if (row.getBoolean("gone")) {
                                gone.add(row.getObject("id", UUID.class));
                            } else {
                                hosts.add(read(row));
                            }
                        },
                        horizon)
                .run(connection);
        return new Look(next.getFirst(), hosts, gone);
    }

    private static Read read(ResultSet row) throws SQLException {
        HostSpec spec = parsed(row.getString("spec"), HostSpec.class);
        String network = row.getString("network");
        OffsetDateTime received = row.getObject("received_at", OffsetDateTime.class);
        int nodes = row.getInt("numa_nodes");
        Host host =
                new Host(
                        row.getObject("id", UUID.class),
                        row.getString("name"),
                        new Host.Location(row.getString("zone"), spec.rack()),
                        spec.traits() == null ? Set.of() : Set.copyOf(spec.traits()),
                        Set.of((String[]) row.getArray("pools").getArray()),
                        Math.max(1, nodes),
                        row.getObject("tenant_id", UUID.class));
        return new Read(
                new Seen(
                        host,
                        spec.schedulable() == null || spec.schedulable(),
                        network == null ? null : parsed(network, HostNetwork.class),
                        received == null ? null : received.toInstant(),
                        row.getBoolean("complete"),
                        row.getInt("unknown_domains")),
                Amounts.of(RoundTrip.numbers(row, "effective")),
                Amounts.of(RoundTrip.numbers(row, "used")));
    }

    private static <T> T parsed(String json, Class<T> type) {
        try {
            return StoredJson.MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
