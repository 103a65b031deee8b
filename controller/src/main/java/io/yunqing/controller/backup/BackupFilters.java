package io.yunqing.controller.backup;

import io.yunqing.api.Backup;
import io.yunqing.api.BackupPhase;
import io.yunqing.controller.platform.Where;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.util.Map;

/** How backups can be picked from a list. */
public class BackupFilters {
    private static final String IN_PHASE =
            """
            (SELECT %s FROM (SELECT 1) AS one LEFT JOIN host_observation h ON h.host_id = r.host_id) = ANY (:phaseWords)\
            """
                    .formatted(BackupPhaseWords.sqlWith(":heardSince"));

    @QueryParam("volume")
    public String volume;

    @QueryParam("repository")
    public String repository;

    @QueryParam("base")
    public String base;

    @QueryParam("phase")
    public String phase;

    /**
     * @param heardSince since when a host must have been heard to be believed
     */
    Where<Backup> where(Instant heardSince) {
        Where<Backup> where = Where.all();
        return where.filter("volume", volume, "r.volume = :volume")
                .filter(
                        "repository",
                        repository,
                        "r.repository_id = (SELECT id FROM repository WHERE name = :repository)")
                .filter("base", base, "r.base_id IN (SELECT id FROM backup WHERE name = :base)")
                .word(
                        "phase",
                        phase,
                        BackupPhase.class,
                        wanted ->
                                where.and(
                                        Map.of(
                                                "phaseWords",
                                                BackupPhaseWords.BOOK
                                                        .of(wanted)
                                                        .toArray(String[]::new),
                                                "heardSince",
                                                heardSince),
                                        IN_PHASE));
    }
}
