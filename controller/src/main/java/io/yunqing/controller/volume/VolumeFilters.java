package io.yunqing.controller.volume;

import io.yunqing.api.Volume;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.Where;
import jakarta.ws.rs.QueryParam;

/** How volumes can be picked from a list. */
public class VolumeFilters {
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

    Where<Volume> where() {
        Parameters.requireTruth("snapshot", snapshot);
        return Where.<Volume>all()
                .filter("host", host, "r.host_id = (SELECT id FROM host WHERE name = :host)")
                .filter(
                        "zone",
                        zone,
                        "r.host_id IN (SELECT h.id FROM host h JOIN zone z ON z.id = h.zone_id WHERE z.name = :zone)")
                .filter(
                        "instance",
                        instance,
                        "r.instance_id IN (SELECT id FROM instance WHERE name = :instance)")
                .filter("of", of, "r.copy_of = :of")
                .filter("snapshot", snapshot, "cast(r.snapshot AS text) = :snapshot");
    }
}
