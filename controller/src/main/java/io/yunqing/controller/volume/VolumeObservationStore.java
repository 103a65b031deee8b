package io.yunqing.controller.volume;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.Fault;
import io.yunqing.api.VolumePhase;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import io.yunqing.api.agent.WipeObserved;
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
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** What hosts said of their volumes. */
@ApplicationScoped
class VolumeObservationStore {
    /** Whether the host's last report came from a look at where the volume {@code r} is, with its host's observation {@code h}. */
    static final String SEEN =
            """
            CASE WHEN r.pool_id IS NULL THEN h.storage_seen
                 ELSE EXISTS (SELECT FROM pool_host p WHERE p.pool_id = r.pool_id AND p.host_id = r.host_id AND p.seen) END\
            """;

    private static final String COUNT =
            """
            SELECT word, count(*) AS volumes
            FROM (SELECT %s AS word
                  FROM volume r
                  JOIN host_observation h ON h.host_id = r.host_id
                  LEFT JOIN volume_observation o ON o.volume_id = r.id) words
            GROUP BY word
            """
                    .formatted(VolumePhaseWords.sqlWith("?"));

    private final Sql sql;

    VolumeObservationStore(Sql sql) {
        this.sql = sql;
    }

    /**
     * A volume as it should be and as it was last seen.
     *
     * @param sizeGiB how large it should be
     * @param instance which it is to be attached to; none when null
     * @param made whether its host has ever said that it is there
     * @param copying whether it is to become a copy of another, or to be made from a backup
     * @param restore of which restore it should be
     * @param wiping whether it is to be overwritten and its host has not said that it is
     * @param observed null before its host said anything of it
     */
    record Seen(
            UUID id,
            String tenant,
            String name,
            long revision,
            int sizeGiB,
            UUID instance,
            boolean made,
            boolean copying,
            int restore,
            boolean deleted,
            boolean wiping,
            VolumeObserved observed) {}

    /**
     * One volume's surroundings.
     *
     * @param receivedAt when its host last reported; null before its first report
     * @param seenAt when it last reported what it sees of its storage
     * @param storageSeen whether that report came from a look at where the volume is
     * @param poolFault why its host does not see its pool; null when it does, or the volume is in the host's own
     * @param appliedRevision up to which revision of what it should be the host had taken note
     * @param observed null before its host said anything of it
     */
    record Sighting(
            String host,
            String zone,
            Instant receivedAt,
            Instant seenAt,
            boolean storageSeen,
            long appliedRevision,
            String poolFault,
            VolumeObserved observed) {}

    List<Seen> onHost(UUID host) {
        List<Seen> found = new ArrayList<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT v.id, t.name AS tenant, v.name, v.revision, v.size_gib AS wanted_gib, v.instance_id AS wanted_by, v.made,
                                       coalesce(v.source_id, v.backup_id) IS NOT NULL AS copying, v.restore AS wanted_restore, v.deleted, v.wipe IS NOT NULL AS wiping,
                                       o.state, o.size_gib, o.instance_id, o.restore, o.step, o.fault, o.wipe
                                FROM volume v
                                JOIN tenant t ON t.id = v.tenant_id
                                LEFT JOIN volume_observation o ON o.volume_id = v.id
                                WHERE v.host_id = ?
                                """,
                                row ->
                                        found.add(
                                                new Seen(
                                                        row.getObject("id", UUID.class),
                                                        row.getString("tenant"),
                                                        row.getString("name"),
                                                        row.getLong("revision"),
                                                        row.getInt("wanted_gib"),
                                                        row.getObject("wanted_by", UUID.class),
                                                        row.getBoolean("made"),
                                                        row.getBoolean("copying"),
                                                        row.getInt("wanted_restore"),
                                                        row.getBoolean("deleted"),
                                                        row.getBoolean("wiping"),
                                                        observed(row))),
                                host));
        return found;
    }

    Map<UUID, Sighting> of(List<VolumeRow> rows) {
        Map<UUID, Sighting> found = new HashMap<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT r.id, n.name AS host, z.name AS zone, h.received_at, %s AS storage_seen, h.applied_revision,
                                       q.fault AS pool_fault,
                                       coalesce(CASE WHEN r.pool_id IS NULL THEN h.storage_unseen_since ELSE q.unseen_since END,
                                                h.received_at) AS seen_at,
                                       o.state, o.size_gib, o.instance_id, o.restore, o.step, o.fault, o.wipe
                                FROM unnest(?, ?, ?) AS r (id, host_id, pool_id)
                                JOIN host n ON n.id = r.host_id
                                JOIN zone z ON z.id = n.zone_id
                                JOIN host_observation h ON h.host_id = r.host_id
                                LEFT JOIN pool_host q ON q.pool_id = r.pool_id AND q.host_id = r.host_id
                                LEFT JOIN volume_observation o ON o.volume_id = r.id
                                """
                                        .formatted(SEEN),
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
                                                        row.getBoolean("storage_seen"),
                                                        row.getLong("applied_revision"),
                                                        row.getString("pool_fault"),
                                                        observed(row))),
                                rows.stream().map(row -> row.id).toArray(UUID[]::new),
                                rows.stream().map(row -> row.host.id).toArray(UUID[]::new),
                                rows.stream()
                                        .map(row -> row.pool == null ? null : row.pool.id)
                                        .toArray(UUID[]::new)));
        return found;
    }

    /**
     * How many volumes are in which phase.
     *
     * @param heardSince since when a host must have been heard to be believed
     */
    Map<VolumePhase, Long> count(Instant heardSince) {
        Map<VolumePhase, Long> counts = new EnumMap<>(VolumePhase.class);
        run(
                new RoundTrip()
                        .read(
                                COUNT,
                                row ->
                                        counts.merge(
                                                VolumePhaseWords.BOOK.phase(row.getString("word")),
                                                row.getLong("volumes"),
                                                Long::sum),
                                heardSince));
        return counts;
    }

    /** How much the volumes of each tier have together, in bytes. */
    Map<String, Long> byTier() {
        Map<String, Long> bytes = new HashMap<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT t.name, coalesce(sum(v.size_gib), 0) AS gib
                                FROM tier t LEFT JOIN volume v ON v.tier_id = t.id GROUP BY t.name
                                """,
                                row -> bytes.put(row.getString("name"), row.getLong("gib") << 30)));
        return bytes;
    }

    void keep(List<VolumeObserved> observed) {
        if (observed.isEmpty()) {
            return;
        }
        run(
                new RoundTrip()
                        .write(
                                """
                                INSERT INTO volume_observation (volume_id, state, size_gib, instance_id, restore, step, fault, wipe)
                                SELECT s.id, s.state, s.size, s.instance, s.restore, s.step, cast(s.fault AS jsonb), cast(s.wipe AS jsonb)
                                FROM unnest(?, ?, ?, ?, ?, ?, ?, ?) AS s (id, state, size, instance, restore, step, fault, wipe)
                                ON CONFLICT (volume_id) DO UPDATE
                                    SET state = excluded.state, size_gib = excluded.size_gib, instance_id = excluded.instance_id,
                                        restore = excluded.restore, step = excluded.step, fault = excluded.fault,
                                        wipe = excluded.wipe
                                """,
                                ids(observed, VolumeObserved::id),
                                texts(observed, one -> one.state().name()),
                                observed.stream().map(VolumeObserved::sizeGiB).toArray(Long[]::new),
                                ids(observed, VolumeObserved::instance),
                                observed.stream()
                                        .map(VolumeObserved::restore)
                                        .toArray(Integer[]::new),
                                texts(observed, VolumeObserved::step),
                                texts(observed, one -> json(one.fault())),
                                texts(observed, one -> json(one.wipe()))));
    }

    /** Remembers that the volumes were made, and need their sources no more; their rows are locked from then on. */
    void made(Collection<UUID> volumes) {
        run(
                new RoundTrip()
                        .write(
                                "UPDATE volume SET made = true, source_id = NULL, backup_id = NULL, image_id = NULL WHERE id = ANY (?)",
                                volumes));
    }

    /** Remembers that the volumes were overwritten; their rows are locked from then on. */
    void wiped(Collection<UUID> volumes) {
        run(new RoundTrip().write("UPDATE volume SET wipe = NULL WHERE id = ANY (?)", volumes));
    }

    /** Lets their host know of the volumes' change. */
    void changed(Collection<UUID> volumes, long hostRevision) {
        run(
                new RoundTrip()
                        .write(
                                "UPDATE volume SET host_revision = ? WHERE id = ANY (?)",
                                hostRevision,
                                volumes));
    }

    /** Writes down that a volume is another host's now: the one that had it is told, and what that said of it is of no more use. */
    void depart(UUID volume, UUID from, long hostRevision, UUID to) {
        run(
                new RoundTrip()
                        .write(
                                "INSERT INTO volume_departure (host_id, volume_id, host_revision) VALUES (?, ?, ?)",
                                from,
                                volume,
                                hostRevision)
                        .write(
                                "DELETE FROM volume_departure WHERE host_id = ? AND volume_id = ?",
                                to,
                                volume)
                        .write("DELETE FROM volume_observation WHERE volume_id = ?", volume));
    }

    /** Forgets departures that their hosts have taken note of. */
    void forgetDepartures() {
        run(
                new RoundTrip()
                        .write(
                                """
                                DELETE FROM volume_departure d USING host_observation o
                                WHERE o.host_id = d.host_id AND o.applied_revision >= d.host_revision
                                """));
    }

    void remove(Collection<UUID> volumes) {
        run(new RoundTrip().write("DELETE FROM volume WHERE id = ANY (?)", volumes));
    }

    private void run(RoundTrip trip) {
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
    }

    private static UUID[] ids(List<VolumeObserved> observed, Function<VolumeObserved, UUID> id) {
        return observed.stream().map(id).toArray(UUID[]::new);
    }

    private static String[] texts(
            List<VolumeObserved> observed, Function<VolumeObserved, String> text) {
        return observed.stream().map(text).toArray(String[]::new);
    }

    private static VolumeObserved observed(ResultSet row) throws SQLException {
        String state = row.getString("state");
        if (state == null) {
            return null;
        }
        String fault = row.getString("fault");
        String wipe = row.getString("wipe");
        try {
            return new VolumeObserved(
                    row.getObject("id", UUID.class),
                    VolumeState.valueOf(state),
                    row.getLong("size_gib"),
                    row.getObject("instance_id", UUID.class),
                    row.getInt("restore"),
                    row.getString("step"),
                    fault == null ? null : StoredJson.MAPPER.readValue(fault, Fault.class),
                    wipe == null ? null : StoredJson.MAPPER.readValue(wipe, WipeObserved.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String json(Object value) {
        return value == null ? null : StoredJson.text(value);
    }
}
