package io.yunqing.controller.fleet;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Kind;
import io.yunqing.api.StorageSum;
import io.yunqing.api.Zone;
import io.yunqing.api.ZoneStatus;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.SimpleNoun;
import io.yunqing.controller.platform.Where;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Failure domains. */
@Path("/v1/zones")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Zones")
@RunOnVirtualThread
public class ZoneResource implements SimpleNoun<ZoneRow, Zone> {
    private final Resources resources;
    private final Lists lists;
    private final References references;
    private final CpuModels cpuModels;
    private final FleetStorage storage;

    ZoneResource(
            Resources resources,
            Lists lists,
            References references,
            CpuModels cpuModels,
            FleetStorage storage) {
        this.resources = resources;
        this.lists = lists;
        this.references = references;
        this.cpuModels = cpuModels;
        this.storage = storage;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List zones")
    @APIResponseSchema(value = Zone[].class, responseCode = "200")
    public Response list(@BeanParam ListQuery query, @Context HttpHeaders headers) {
        Where<Zone> where = Where.<Zone>all();
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create a zone")
    @APIResponseSchema(value = Zone.class, responseCode = "201")
    public Response create(Zone body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a zone")
    @APIResponseSchema(value = Zone.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(summary = "Create or update a zone")
    @APIResponseSchema(value = Zone.class, responseCode = "200")
    public Response put(String name, Zone body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a zone")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.ZONE;
    }

    @Override
    public Class<ZoneRow> rowClass() {
        return ZoneRow.class;
    }

    @Override
    public Optional<ZoneRow> find(String name) {
        return ZoneRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Zone> views(List<ZoneRow> rows) {
        Map<UUID, Long> hosts = references.count("host", "zone_id", rows);
        Map<String, StorageSum> sums = storage.byZone();
        return rows.stream()
                .map(row ->
                        new Zone(
                                kind(),
                                row.metadata(),
                                row.spec,
                                new ZoneStatus(
                                        hosts.get(row.id).intValue(),
                                        cpuModels.common(row.id),
                                        sums.getOrDefault(row.name, FleetStorage.NONE))))
                .toList();
    }

    @Override
    public void create(ZoneRow row, Zone asked) {
        row.spec = asked.spec();
    }

    @Override
    public void update(ZoneRow row, Zone asked) {
        cpuModels.change(row, asked.spec().cpuModel());
        row.spec = asked.spec();
    }

    @Override
    public boolean delete(ZoneRow row) {
        references.refuseIfAny(row, "hosts", "SELECT name FROM host WHERE zone_id = :id");
        return true;
    }
}
