package io.yunqing.controller.compute;

import io.yunqing.api.Instance;
import io.yunqing.api.Phase;
import io.yunqing.controller.platform.Where;
import jakarta.ws.rs.QueryParam;

/** How instances can be picked from a list. */
public class InstanceFilters {
    @QueryParam("host")
    public String host;

    @QueryParam("zone")
    public String zone;

    @QueryParam("flavor")
    public String flavor;

    @QueryParam("image")
    public String image;

    @QueryParam("phase")
    public String phase;

    Where<Instance> where() {
        return Where.<Instance>all()
                .filter("host", host, "r.host_id = (SELECT id FROM host WHERE name = :host)")
                .filter(
                        "zone",
                        zone,
                        "r.host_id IN (SELECT h.id FROM host h JOIN zone z ON z.id = h.zone_id WHERE z.name = :zone)")
                .filter(
                        "flavor",
                        flavor,
                        "r.flavor_id = (SELECT id FROM flavor WHERE name = :flavor)")
                .filter("image", image, "r.image_id = (SELECT id FROM image WHERE name = :image)")
                .computed("phase", phase, Phase.class, instance -> instance.status().phase());
    }
}
