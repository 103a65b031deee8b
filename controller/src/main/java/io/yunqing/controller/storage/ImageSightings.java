package io.yunqing.controller.storage;

import io.yunqing.api.ImageStage;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.HostImages;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;

/**
 * What hosts know of images, and what they are asked to do about them; each call is part of its caller's transaction.
 *
 * <p>Locks are taken in one order: a host's sightings, images, hosts' counters.
 */
@ApplicationScoped
public class ImageSightings {
    private final Session em;
    private final Fleet fleet;
    private final InstantSource clock;

    ImageSightings(Session em, Fleet fleet, InstantSource clock) {
        this.em = em;
        this.fleet = fleet;
        this.clock = clock;
    }

    /** Keeps what is new of what a host knows; it is told to remove what it has of revoked images. */
    public void keep(UUID host, String hostName, HostImages known) {
        String told = StoredJson.text(known.images());
        List<Tuple> fresh =
                em.createNativeQuery(
                                """
                                SELECT t.sha256, t.format FROM jsonb_to_recordset(cast(:told AS jsonb)) AS t(sha256 text, format text, cached boolean)
                                WHERE t.cached AND NOT EXISTS (
                                    SELECT FROM image_sighting s
                                    WHERE s.host_id = :host AND s.sha256 = t.sha256 AND s.format = t.format AND s.cached)
                                """,
                                Tuple.class)
                        .setParameter("told", told)
                        .setParameter("host", host)
                        .getResultList();
        store(host, told);
        em.createNativeMutationQuery(
                        """
                        INSERT INTO image_good (sha256, format, host, at)
                        SELECT t.sha256, t.format, :name, :now
                        FROM jsonb_to_recordset(cast(:told AS jsonb)) AS t(sha256 text, format text, cached boolean)
                        WHERE t.cached AND NOT EXISTS (SELECT FROM image_good g WHERE g.sha256 = t.sha256 AND g.format = t.format)
                        ORDER BY 1, 2 ON CONFLICT DO NOTHING
                        """)
                .setParameter("told", told)
                .setParameter("name", hostName)
                .setParameter("now", clock.instant())
                .executeUpdate();
        if (fresh.stream()
                .anyMatch(one ->
                        isRevoked(
                                one.get("sha256", String.class),
                                one.get("format", String.class)))) {
            fleet.imagesChanged(List.of(host));
        }
    }

    private void store(UUID host, String told) {
        em.createNativeMutationQuery(
                        """
                        INSERT INTO image_sighting AS s
                            (host_id, sha256, format, cached, disk_bytes, checked_at, fault, refused, fault_at, disks, heard_at)
                        SELECT :host, t.sha256, t.format, coalesce(t.cached, false), t."diskBytes", t."checkedAt", t.fault,
                               coalesce(t.refused, false), t."faultAt", t.disks, :now
                        FROM jsonb_to_recordset(cast(:told AS jsonb)) AS t(sha256 text, format text, cached boolean,
                            "diskBytes" bigint, "checkedAt" timestamptz, fault text, refused boolean, "faultAt" timestamptz, disks int)
                        ORDER BY t.sha256, t.format
                        ON CONFLICT (host_id, sha256, format) DO UPDATE SET
                            cached = excluded.cached, disk_bytes = coalesce(excluded.disk_bytes, s.disk_bytes),
                            checked_at = coalesce(excluded.checked_at, s.checked_at), fault = excluded.fault, refused = excluded.refused,
                            fault_at = excluded.fault_at, disks = excluded.disks,
                            heard_at = CASE
                                WHEN (excluded.fault, excluded.fault_at) IS DISTINCT FROM (s.fault, s.fault_at)
                                    OR excluded.checked_at IS DISTINCT FROM s.checked_at AND excluded.checked_at IS NOT NULL
                                THEN excluded.heard_at ELSE s.heard_at END
                        WHERE (s.cached, s.disk_bytes, s.checked_at, s.fault, s.refused, s.fault_at, s.disks) IS DISTINCT FROM
                              (excluded.cached, coalesce(excluded.disk_bytes, s.disk_bytes), coalesce(excluded.checked_at, s.checked_at),
                               excluded.fault, excluded.refused, excluded.fault_at, excluded.disks)
                        """)
                .setParameter("host", host)
                .setParameter("told", told)
                .setParameter("now", clock.instant())
                .executeUpdate();
        em.createNativeMutationQuery(
                        """
                        UPDATE image_sighting s SET asked = NULL, heard_at = :now
                        FROM jsonb_to_recordset(cast(:told AS jsonb)) AS t(sha256 text, format text, answers bigint)
                        WHERE s.host_id = :host AND s.sha256 = t.sha256 AND s.format = t.format AND t.answers >= s.asked
                        """)
                .setParameter("host", host)
                .setParameter("told", told)
                .setParameter("now", clock.instant())
                .executeUpdate();
        em.createNativeMutationQuery(
                        """
                        UPDATE image_sighting s SET cached = false, disks = NULL
                        WHERE s.host_id = :host AND s.cached AND NOT EXISTS (
                            SELECT FROM jsonb_to_recordset(cast(:told AS jsonb)) AS t(sha256 text, format text)
                            WHERE t.sha256 = s.sha256 AND t.format = s.format)
                        """)
                .setParameter("host", host)
                .setParameter("told", told)
                .executeUpdate();
    }

    /** Whoever revokes it this moment is waited for; and whoever does so later sees who has it. */
    private boolean isRevoked(String sha256, String format) {
        List<String> stages =
                em.createNativeQuery(
                                """
                                SELECT coalesce(spec ->> 'stage', 'PUBLISHED') FROM image
                                WHERE spec ->> 'sha256' = :sha256 AND spec ->> 'format' = :format ORDER BY id FOR SHARE
                                """,
                                String.class)
                        .setParameter("sha256", sha256)
                        .setParameter("format", format)
                        .getResultList();
        return !stages.isEmpty() && stages.stream().allMatch(ImageStage.REVOKED.name()::equals);
    }

    /** Tells all hosts that have it that it is to go. */
    void revoked(ImageRow image) {
        em.flush();
        fleet.imagesChanged(
                em.createNativeQuery(
                                "SELECT host_id FROM image_sighting WHERE sha256 = :sha256 AND format = :format AND cached",
                                UUID.class)
                        .setParameter("sha256", image.spec.sha256())
                        .setParameter("format", image.spec.format().name())
                        .getResultList());
    }

    /**
     * Asks a host to fetch and check an image: one that was heard lately, and is asked least.
     *
     * @param zone where; anywhere when null
     * @throws ProblemException if no such host is heard
     */
    void ask(ImageRow image, String zone) {
        UUID host =
                em.createNativeQuery(
                                """
                                SELECT h.id FROM host h JOIN host_observation o ON o.host_id = h.id JOIN zone z ON z.id = h.zone_id
                                WHERE o.received_at >= :since AND (cast(:zone AS text) IS NULL OR z.name = :zone)
                                ORDER BY (SELECT count(*) FROM image_sighting s WHERE s.host_id = h.id AND s.asked IS NOT NULL), random()
                                LIMIT 1
                                """,
                                UUID.class)
                        .setParameter("since", fleet.heardSince())
                        .setParameter("zone", zone)
                        .getResultStream()
                        .findFirst()
                        .orElseThrow(() ->
                                ProblemException.of(
                                        ProblemCode.PLACEMENT_NO_HOST,
                                        zone == null
                                                ? "no host is heard that could check it"
                                                : "no host of zone %s is heard that could check it"
                                                        .formatted(
                                                                ProblemException.abbreviate(zone)),
                                        "see yqctl host list for which are CURRENT, or name another zone"));
        em.createNativeMutationQuery(
                        """
                        INSERT INTO image_sighting AS s (host_id, sha256, format, cached, heard_at, asked)
                        VALUES (:host, :sha256, :format, false, :now, nextval('image_wish'))
                        ON CONFLICT (host_id, sha256, format) DO UPDATE SET asked = excluded.asked
                        """)
                .setParameter("host", host)
                .setParameter("sha256", image.spec.sha256())
                .setParameter("format", image.spec.format().name())
                .setParameter("now", clock.instant())
                .executeUpdate();
        fleet.imagesChanged(List.of(host));
    }
}
