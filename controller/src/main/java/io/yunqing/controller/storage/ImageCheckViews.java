package io.yunqing.controller.storage;

import io.yunqing.api.ImageChecks;
import io.yunqing.api.ImageChecks.HostFault;
import io.yunqing.api.ImageStage;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/** What all hosts together know of images. */
@ApplicationScoped
class ImageCheckViews {
    private final Session em;

    ImageCheckViews(Session em) {
        this.em = em;
    }

    /** By the images' ids; nothing of those that no host had anything to do with. */
    Map<UUID, ImageChecks> of(Collection<ImageRow> rows) {
        Map<UUID, ImageChecks> found = new HashMap<>();
        em.createNativeQuery(
                        """
                        SELECT m.id, c.*, g.at AS first_at, g.host AS first_on, f.host AS fault_host, f.heard_at AS fault_at, f.fault,
                               f.refused AS fault_refused, coalesce(m.spec ->> 'stage', 'PUBLISHED') AS stage
                        FROM image m
                        CROSS JOIN LATERAL (
                            SELECT count(*) AS hosts, count(*) FILTER (WHERE s.cached OR s.checked_at IS NOT NULL AND s.fault IS NULL) AS good,
                                   count(s.fault) AS refused, count(s.asked) AS waiting, count(*) FILTER (WHERE s.cached) AS cached,
                                   count(*) FILTER (WHERE s.cached AND s.disks > 0) AS in_use, max(s.disk_bytes) AS disk_bytes,
                                   max(s.heard_at) FILTER (WHERE s.cached OR s.checked_at IS NOT NULL AND s.fault IS NULL) AS good_at
                            FROM image_sighting s WHERE s.sha256 = m.spec ->> 'sha256' AND s.format = m.spec ->> 'format') c
                        LEFT JOIN image_good g ON g.sha256 = m.spec ->> 'sha256' AND g.format = m.spec ->> 'format'
                        LEFT JOIN LATERAL (
                            SELECT h.name AS host, s.heard_at, s.fault, s.refused FROM image_sighting s JOIN host h ON h.id = s.host_id
                            WHERE s.sha256 = m.spec ->> 'sha256' AND s.format = m.spec ->> 'format' AND s.fault IS NOT NULL
                                AND s.heard_at > coalesce(c.good_at, '-infinity')
                            ORDER BY s.heard_at DESC LIMIT 1) f ON true
                        WHERE m.id = ANY (:ids) AND (c.hosts > 0 OR g.at IS NOT NULL)
                        """,
                        Tuple.class)
                .setParameter("ids", rows.stream().map(row -> row.id).toArray(UUID[]::new))
                .getResultStream()
                .forEach(row -> found.put(row.get("id", UUID.class), checks(row)));
        return found;
    }

    private static ImageChecks checks(Tuple row) {
        return new ImageChecks(
                count(row, "good"),
                count(row, "refused"),
                count(row, "waiting"),
                count(row, "cached"),
                row.get("stage", String.class).equals(ImageStage.REVOKED.name())
                        ? count(row, "in_use")
                        : null,
                row.get("disk_bytes", Long.class),
                row.get("first_at", Instant.class),
                row.get("first_on", String.class),
                row.get("fault", String.class) == null
                        ? null
                        : new HostFault(
                                row.get("fault_host", String.class),
                                row.get("fault_at", Instant.class),
                                row.get("fault", String.class),
                                row.get("fault_refused", Boolean.class)));
    }

    private static int count(Tuple row, String column) {
        return row.get(column, Long.class).intValue();
    }

    /**
     * @throws ProblemException if a host refused the image for what it is, and none has found it good since
     */
    void requireNotRefused(ImageRow image) {
        ImageChecks checks = of(List.of(image)).get(image.id);
        HostFault fault = checks == null ? null : checks.lastFault();
        if (fault != null && fault.refused()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.stage",
                    "does not become PUBLISHED, as host %s refused the image: %s"
                            .formatted(fault.host(), fault.message()),
                    "found good by a host after that",
                    null,
                    "correct the image, have it checked with yqctl image check %s, and publish it then"
                            .formatted(image.name));
        }
    }
}
