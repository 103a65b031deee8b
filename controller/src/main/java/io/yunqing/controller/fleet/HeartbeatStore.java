package io.yunqing.controller.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** What hosts say, as it is stored at each of their reports. */
@ApplicationScoped
public class HeartbeatStore {
    private final Sql sql;

    HeartbeatStore(Sql sql) {
        this.sql = sql;
    }

    /**
     * A report that may say nothing new.
     *
     * @param keySha256 the key it was sent with
     * @param digest of all that it says and that is stored
     * @param lease that its answer gives
     * @param heardSince if the host was last heard before, being heard is news in itself
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed to the statement, never compared.
    public record Beat(
            UUID host,
            String keySha256,
            long sequence,
            byte[] digest,
            Instant receivedAt,
            Duration lease,
            Instant heardSince) {}

    /**
     * What was stored of a host before this report.
     *
     * @param revision the host's own, as a resource
     * @param desiredRevision of what it should be
     * @param agentStart null before the first report of an enrolled agent, as are the fields that come with it
     * @param fence the proof that holds of it; none while it is heard
     * @param orphans how many it had, without those that were put aside; null when it could not tell
     * @param hasOrphans whether any of it are known, put aside or not
     */
    public record Stored(
            UUID host,
            String name,
            long revision,
            long desiredRevision,
            UUID agentStart,
            UUID supersededStart,
            String bootId,
            Long sequence,
            Instant receivedAt,
            boolean complete,
            UUID fence,
            Integer orphans,
            boolean hasOrphans) {}

    /**
     * Takes the report if it repeats the last one, in one statement and without waiting for the disk: what a crash of the
     * database takes back is only how lately hosts were heard, and they will be heard again.
     *
     * @return the host's desired revision; nothing if the report says more than that its host is there, or may not be taken
     */
    public OptionalLong beat(Beat beat) {
        return sql.run(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            UPDATE host_observation o SET sequence = ?, received_at = ?, lease_ms = greatest(o.lease_ms, ?)
                            FROM host_desired d, set_config('synchronous_commit', 'off', true)
                            WHERE o.host_id = ? AND d.host_id = o.host_id
                              AND o.key_sha256 = ? AND o.sequence < ? AND o.digest = ? AND o.received_at >= ?
                              AND o.settled_revision = d.revision AND o.fence_id IS NULL
                            RETURNING d.revision
                            """)) {
                statement.setLong(1, beat.sequence);
                statement.setObject(2, Sql.timestamp(beat.receivedAt));
                statement.setLong(3, beat.lease.toMillis());
                statement.setObject(4, beat.host);
                statement.setString(5, beat.keySha256);
                statement.setLong(6, beat.sequence);
                statement.setBytes(7, beat.digest);
                statement.setObject(8, Sql.timestamp(beat.heardSince));
                return revision(statement);
            }
        });
    }

    /** What is stored of the host that this key speaks for; no other report of it is taken until the transaction ends. */
    public Optional<Stored> lock(UUID host, String keySha256) {
        return sql.run(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            SELECT h.name, h.revision, d.revision AS desired_revision, o.agent_start, o.superseded_start,
                                   o.boot_id, o.sequence, o.received_at, o.complete, o.fence_id, o.orphans,
                                   EXISTS (SELECT FROM orphan r WHERE r.host_id = o.host_id) AS has_orphans
                            FROM host_observation o
                            JOIN host h ON h.id = o.host_id
                            JOIN host_desired d ON d.host_id = o.host_id
                            WHERE o.host_id = ? AND o.key_sha256 = ?
                            FOR NO KEY UPDATE OF o
                            """)) {
                statement.setObject(1, host);
                statement.setString(2, keySha256);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? Optional.of(stored(host, row)) : Optional.<Stored>empty();
                }
            }
        });
    }

    /**
     * Stores what a locked host says.
     *
     * @param lease that the answer gives
     * @param supersededStart the start before this one
     */
    public void save(
            Stored host,
            HostObserved report,
            byte[] digest,
            Instant receivedAt,
            Duration lease,
            UUID supersededStart) {
        sql.run(connection -> {
            try (PreparedStatement statement = saving(connection)) {
                statement.setObject(1, report.agentStart());
                statement.setObject(2, supersededStart);
                statement.setString(3, report.bootId());
                statement.setLong(4, report.sequence());
                statement.setObject(5, Sql.timestamp(receivedAt));
                statement.setBoolean(6, report.complete());
                statement.setString(7, report.unobservedReason());
                statement.setLong(8, report.appliedRevision());
                statement.setString(9, json(report.unknownDomains()));
                statement.setString(10, json(report.lanes()));
                statement.setBytes(11, digest);
                statement.setLong(12, host.desiredRevision);
                statement.setBoolean(13, report.volumes() != null);
                statement.setString(14, report.networkFault());
                statement.setBoolean(15, report.complete());
                statement.setBoolean(16, report.volumes() != null);
                statement.setBoolean(17, report.orphans() != null);
                statement.setLong(18, lease.toMillis());
                statement.setString(19, report.fencing() == null ? null : json(report.fencing()));
                statement.setObject(20, host.host);
                return statement.executeUpdate();
            }
        });
    }

    private static PreparedStatement saving(Connection connection) throws SQLException {
        return connection.prepareStatement(
                """
                UPDATE host_observation
                SET agent_start = ?, superseded_start = ?, boot_id = ?, sequence = ?, received_at = ?, complete = ?,
                    unobserved_reason = ?, applied_revision = ?, unknown_domains = ?::jsonb, lanes = ?::jsonb, digest = ?,
                    settled_revision = ?, storage_seen = ?, network_fault = ?,
                    unseen_since = CASE WHEN ? THEN NULL ELSE coalesce(unseen_since, received_at) END,
                    storage_unseen_since = CASE WHEN ? THEN NULL ELSE coalesce(storage_unseen_since, received_at) END,
                    orphans_unseen_since = CASE WHEN ? THEN NULL ELSE coalesce(orphans_unseen_since, received_at) END,
                    lease_ms = greatest(lease_ms, ?), fencing = ?::jsonb
                WHERE host_id = ?
                """);
    }

    private static Stored stored(UUID host, ResultSet row) throws SQLException {
        return new Stored(
                host,
                row.getString("name"),
                row.getLong("revision"),
                row.getLong("desired_revision"),
                row.getObject("agent_start", UUID.class),
                row.getObject("superseded_start", UUID.class),
                row.getString("boot_id"),
                row.getObject("sequence", Long.class),
                Sql.instant(row.getObject("received_at", OffsetDateTime.class)),
                row.getBoolean("complete"),
                row.getObject("fence_id", UUID.class),
                row.getObject("orphans", Integer.class),
                row.getBoolean("has_orphans"));
    }

    private static OptionalLong revision(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
        }
    }

    private static String json(Object value) {
        try {
            return StoredJson.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
