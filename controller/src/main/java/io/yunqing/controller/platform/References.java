package io.yunqing.controller.platform;

import io.yunqing.api.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/** Who refers to a resource. Foreign keys are the law; this class finds the words for it. */
@ApplicationScoped
public class References {
    private static final int NAMED = 5;

    private final Session em;

    References(Session em) {
        this.em = em;
    }

    /** How many rows of {@code table} refer to each of {@code rows} by {@code column}; both are the caller's constants. */
    public Map<UUID, Long> count(
            String table, String column, Collection<? extends ResourceRow> rows) {
        Map<UUID, Long> counts = new HashMap<>();
        rows.forEach(row -> counts.put(row.id, 0L));
        List<Tuple> found =
                em.createNativeQuery(
                                "SELECT %1$s, count(*) FROM %2$s WHERE %1$s = ANY (:ids) GROUP BY 1"
                                        .formatted(column, table),
                                Tuple.class)
                        .setParameter("ids", counts.keySet().toArray(UUID[]::new))
                        .getResultList();
        found.forEach(row -> counts.put(row.get(0, UUID.class), row.get(1, Long.class)));
        return counts;
    }

    /**
     * Refuses to go on if {@code sql} finds names for the row's {@code :id}.
     *
     * @param dependents what they are, in the plural
     */
    public void refuseIfAny(ResourceRow row, String dependents, String sql) {
        List<String> names =
                em.createNativeQuery(sql + " ORDER BY 1 LIMIT " + (NAMED + 1), String.class)
                        .setParameter("id", row.id)
                        .getResultList();
        if (!names.isEmpty()) {
            String shown = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
            throw ProblemException.of(
                    ProblemCode.REFERENCE_IN_USE,
                    row.name
                            + " still has "
                            + dependents
                            + ": "
                            + shown
                            + (names.size() > NAMED ? ", …" : ""),
                    "delete or move these " + dependents + " first");
        }
    }
}
