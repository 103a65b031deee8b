package io.yunqing.controller.compute;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.FenceStatus.Waiting;
import io.yunqing.api.Kind;
import io.yunqing.controller.compute.ForecastStore.Placed;
import io.yunqing.controller.feed.Journal.Note;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.ledger.Balances;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.StoredJson;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** What is read and written to give the instances of a fenced host others. */
final class RestartStore {
    static final String ACTOR = "controller";

    private RestartStore() {}

    /**
     * A fenced host.
     *
     * @param waiting what is known to wait
     */
    record Loss(UUID fence, UUID host, String hostName, String proof, List<Waiting> waiting) {}

    /** An instance and the host that it is given. */
    record Move(Placed instance, Amounts amounts, Chosen place) {
        UUID id() {
            return instance.id();
        }

        UUID to() {
            return place.host().id();
        }
    }

    /** The fenced hosts that have instances which may be started elsewhere. */
    static List<Loss> losses(Connection connection) throws SQLException {
        List<Loss> losses = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT f.id, o.host_id, f.host, f.proof, f.waiting FROM host_observation o JOIN fence f ON f.id = o.fence_id
                        WHERE f.waiting <> '[]'
                          OR EXISTS (SELECT FROM instance i WHERE i.host_id = o.host_id AND i.restart_revision IS NOT NULL)
                        ORDER BY f.created
                        """,
                        row ->
                                losses.add(
                                        new Loss(
                                                row.getObject("id", UUID.class),
                                                row.getObject("host_id", UUID.class),
                                                row.getString("host"),
                                                row.getString("proof"),
                                                List.of(
                                                        json(
                                                                row.getString("waiting"),
                                                                Waiting[].class)))))
                .run(connection);
        return losses;
    }

    /** The host's instances that may be started elsewhere, each with what is against it; with nothing when nothing is. */
    static Map<UUID, String> restartable(Connection connection, Loss loss) throws SQLException {
        Map<UUID, String> found = new HashMap<>();
        new RoundTrip()
                .read(
                        """
                        SELECT i.id, CASE
                            WHEN ? = 'LEASE' AND i.restart_revision > o.applied_revision
                                THEN 'its host was silent before it knew that it was to end it: only two people''s word helps, or its return'
                            WHEN EXISTS (SELECT FROM volume v LEFT JOIN pool p ON p.id = v.pool_id
                                         WHERE v.instance_id = i.id AND p.shared IS NOT TRUE)
                                THEN 'it has volumes in its host''s own pool'
                            WHEN EXISTS (SELECT FROM volume v LEFT JOIN volume c ON c.source_id = v.id
                                         LEFT JOIN backup b ON b.volume_id = v.id AND NOT b.made AND NOT b.deleted
                                         WHERE v.instance_id = i.id
                                           AND (v.source_id IS NOT NULL OR v.backup_id IS NOT NULL OR c.id IS NOT NULL OR b.id IS NOT NULL))
                                THEN 'a copy or a backup of one of its volumes is not finished, and its host may be at it: delete that'
                            WHEN EXISTS (SELECT FROM address a WHERE a.instance_id = i.id AND a.place_id = i.host_id)
                                THEN 'its address is of its host''s own subnet; instances in networks keep theirs on every host'
                            ELSE '' END AS obstacle
                        FROM instance i JOIN host_observation o ON o.host_id = i.host_id
                        WHERE i.host_id = ? AND NOT i.deleted AND i.restart_revision IS NOT NULL
                        """,
                        row ->
                                found.put(
                                        row.getObject("id", UUID.class), row.getString("obstacle")),
                        loss.proof(),
                        loss.host())
                .run(connection);
        return found;
    }

    /**
     * What cannot change until the transaction ends.
     *
     * @param holds whether the proof still does
     * @param movable the instances that are still the lost host's and have nothing against them
     * @param hosts the revisions of those that are to have them
     */
    record Locked(boolean holds, Set<UUID> movable, Map<UUID, Long> hosts, Balances balances) {
        boolean has(Move move) {
            return movable.contains(move.id());
        }
    }

    /** Locks all that is to be written, in the order of all locks. */
    static Locked lock(Connection connection, Ledger ledger, Loss loss, List<Move> moves)
            throws SQLException {
        UUID[] ids = ids(moves);
        Set<UUID> targets = targets(moves);
        List<UUID> proof = new ArrayList<>();
        Set<UUID> movable = new HashSet<>();
        Map<UUID, Long> hosts = new HashMap<>();
        RoundTrip trip =
                new RoundTrip()
                        .read(
                                "SELECT fence_id FROM host_observation WHERE host_id = ? FOR NO KEY UPDATE",
                                row -> proof.add(row.getObject("fence_id", UUID.class)),
                                loss.host())
                        .read(
                                """
                                SELECT id FROM instance
                                WHERE id = ANY (?) AND host_id = ? AND NOT deleted AND restart_revision IS NOT NULL
                                ORDER BY id FOR NO KEY UPDATE
                                """,
                                row -> movable.add(row.getObject("id", UUID.class)),
                                ids,
                                loss.host())
                        .write(
                                "SELECT FROM volume WHERE instance_id = ANY (?) ORDER BY id FOR NO KEY UPDATE",
                                (Object) ids)
                        .write(
                                """
                                SELECT FROM network WHERE id IN (SELECT network_id FROM instance WHERE id = ANY (?))
                                ORDER BY id FOR NO KEY UPDATE
                                """,
                                (Object) ids);
        Balances balances = ledger.lock(trip, List.of(), targets);
        trip.read(
                "SELECT id, revision FROM host WHERE id = ANY (?)",
                row -> hosts.put(row.getObject("id", UUID.class), row.getLong("revision")),
                targets);
        trip.run(connection);
        // What is against them may have come since they were looked at; from the locks on, it
        // cannot.
        Map<UUID, String> restartable = restartable(connection, loss);
        movable.removeIf(id -> !"".equals(restartable.get(id)));
        return new Locked(
                !proof.isEmpty() && loss.fence().equals(proof.getFirst()),
                movable,
                hosts,
                balances);
    }

    /** Moves the counters of hosts on, in one order for all. */
    static final String TELL =
            """
            WITH told AS (SELECT host_id FROM host_desired WHERE host_id = ANY (?) ORDER BY host_id FOR NO KEY UPDATE)
            UPDATE host_desired d SET revision = revision + 1, networks_revision = revision + 1
            FROM told WHERE d.host_id = told.host_id
            """;

    static void wake(AdmissionMeans means, RoundTrip trip, Set<UUID> hosts) {
        Set<String> topics = new HashSet<>();
        topics.add(Changes.FEED);
        hosts.forEach(host -> topics.add(Fleet.topic(host)));
        means.wakeups().onCommit(trip, topics);
    }

    /** Writes down who is where now; the lost host is told that they have departed, should it return. */
    static void write(Connection connection, AdmissionMeans means, Loss loss, List<Move> moves)
            throws SQLException {
        UUID[] ids = ids(moves);
        UUID[] targets = moves.stream().map(Move::to).toArray(UUID[]::new);
        Instant now = means.clock().instant();
        Set<UUID> told = new HashSet<>(targets(moves));
        told.add(loss.host());
        new RoundTrip()
                .read(
                        """
                        SELECT DISTINCT i.host_id FROM instance i
                        WHERE i.network_id IN (SELECT network_id FROM instance WHERE id = ANY (?))
                        """,
                        row -> told.add(row.getObject("host_id", UUID.class)),
                        (Object) ids)
                .run(connection);
        RoundTrip trip =
                new RoundTrip()
                        .write(
                                """
                                DELETE FROM instance_departure x USING unnest(?, ?) AS m (id, host)
                                WHERE x.instance_id = m.id AND x.host_id = m.host
                                """,
                                ids,
                                targets);
        means.ledger().move(trip, ids, targets, now);
        trip.write(TELL, told)
                .write(
                        """
                        UPDATE instance i SET host_id = m.host, epoch = i.epoch + 1, revision = i.revision + 1, host_revision = d.revision,
                            placement = cast(m.placement AS jsonb), restart_revision = 0
                        FROM unnest(?, ?, ?) AS m (id, host, placement) JOIN host_desired d ON d.host_id = m.host WHERE i.id = m.id
                        """,
                        ids,
                        targets,
                        moves.stream()
                                .map(move -> json(move.place().explanation().render()))
                                .toArray(String[]::new))
                .write("DELETE FROM instance_observation WHERE instance_id = ANY (?)", (Object) ids)
                .write(
                        """
                        INSERT INTO instance_departure (host_id, instance_id, epoch, tenant, name, host_revision)
                        SELECT d.host_id, i.id, i.epoch, t.name, i.name, d.revision
                        FROM instance i JOIN tenant t ON t.id = i.tenant_id JOIN host_desired d ON d.host_id = ? WHERE i.id = ANY (?)
                        ON CONFLICT (host_id, instance_id) DO UPDATE SET epoch = excluded.epoch, host_revision = excluded.host_revision
                        """,
                        loss.host(),
                        ids)
                .write(
                        """
                        DELETE FROM volume_departure x USING volume v JOIN instance i ON i.id = v.instance_id
                        WHERE i.id = ANY (?) AND x.volume_id = v.id AND x.host_id = i.host_id
                        """,
                        (Object) ids)
                .write(
                        """
                        INSERT INTO volume_departure (host_id, volume_id, host_revision)
                        SELECT d.host_id, v.id, d.revision FROM volume v JOIN host_desired d ON d.host_id = ? WHERE v.instance_id = ANY (?)
                        ON CONFLICT (host_id, volume_id) DO UPDATE SET host_revision = excluded.host_revision
                        """,
                        loss.host(),
                        ids)
                .write(
                        "DELETE FROM volume_observation o USING volume v WHERE v.id = o.volume_id AND v.instance_id = ANY (?)",
                        (Object) ids)
                .write(
                        """
                        UPDATE volume v SET host_id = i.host_id, host_revision = i.host_revision, detach_revision = i.host_revision
                        FROM instance i WHERE i.id = ANY (?) AND v.instance_id = i.id
                        """,
                        (Object) ids)
                .write(
                        "UPDATE fence SET restarted = restarted + ?, revision = revision + 1 WHERE id = ?",
                        moves.size(),
                        loss.fence());
        means.journal().write(trip, notes(connection, loss, moves), now);
        wake(means, trip, told);
        trip.run(connection);
    }

    private static List<Note> notes(Connection connection, Loss loss, List<Move> moves)
            throws SQLException {
        Map<UUID, Long> revisions = new HashMap<>();
        new RoundTrip()
                .read(
                        "SELECT id, revision FROM instance WHERE id = ANY (?)",
                        row ->
                                revisions.put(
                                        row.getObject("id", UUID.class), row.getLong("revision")),
                        (Object) ids(moves))
                .run(connection);
        return moves.stream()
                .map(move ->
                        new Note(
                                new Change(
                                        Kind.INSTANCE,
                                        move.instance().tenantName(),
                                        move.instance().name(),
                                        move.id(),
                                        "restarted",
                                        "host %s is lost, it is started on host %s"
                                                .formatted(
                                                        loss.hostName(),
                                                        move.place().host().name()),
                                        revisions.getOrDefault(move.id(), 0L) + 1),
                                ACTOR,
                                loss.proof()))
                .toList();
    }

    /** Writes down who waits, and why. */
    static boolean wait(Connection connection, Loss loss, List<Waiting> waiting)
            throws SQLException {
        new RoundTrip()
                .write(
                        "UPDATE fence SET waiting = cast(? AS jsonb), revision = revision + 1 WHERE id = ?",
                        json(waiting),
                        loss.fence())
                .run(connection);
        return true;
    }

    private static UUID[] ids(Collection<Move> moves) {
        return moves.stream().map(Move::id).toArray(UUID[]::new);
    }

    private static Set<UUID> targets(Collection<Move> moves) {
        Set<UUID> targets = new HashSet<>();
        moves.forEach(move -> targets.add(move.to()));
        return targets;
    }

    private static String json(Object value) {
        return StoredJson.text(value);
    }

    private static <T> T json(String text, Class<T> type) {
        try {
            return StoredJson.MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
