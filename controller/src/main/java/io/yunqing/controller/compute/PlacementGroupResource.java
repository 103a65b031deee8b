package io.yunqing.controller.compute;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.PlacementGroup;
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

/** How instances of a tenant stand to each other. */
@Path("/v1/tenants/{tenant}/placement-groups")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Placement groups")
@RunOnVirtualThread
public class PlacementGroupResource {
    private final Resources resources;
    private final Lists lists;
    private final Instances instances;
    private final PlacementGroups groups;

    PlacementGroupResource(
            Resources resources, Lists lists, Instances instances, PlacementGroups groups) {
        this.resources = resources;
        this.lists = lists;
        this.instances = instances;
        this.groups = groups;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List a tenant's placement groups")
    @APIResponseSchema(value = PlacementGroup[].class, responseCode = "200")
    public Response list(String tenant, @BeanParam ListQuery query, @Context HttpHeaders headers) {
        instances.requireTenant(tenant);
        Where<PlacementGroup> where =
                Where.<PlacementGroup>all()
                        .and(
                                "path",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :path)");
        return lists.answer(groups.of(tenant), query, where, headers);
    }

    @POST
    @Operation(summary = "Create a placement group")
    @APIResponseSchema(value = PlacementGroup.class, responseCode = "201")
    public Response create(String tenant, PlacementGroup body, @BeanParam Call call) {
        return resources.create(groups.of(tenant), body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a placement group")
    @APIResponseSchema(value = PlacementGroup.class, responseCode = "200")
    public Response get(String tenant, String name) {
        return resources.get(groups.of(tenant), name);
    }

    @PUT
    @Path("{name}")
    @Operation(
            summary =
                    "Create or update a placement group; policy and scope can be changed while it has no members")
    @APIResponseSchema(value = PlacementGroup.class, responseCode = "200")
    public Response put(String tenant, String name, PlacementGroup body, @BeanParam Call call) {
        return resources.put(groups.of(tenant), name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a placement group that has no members")
    public Response delete(String tenant, String name, @BeanParam Call call) {
        return resources.delete(groups.of(tenant), name, call);
    }
}
