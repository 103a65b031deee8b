package io.yunqing.controller.compute;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.Fault;
import io.yunqing.api.ImageStage;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.InstanceSize;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What is known about instances beside their own rows, for a whole page of a list in one statement. */
@ApplicationScoped
class InstanceSightings {
    private final Sql sql;

    InstanceSightings(Sql sql) {
        this.sql = sql;
    }

    /**
     * One instance's surroundings.
     *
     * @param ip with its prefix length; null when it holds none
     * @param observed null before its host said anything of it
     * @param volumes the names of those that are to be attached to it; null when none are
     * @param image at which stage its image is
     */
    record Sighting(
            HostSeen host,
            String ip,
            InstanceObserved observed,
            List<String> volumes,
            ImageStage image) {}

    /**
     * What its host last said of itself.
     *
     * @param receivedAt null before the host's first report
     * @param seenAt when it last reported what it sees of its domains
     * @param complete whether the report came from a complete inventory
     * @param appliedRevision up to which revision of what it should be it had taken note
     */
    record HostSeen(
            String name,
            String zone,
            Instant receivedAt,
            Instant seenAt,
            boolean complete,
            long appliedRevision,
            String unobservedReason) {}

    Map<UUID, Sighting> of(List<InstanceRow> rows) {
        Map<UUID, Sighting> found = new HashMap<>();
        RoundTrip trip =
                new RoundTrip()
                        .read(
                                """
                                SELECT r.id, o.epoch, o.boot, o.state, o.reason, o.step, o.fault, o.vcpus, o.memory_mib, h.name AS host, z.name AS zone,
                                       host(a.ip) || '/' || masklen(a.ip) AS ip, s.received_at, s.complete, s.applied_revision,
                                       coalesce(s.unseen_since, s.received_at) AS seen_at,
                                       s.unobserved_reason,
                                       (SELECT array_agg(v.name ORDER BY v.name) FROM volume v WHERE v.instance_id = r.id) AS volumes,
                                       coalesce(m.spec ->> 'stage', 'PUBLISHED') AS image_stage
                                FROM unnest(?, ?, ?) AS r (id, host_id, image_id)
                                JOIN image m ON m.id = r.image_id
                                JOIN host h ON h.id = r.host_id
                                JOIN zone z ON z.id = h.zone_id
                                JOIN host_observation s ON s.host_id = r.host_id
                                LEFT JOIN instance_observation o ON o.instance_id = r.id
                                LEFT JOIN address a ON a.instance_id = r.id
                                """,
                                row -> found.put(row.getObject("id", UUID.class), sighting(row)),
                                rows.stream().map(row -> row.id).toArray(UUID[]::new),
                                rows.stream().map(row -> row.host.id).toArray(UUID[]::new),
                                rows.stream().map(row -> row.image.id).toArray(UUID[]::new));
        return sql.run(connection -> {
            trip.run(connection);
            return found;
        });
    }

    private static Sighting sighting(ResultSet row) throws SQLException {
        return new Sighting(
                new HostSeen(
                        row.getString("host"),
                        row.getString("zone"),
                        Sql.instant(row.getObject("received_at", OffsetDateTime.class)),
                        Sql.instant(row.getObject("seen_at", OffsetDateTime.class)),
                        row.getBoolean("complete"),
                        row.getLong("applied_revision"),
                        row.getString("unobserved_reason")),
                row.getString("ip"),
                observed(row),
                names(row.getArray("volumes")),
                ImageStage.valueOf(row.getString("image_stage")));
    }

    private static List<String> names(Array names) throws SQLException {
        return names == null ? null : List.of((String[]) names.getArray());
    }

    /**
     * @param vcpus null when it was not said how large it is
     */
    static InstanceSize size(Integer vcpus, long memoryMiB) {
        return vcpus == null ? null : new InstanceSize(vcpus, memoryMiB);
    }

    private static InstanceObserved observed(ResultSet row) throws SQLException {
        String state = row.getString("state");
        if (state == null) {
            return null;
        }
        String fault = row.getString("fault");
        try {
            return new InstanceObserved(
                    row.getObject("id", UUID.class),
                    row.getLong("epoch"),
                    row.getInt("boot"),
                    DomainState.valueOf(state),
                    row.getString("reason"),
                    row.getString("step"),
                    fault == null ? null : StoredJson.MAPPER.readValue(fault, Fault.class),
                    size(row.getObject("vcpus", Integer.class), row.getLong("memory_mib")));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
