package io.yunqing.controller.volume;

import io.yunqing.api.Volume;
import io.yunqing.api.VolumePhase;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.Where;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.util.Map;

/** How volumes can be picked from a list. */
public class VolumeFilters {
    private static final String IN_PHASE =
            """
            (SELECT %s
             FROM host_observation h LEFT JOIN volume_observation o ON o.volume_id = r.id
             WHERE h.host_id = r.host_id) = ANY (:phaseWords)\
            """
                    .formatted(VolumePhaseWords.sqlWith(":heardSince"));

    @QueryParam("host")
    public String host;

    @QueryParam("zone")
    public String zone;

    @QueryParam("instance")
    public String instance;

    @QueryParam("of")
    public String of;

    @QueryParam("snapshot")
    public String snapshot;

    @QueryParam("tier")
    public String tier;

    @QueryParam("pool")
    public String pool;

    @QueryParam("phase")
    public String phase;

    /**
     * @param heardSince since when a host must have been heard to be believed
     */
    Where<Volume> where(Instant heardSince) {
        Parameters.requireTruth("snapshot", snapshot);
        Where<Volume> where = Where.all();
        return where.filter("host", host, "r.host_id = (SELECT id FROM host WHERE name = :host)")
                .filter(
                        "zone",
                        zone,
                        "r.host_id IN (SELECT h.id FROM host h JOIN zone z ON z.id = h.zone_id WHERE z.name = :zone)")
                .filter(
                        "instance",
                        instance,
                        "r.instance_id IN (SELECT id FROM instance WHERE name = :instance)")
                .filter("tier", tier, "r.tier_id = (SELECT id FROM tier WHERE name = :tier)")
                .filter("pool", pool, "r.pool_id = (SELECT id FROM pool WHERE name = :pool)")
                .filter("of", of, "r.copy_of = :of")
                .filter("snapshot", snapshot, "cast(r.snapshot AS text) = :snapshot")
                .word(
                        "phase",
                        phase,
                        VolumePhase.class,
                        wanted ->
                                where.and(
                                        Map.of(
                                                "phaseWords",
                                                VolumePhaseWords.BOOK
                                                        .of(wanted)
                                                        .toArray(String[]::new),
                                                "heardSince",
                                                heardSince),
                                        IN_PHASE));
    }
}
