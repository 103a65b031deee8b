package io.yunqing.controller.network;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Network;
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

/** The networks of a tenant. */
@Path("/v1/tenants/{tenant}/networks")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Networks")
@RunOnVirtualThread
public class NetworkResource {
    private final Resources resources;
    private final Lists lists;
    private final Instances instances;
    private final Networks networks;

    NetworkResource(Resources resources, Lists lists, Instances instances, Networks networks) {
        this.resources = resources;
        this.lists = lists;
        this.instances = instances;
        this.networks = networks;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List a tenant's networks")
    @APIResponseSchema(value = Network[].class, responseCode = "200")
    public Response list(String tenant, @BeanParam ListQuery query, @Context HttpHeaders headers) {
        instances.requireTenant(tenant);
        Where<Network> where =
                Where.<Network>all()
                        .and(
                                "path",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :path)");
        return lists.answer(networks.of(tenant), query, where, headers);
    }

    @POST
    @Operation(summary = "Create a network")
    @APIResponseSchema(value = Network.class, responseCode = "201")
    public Response create(String tenant, Network body, @BeanParam Call call) {
        return resources.create(networks.of(tenant), body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a network")
    @APIResponseSchema(value = Network.class, responseCode = "200")
    public Response get(String tenant, String name) {
        return resources.get(networks.of(tenant), name);
    }

    @PUT
    @Path("{name}")
    @Operation(
            summary =
                    "Create or update a network; cidr and gateway can be changed while no instance is in it")
    @APIResponseSchema(value = Network.class, responseCode = "200")
    public Response put(String tenant, String name, Network body, @BeanParam Call call) {
        return resources.put(networks.of(tenant), name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a network that no instance is in")
    public Response delete(String tenant, String name, @BeanParam Call call) {
        return resources.delete(networks.of(tenant), name, call);
    }
}
