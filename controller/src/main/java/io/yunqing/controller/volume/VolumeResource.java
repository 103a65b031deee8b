package io.yunqing.controller.volume;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Volume;
import io.yunqing.controller.compute.Instances;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.Resources;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The volumes of a tenant. */
@Path("/v1/tenants/{tenant}/volumes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Volumes")
@RunOnVirtualThread
public class VolumeResource {
    private final Resources resources;
    private final Lists lists;
    private final Instances instances;
    private final Volumes volumes;

    VolumeResource(Resources resources, Lists lists, Instances instances, Volumes volumes) {
        this.resources = resources;
        this.lists = lists;
        this.instances = instances;
        this.volumes = volumes;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List a tenant's volumes")
    @APIResponseSchema(value = Volume[].class, responseCode = "200")
    public Response list(
            String tenant,
            @BeanParam ListQuery query,
            @BeanParam VolumeFilters filters,
            @Context HttpHeaders headers) {
        instances.requireTenant(tenant);
        Where<Volume> where =
                filters.where(volumes.heardSince())
                        .and(
                                "path",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :path)");
        return lists.answer(volumes.of(tenant), query, where, headers);
    }

    @POST
    @Operation(summary = "Create a volume on the host of an instance, attached to it")
    @APIResponseSchema(value = Volume.class, responseCode = "201")
    public Response create(String tenant, Volume body, @BeanParam Call call) {
        return resources.create(volumes.of(tenant), body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a volume")
    @APIResponseSchema(value = Volume.class, responseCode = "200")
    public Response get(String tenant, String name) {
        return resources.get(volumes.of(tenant), name);
    }

    @PUT
    @Path("{name}")
    @Operation(
            summary =
                    "Create or update a volume: without spec.instance it is detached, with another size it grows")
    @APIResponseSchema(value = Volume.class, responseCode = "200")
    public Response put(String tenant, String name, Volume body, @BeanParam Call call) {
        return resources.put(volumes.of(tenant), name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(
            summary =
                    "Delete a detached volume with all that is on it; it is gone once its host has confirmed that")
    @APIResponseSchema(value = Volume.class, responseCode = "200")
    public Response delete(String tenant, String name, @BeanParam Call call) {
        return resources.delete(volumes.of(tenant), name, call);
    }
}
