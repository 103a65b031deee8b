package io.yunqing.controller.network;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Network;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.Where;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The networks of all tenants together. */
@Path("/v1/networks")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Networks")
@RunOnVirtualThread
public class AllNetworksResource {
    private final Lists lists;
    private final Networks networks;

    AllNetworksResource(Lists lists, Networks networks) {
        this.lists = lists;
        this.networks = networks;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List networks of all tenants")
    @APIResponseSchema(value = Network[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("tenant") String tenant,
            @Context HttpHeaders headers) {
        Where<Network> where =
                Where.<Network>all()
                        .filter(
                                "tenant",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :tenant)");
        return lists.answer(networks.of(null), query, where, headers);
    }
}
