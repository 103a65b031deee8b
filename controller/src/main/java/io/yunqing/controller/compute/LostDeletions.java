package io.yunqing.controller.compute;

import io.yunqing.api.Kind;
import io.yunqing.controller.compute.RestartStore.Loss;
import io.yunqing.controller.feed.Journal.Note;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.RoundTrip;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Instances that were to be deleted on a host that is lost. */
final class LostDeletions {
    private LostDeletions() {}

    /**
     * Ends the instances of a fenced host that are to be deleted: what would confirm that nothing of them is left is the proof. Their root
     * disks go to a host that sees them, which erases them.
     *
     * @return how many
     */
    static int release(Connection connection, AdmissionMeans means, Loss loss) throws SQLException {
        List<UUID> proof = new ArrayList<>();
        List<Gone> gone = new ArrayList<>();
        new RoundTrip()
                .read(
                        "SELECT fence_id FROM host_observation WHERE host_id = ? FOR NO KEY UPDATE",
                        row -> proof.add(row.getObject("fence_id", UUID.class)),
                        loss.host())
                .read(
                        """
                        SELECT i.id, t.name AS tenant, i.name, i.revision
                        FROM instance i JOIN tenant t ON t.id = i.tenant_id JOIN host_observation o ON o.host_id = i.host_id
                        WHERE i.host_id = ? AND i.deleted AND (? <> 'LEASE' OR i.restart_revision <= o.applied_revision)
                          AND i.restart_revision IS NOT NULL
                        ORDER BY i.id FOR UPDATE OF i
                        """,
                        row ->
                                gone.add(
                                        new Gone(
                                                row.getObject("id", UUID.class),
                                                row.getString("tenant"),
                                                row.getString("name"),
                                                row.getLong("revision"))),
                        loss.host(),
                        loss.proof())
                .run(connection);
        if (gone.isEmpty() || proof.isEmpty() || !loss.fence().equals(proof.getFirst())) {
            return 0;
        }
        UUID[] ids = gone.stream().map(Gone::id).toArray(UUID[]::new);
        Instant now = means.clock().instant();
        List<UUID> heirs = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT DISTINCT ON (v.pool_id) p.host_id FROM volume v
                        JOIN pool_host p ON p.pool_id = v.pool_id AND p.seen AND p.host_id <> v.host_id
                        JOIN host_observation o ON o.host_id = p.host_id AND o.fence_id IS NULL
                        WHERE v.host_id = ? AND v.root AND v.deleted
                        ORDER BY v.pool_id, o.received_at DESC
                        """,
                        row -> heirs.add(row.getObject("host_id", UUID.class)),
                        loss.host())
                .run(connection);
        Set<UUID> told = new HashSet<>(heirs);
        told.add(loss.host());
        RoundTrip trip = new RoundTrip();
        means.ledger().close(trip, ids, now);
        trip.write(RestartStore.TELL, told)
                .write(
                        """
                        INSERT INTO instance_departure (host_id, instance_id, epoch, tenant, name, host_revision)
                        SELECT d.host_id, i.id, i.epoch + 1, t.name, i.name, d.revision
                        FROM instance i JOIN tenant t ON t.id = i.tenant_id JOIN host_desired d ON d.host_id = i.host_id WHERE i.id = ANY (?)
                        ON CONFLICT (host_id, instance_id) DO UPDATE SET epoch = excluded.epoch, host_revision = excluded.host_revision
                        """,
                        (Object) ids)
                .write(
                        """
                        WITH heir AS (SELECT v.id, p.host_id FROM volume v
                                      JOIN pool_host p ON p.pool_id = v.pool_id AND p.seen AND p.host_id = ANY (?)
                                      WHERE v.host_id = ? AND v.root AND v.deleted),
                             left_behind AS (INSERT INTO volume_departure (host_id, volume_id, host_revision)
                                             SELECT DISTINCT d.host_id, h.id, d.revision FROM heir h JOIN host_desired d ON d.host_id = ?
                                             ON CONFLICT (host_id, volume_id) DO UPDATE SET host_revision = excluded.host_revision)
                        UPDATE volume v SET host_id = h.host_id, host_revision = d.revision, detach_revision = d.revision
                        FROM heir h JOIN host_desired d ON d.host_id = h.host_id WHERE v.id = h.id
                        """,
                        heirs,
                        loss.host(),
                        loss.host())
                .write("DELETE FROM instance WHERE id = ANY (?)", (Object) ids);
        means.journal()
                .write(
                        trip,
                        gone.stream()
                                .map(one ->
                                        new Note(
                                                new Change(
                                                        Kind.INSTANCE,
                                                        one.tenant(),
                                                        one.name(),
                                                        one.id(),
                                                        "deleted",
                                                        "host %s is lost, and so is what was left of it"
                                                                .formatted(loss.hostName()),
                                                        one.revision()),
                                                RestartStore.ACTOR,
                                                loss.proof()))
                                .toList(),
                        now);
        RestartStore.wake(means, trip, told);
        trip.run(connection);
        return gone.size();
    }

    /** An instance of which nothing is to be left. */
    private record Gone(UUID id, String tenant, String name, long revision) {}
}
