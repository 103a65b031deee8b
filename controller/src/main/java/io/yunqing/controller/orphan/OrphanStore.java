package io.yunqing.controller.orphan;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.agent.OrphanObserved;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What hosts said of orphans. */
@ApplicationScoped
class OrphanStore {
    private final Sql sql;

    OrphanStore(Sql sql) {
        this.sql = sql;
    }

    /**
     * An orphan as its host last saw it.
     *
     * @param quarantined whether it is to be put aside
     */
    record Known(
            UUID id,
            String name,
            long revision,
            boolean quarantined,
            boolean deleted,
            OrphanObserved observed) {}

    /**
     * One orphan's surroundings.
     *
     * @param receivedAt when its host last reported
     * @param seenAt when it could last tell what is an orphan
     * @param seen whether the host could tell then what is an orphan
     * @param owner the instance or volume that has its id in the books, and where that is; null when none has
     */
    record Sighting(
            String host,
            String zone,
            Instant receivedAt,
            Instant seenAt,
            boolean seen,
            String owner) {}

    /**
     * Notes how many a host has.
     *
     * @param orphans null when it cannot tell
     */
    void count(UUID host, Integer orphans) {
        run(
                new RoundTrip()
                        .write(
                                "UPDATE host_observation SET orphans = ? WHERE host_id = ?",
                                orphans,
                                host));
    }

    /** All of a host, locked until the transaction ends. */
    List<Known> onHost(UUID host) {
        List<Known> found = new ArrayList<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT id, name, revision, quarantined, deleted, observed
                                FROM orphan WHERE host_id = ? ORDER BY id FOR NO KEY UPDATE
                                """,
                                row -> found.add(known(row)),
                                host));
        return found;
    }

    Map<UUID, Sighting> of(List<OrphanRow> rows) {
        Map<UUID, Sighting> found = new HashMap<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT r.id, h.name AS host, z.name AS zone, s.received_at, s.orphans IS NOT NULL AS seen,
                                       coalesce(s.orphans_unseen_since, s.received_at) AS seen_at,
                                       coalesce((SELECT format('instance %s/%s on host %s', t.name, i.name, o.name)
                                                 FROM instance i JOIN tenant t ON t.id = i.tenant_id JOIN host o ON o.id = i.host_id
                                                 WHERE i.id = r.claimed),
                                                (SELECT format('volume %s/%s on host %s', t.name, v.name, o.name)
                                                 FROM volume v JOIN tenant t ON t.id = v.tenant_id JOIN host o ON o.id = v.host_id
                                                 WHERE v.id = r.claimed)) AS owner
                                FROM unnest(?, ?, ?) AS r (id, host_id, claimed)
                                JOIN host h ON h.id = r.host_id
                                JOIN zone z ON z.id = h.zone_id
                                JOIN host_observation s ON s.host_id = r.host_id
                                """,
                                row ->
                                        found.put(
                                                row.getObject("id", UUID.class),
                                                new Sighting(
                                                        row.getString("host"),
                                                        row.getString("zone"),
                                                        Sql.instant(
                                                                row.getObject(
                                                                        "received_at",
                                                                        OffsetDateTime.class)),
                                                        Sql.instant(
                                                                row.getObject(
                                                                        "seen_at",
                                                                        OffsetDateTime.class)),
                                                        row.getBoolean("seen"),
                                                        row.getString("owner"))),
                                rows.stream().map(row -> row.id).toArray(UUID[]::new),
                                rows.stream().map(row -> row.host.id).toArray(UUID[]::new),
                                rows.stream()
                                        .map(row -> row.claimed().orElse(null))
                                        .toArray(UUID[]::new)));
        return found;
    }

    /** Stores what was seen; one that is not known is to become nothing but what it is. */
    void keep(UUID host, List<Known> seen, Instant now) {
        if (seen.isEmpty()) {
            return;
        }
        run(
                new RoundTrip()
                        .write(
                                """
                                INSERT INTO orphan (id, name, revision, created, labels, host_id, type, place, quarantined, observed)
                                SELECT s.id, s.name, s.revision, ?, '{}', ?, s.observed -> 'orphan' ->> 'kind', s.observed -> 'orphan' ->> 'place',
                                       s.quarantined, s.observed
                                FROM jsonb_to_recordset(cast(? AS jsonb))
                                    AS s (id uuid, name text, revision bigint, quarantined boolean, observed jsonb)
                                ON CONFLICT (host_id, type, place) DO UPDATE SET observed = excluded.observed
                                """,
                                now,
                                host,
                                json(seen)));
    }

    void remove(Collection<UUID> orphans) {
        if (!orphans.isEmpty()) {
            run(new RoundTrip().write("DELETE FROM orphan WHERE id = ANY (?)", orphans));
        }
    }

    private void run(RoundTrip trip) {
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
    }

    private static Known known(ResultSet row) throws SQLException {
        try {
            return new Known(
                    row.getObject("id", UUID.class),
                    row.getString("name"),
                    row.getLong("revision"),
                    row.getBoolean("quarantined"),
                    row.getBoolean("deleted"),
                    StoredJson.MAPPER.readValue(row.getString("observed"), OrphanObserved.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String json(List<Known> seen) {
        try {
            return StoredJson.MAPPER.writeValueAsString(seen);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
