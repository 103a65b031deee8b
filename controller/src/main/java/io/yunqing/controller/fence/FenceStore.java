package io.yunqing.controller.fence;

import io.yunqing.api.agent.Stopped;
import io.yunqing.controller.fence.SilenceWatch.Report;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a proof needs to know of hosts, and what is written of it beside its record. */
@ApplicationScoped
class FenceStore {
    private final Sql sql;

    FenceStore(Sql sql) {
        this.sql = sql;
    }

    /**
     * A host as a judge sees it.
     *
     * @param lease the longest that it may count on
     * @param able whether it ends by itself, when that is over, what may be started elsewhere
     * @param bmc by which it may be switched off; null where that is not to be done, or is of no use to anybody
     * @param fenced whether a proof holds of it
     */
    record Watched(
            UUID host,
            String name,
            Report last,
            Duration lease,
            boolean able,
            String bmc,
            boolean fenced) {}

    /** All hosts that have reported. */
    List<Watched> hosts() {
        List<Watched> found = new ArrayList<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT o.host_id, h.name, o.received_at, o.sequence, o.lease_ms, o.fence_id IS NOT NULL AS fenced,
                                       coalesce(cast(o.fencing ->> 'able' AS boolean), false) AS able,
                                       CASE WHEN o.fencing IS NOT NULL AND h.spec ->> 'bmc' IS NOT NULL AND EXISTS (
                                           SELECT FROM instance i WHERE i.host_id = h.id AND NOT i.deleted AND i.restart_revision IS NOT NULL)
                                       THEN h.spec ->> 'bmc' END AS bmc
                                FROM host_observation o JOIN host h ON h.id = o.host_id WHERE o.received_at IS NOT NULL
                                """,
                                row -> {
                                    UUID host = row.getObject("host_id", UUID.class);
                                    found.add(
                                            new Watched(
                                                    host,
                                                    row.getString("name"),
                                                    new Report(
                                                            host,
                                                            Sql.instant(
                                                                    row.getObject(
                                                                            "received_at",
                                                                            OffsetDateTime.class)),
                                                            row.getLong("sequence")),
                                                    Duration.ofMillis(row.getLong("lease_ms")),
                                                    row.getBoolean("able"),
                                                    row.getString("bmc"),
                                                    row.getBoolean("fenced")));
                                }));
        return found;
    }

    /**
     * A host that is locked.
     *
     * @param last its last report; null before the first
     * @param fenced whether a proof holds of it
     */
    record Locked(Report last, Duration lease, boolean fenced) {}

    /** The host as it is; no report of it is taken until the transaction ends. */
    Optional<Locked> lock(UUID host) {
        List<Locked> found = new ArrayList<>();
        run(
                new RoundTrip()
                        .read(
                                "SELECT received_at, sequence, lease_ms, fence_id FROM host_observation WHERE host_id = ? FOR NO KEY UPDATE",
                                row -> {
                                    OffsetDateTime at =
                                            row.getObject("received_at", OffsetDateTime.class);
                                    found.add(
                                            new Locked(
                                                    at == null
                                                            ? null
                                                            : new Report(
                                                                    host,
                                                                    Sql.instant(at),
                                                                    row.getLong("sequence")),
                                                    Duration.ofMillis(row.getLong("lease_ms")),
                                                    row.getObject("fence_id", UUID.class) != null));
                                },
                                host));
        return found.stream().findFirst();
    }

    /** From now on the proof holds of the host. */
    void fence(UUID host, UUID fence) {
        run(
                new RoundTrip()
                        .write(
                                "UPDATE host_observation SET fence_id = ? WHERE host_id = ?",
                                fence,
                                host)
                        .write("DELETE FROM host_declaration WHERE host_id = ?", host));
    }

    /** The proof holds no more: the host is heard. What was given to others stays theirs. */
    void returned(UUID host, UUID fence, Instant now, Stopped stopped) {
        run(
                new RoundTrip()
                        .write(
                                "UPDATE host_observation SET fence_id = NULL WHERE host_id = ?",
                                host)
                        .write(
                                "UPDATE fence SET returned_at = ?, stopped = cast(? AS jsonb), revision = revision + 1 WHERE id = ?",
                                now,
                                stopped == null ? null : StoredJson.text(stopped),
                                fence));
    }

    /**
     * Somebody's word that a host is lost.
     *
     * @param last the host's last report then: once it is heard again, the word is about another silence
     */
    record Declared(String by, Instant at, String reason, Report last) {}

    Optional<Declared> declared(UUID host) {
        List<Declared> found = new ArrayList<>();
        run(
                new RoundTrip()
                        .read(
                                "SELECT declared_by, declared_at, reason, last_at, last_sequence FROM host_declaration WHERE host_id = ?",
                                row ->
                                        found.add(
                                                new Declared(
                                                        row.getString("declared_by"),
                                                        Sql.instant(
                                                                row.getObject(
                                                                        "declared_at",
                                                                        OffsetDateTime.class)),
                                                        row.getString("reason"),
                                                        new Report(
                                                                host,
                                                                Sql.instant(
                                                                        row.getObject(
                                                                                "last_at",
                                                                                OffsetDateTime
                                                                                        .class)),
                                                                row.getLong("last_sequence")))),
                                host));
        return found.stream().findFirst();
    }

    void declare(UUID host, Declared word) {
        run(
                new RoundTrip()
                        .write(
                                """
                                INSERT INTO host_declaration (host_id, declared_by, declared_at, reason, last_at, last_sequence) VALUES (?, ?, ?, ?, ?, ?)
                                ON CONFLICT (host_id) DO UPDATE
                                    SET declared_by = excluded.declared_by, declared_at = excluded.declared_at, reason = excluded.reason,
                                        last_at = excluded.last_at, last_sequence = excluded.last_sequence
                                """,
                                host,
                                word.by(),
                                word.at(),
                                word.reason(),
                                word.last().receivedAt(),
                                word.last().sequence()));
    }

    /** How many hosts a proof holds of, and how many of their instances wait. */
    record Sums(int fenced, int waiting) {}

    Sums sums() {
        List<Sums> found = new ArrayList<>();
        run(
                new RoundTrip()
                        .read(
                                """
                                SELECT count(*) AS fenced, coalesce(sum(jsonb_array_length(f.waiting)), 0) AS waiting
                                FROM host_observation o JOIN fence f ON f.id = o.fence_id
                                """,
                                row ->
                                        found.add(
                                                new Sums(
                                                        row.getInt("fenced"),
                                                        row.getInt("waiting")))));
        return found.getFirst();
    }

    private void run(RoundTrip trip) {
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
    }
}
