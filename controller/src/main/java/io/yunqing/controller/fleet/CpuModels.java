package io.yunqing.controller.fleet;

import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.Session;

/** Which processor the guests of a zone see, so that each of its hosts could go on with any of them. */
@ApplicationScoped
class CpuModels {
    private static final int NAMED = 3;

    private final Session em;
    private final Fleet fleet;

    CpuModels(Session em, Fleet fleet) {
        this.em = em;
        this.fleet = fleet;
    }

    /** Those that every host of a zone can show that has said which it can. */
    List<String> common(UUID zone) {
        return em.createNativeQuery(
                        """
                        WITH said AS (
                            SELECT o.inventory -> 'cpuModels' AS models FROM host h JOIN host_observation o ON o.host_id = h.id
                            WHERE h.zone_id = :zone AND jsonb_exists(o.inventory, 'cpuModels'))
                        SELECT model FROM said, jsonb_array_elements_text(said.models) AS model
                        GROUP BY model HAVING count(*) = (SELECT count(*) FROM said) ORDER BY model
                        """,
                        String.class)
                .setParameter("zone", zone)
                .getResultList();
    }

    /**
     * Lets all hosts of a zone know of another model.
     *
     * @param model null for each host's own
     * @throws ProblemException if there is a host that cannot show it
     */
    void change(ZoneRow row, String model) {
        if (Objects.equals(row.spec.cpuModel(), model)) {
            return;
        }
        if (model != null) {
            requireShown(row, model);
        }
        fleet.instancesChanged(row.id);
    }

    private void requireShown(ZoneRow row, String model) {
        List<String> without =
                em.createNativeQuery(
                                """
                                SELECT h.name FROM host h JOIN host_observation o ON o.host_id = h.id
                                WHERE h.zone_id = :zone AND jsonb_exists(o.inventory, 'cpuModels')
                                  AND NOT jsonb_exists(o.inventory -> 'cpuModels', :model)
                                ORDER BY h.name
                                """,
                                String.class)
                        .setParameter("zone", row.id)
                        .setParameter("model", model)
                        .getResultList();
        if (!without.isEmpty()) {
            String names = String.join(", ", without.subList(0, Math.min(NAMED, without.size())));
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.cpuModel",
                    "%d of the zone's hosts cannot show it to guests: %s%s"
                            .formatted(
                                    without.size(), names, without.size() > NAMED ? ", ..." : ""),
                    "one of status.cpuModels",
                    model,
                    "choose one that all can show, as yqctl zone show %s says".formatted(row.name));
        }
    }
}
