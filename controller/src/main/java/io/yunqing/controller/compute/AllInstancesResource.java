package io.yunqing.controller.compute;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Instance;
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

/** The virtual machines of all tenants together. */
@Path("/v1/instances")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Instances")
@RunOnVirtualThread
public class AllInstancesResource {
    private final Lists lists;
    private final Instances instances;

    AllInstancesResource(Lists lists, Instances instances) {
        this.lists = lists;
        this.instances = instances;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List instances of all tenants")
    @APIResponseSchema(value = Instance[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @BeanParam InstanceFilters filters,
            @QueryParam("tenant") String tenant,
            @Context HttpHeaders headers) {
        Where<Instance> where =
                filters.where(instances.heardSince())
                        .filter(
                                "tenant",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :tenant)");
        return lists.answer(instances.of(null), query, where, headers);
    }
}
