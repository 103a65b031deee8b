package io.yunqing.controller.compute;

import io.yunqing.api.Instance;
import io.yunqing.api.Phase;
import io.yunqing.controller.platform.Where;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.util.Map;

/** How instances can be picked from a list. */
public class InstanceFilters {
    private static final String IN_PHASE =
            """
            (SELECT %s
             FROM host_observation h LEFT JOIN instance_observation o ON o.instance_id = r.id
             WHERE h.host_id = r.host_id) = ANY (:phaseWords)\
            """
                    .formatted(PhaseWords.sqlWith(":heardSince"));

    @QueryParam("host")
    public String host;

    @QueryParam("zone")
    public String zone;

    @QueryParam("group")
    public String group;

    @QueryParam("network")
    public String network;

    @QueryParam("flavor")
    public String flavor;

    @QueryParam("image")
    public String image;

    @QueryParam("phase")
    public String phase;

    /**
     * @param heardSince since when a host must have been heard to be believed
     */
    Where<Instance> where(Instant heardSince) {
        Where<Instance> where = Where.all();
        return where.filter("host", host, "r.host_id = (SELECT id FROM host WHERE name = :host)")
                .filter(
                        "zone",
                        zone,
                        "r.host_id IN (SELECT h.id FROM host h JOIN zone z ON z.id = h.zone_id WHERE z.name = :zone)")
                .filter(
                        "group",
                        group,
                        "r.group_id IN (SELECT id FROM placement_group WHERE name = :group)")
                .filter(
                        "network",
                        network,
                        "r.network_id IN (SELECT id FROM network WHERE name = :network)")
                .filter(
                        "flavor",
                        flavor,
                        "r.flavor_id = (SELECT id FROM flavor WHERE name = :flavor)")
                .filter("image", image, "r.image_id = (SELECT id FROM image WHERE name = :image)")
                .word(
                        "phase",
                        phase,
                        Phase.class,
                        wanted ->
                                where.and(
                                        Map.of(
                                                "phaseWords",
                                                PhaseWords.BOOK.of(wanted).toArray(String[]::new),
                                                "heardSince",
                                                heardSince),
                                        IN_PHASE));
    }
}
