package io.yunqing.controller.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.BackupPhase;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/** What hosts said of backups, and who is there to say it. */
@ApplicationScoped
class BackupStore {
    private static final String COUNT =
            """
            SELECT word, count(*) AS backups
            FROM (SELECT %s AS word FROM backup r LEFT JOIN host_observation h ON h.host_id = r.host_id) words
            GROUP BY word
            """
                    .formatted(BackupPhaseWords.sqlWith("?"));

    private final Sql sql;

    BackupStore(Sql sql) {
        this.sql = sql;
    }

    /**
     * A backup that a host has to do something about.
     *
     * @param base on which it may build
     * @param observed null before its host said anything of it
     */
    record Pending(
            UUID id,
            String tenant,
            String name,
            long revision,
            boolean deleted,
            UUID base,
            BackupObserved observed) {}

    /**
     * One backup's surroundings.
     *
     * @param host null when it is gone
     * @param receivedAt when the host last reported; null before its first report
     * @param base the name of the one that it builds on; null when it is full
     */
    record Sighting(String host, Instant receivedAt, String base) {}

    /** All of a host that it has to do something about, locked until the transaction ends. */
    List<Pending> onHost(UUID host) {
        List<Pending> found = new ArrayList<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT b.id, t.name AS tenant, b.name, b.revision, b.deleted, b.base_id, b.observed
                                FROM backup b JOIN tenant t ON t.id = b.tenant_id
                                WHERE b.host_id = ? AND (b.deleted OR NOT b.made) ORDER BY b.id FOR NO KEY UPDATE OF b
                                """,
                                row ->
                                        found.add(
                                                new Pending(
                                                        row.getObject("id", UUID.class),
                                                        row.getString("tenant"),
                                                        row.getString("name"),
                                                        row.getLong("revision"),
                                                        row.getBoolean("deleted"),
                                                        row.getObject("base_id", UUID.class),
                                                        observed(row.getString("observed")))),
                                host));
        return found;
    }

    Map<UUID, Sighting> of(List<BackupRow> rows) {
        Map<UUID, Sighting> found = new HashMap<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT r.id, h.name AS host, s.received_at, a.name AS base
                                FROM unnest(?, ?, ?) AS r (id, host_id, base_id)
                                LEFT JOIN host h ON h.id = r.host_id
                                LEFT JOIN host_observation s ON s.host_id = r.host_id
                                LEFT JOIN backup a ON a.id = r.base_id
                                """,
                                row ->
                                        found.put(
                                                row.getObject("id", UUID.class),
                                                new Sighting(
                                                        row.getString("host"),
                                                        Sql.instant(
                                                                row.getObject(
                                                                        "received_at",
                                                                        OffsetDateTime.class)),
                                                        row.getString("base"))),
                                rows.stream().map(row -> row.id).toArray(UUID[]::new),
                                rows.stream()
                                        .map(row -> row.host == null ? null : row.host.id)
                                        .toArray(UUID[]::new),
                                rows.stream()
                                        .map(row -> row.base == null ? null : row.base.id)
                                        .toArray(UUID[]::new)));
        return found;
    }

    /** How many backups stand on each other down to a full one, this one included. */
    int chain(UUID backup) {
        AtomicReference<Integer> length = new AtomicReference<>(0);
        run(
                new RoundTrip()
                        .read(
                                """
                                WITH RECURSIVE chain AS (
                                    SELECT id, base_id FROM backup WHERE id = ?
                                    UNION ALL SELECT b.id, b.base_id FROM backup b JOIN chain c ON b.id = c.base_id)
                                SELECT count(*) AS length FROM chain
                                """,
                                row -> length.set(row.getInt("length")),
                                backup));
        return length.get();
    }

    /** A host that was heard since then; nothing if none was. */
    Optional<UUID> anyHost(Instant heardSince) {
        AtomicReference<UUID> host = new AtomicReference<>();
        run(
                new RoundTrip()
                        .read(
                                "SELECT host_id FROM host_observation WHERE received_at >= ? AND complete ORDER BY host_id LIMIT 1",
                                row -> host.set(row.getObject("host_id", UUID.class)),
                                heardSince));
        return Optional.ofNullable(host.get());
    }

    void keep(UUID backup, BackupObserved observed) {
        run(
                new RoundTrip()
                        .write(
                                "UPDATE backup SET observed = cast(? AS jsonb) WHERE id = ?",
                                json(observed),
                                backup));
    }

    /** Remembers what the backup is that is in its repository now. */
    void made(UUID backup, BackupTaken taken) {
        run(
                new RoundTrip()
                        .write(
                                """
                                UPDATE backup
                                SET made = true, observed = NULL, base_id = cast(? AS uuid), full_reason = coalesce(cast(? AS text), full_reason),
                                    bytes = ?, sha256 = ?, size_bytes = ?, taken_at = ?
                                WHERE id = ?
                                """,
                                taken.base(),
                                taken.fullReason(),
                                taken.bytes(),
                                taken.sha256(),
                                taken.sizeBytes(),
                                taken.takenAt(),
                                backup));
    }

    void remove(UUID backup) {
        run(new RoundTrip().write("DELETE FROM backup WHERE id = ?", backup));
    }

    /**
     * How many backups are in which phase.
     *
     * @param heardSince since when a host must have been heard to be believed
     */
    Map<BackupPhase, Long> count(Instant heardSince) {
        Map<BackupPhase, Long> counts = new EnumMap<>(BackupPhase.class);
        run(
                new RoundTrip()
                        .read(
                                COUNT,
                                row ->
                                        counts.merge(
                                                BackupPhaseWords.BOOK.phase(row.getString("word")),
                                                row.getLong("backups"),
                                                Long::sum),
                                heardSince));
        return counts;
    }

    /** How much the backups of each tenant take in repositories, by its name. */
    Map<String, Long> bytes() {
        Map<String, Long> bytes = new TreeMap<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT t.name, sum(b.bytes) AS bytes FROM backup b JOIN tenant t ON t.id = b.tenant_id
                                WHERE b.made GROUP BY t.name
                                """,
                                row -> bytes.put(row.getString("name"), row.getLong("bytes"))));
        return bytes;
    }

    private void run(RoundTrip trip) {
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
    }

    private static BackupObserved observed(String text) {
        try {
            return text == null ? null : StoredJson.MAPPER.readValue(text, BackupObserved.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String json(BackupObserved observed) {
        try {
            return StoredJson.MAPPER.writeValueAsString(observed);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
