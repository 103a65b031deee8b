package io.yunqing.controller.compute;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.PlacementGroup;
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

/** The placement groups of all tenants together. */
@Path("/v1/placement-groups")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Placement groups")
@RunOnVirtualThread
public class AllPlacementGroupsResource {
    private final Lists lists;
    private final PlacementGroups groups;

    AllPlacementGroupsResource(Lists lists, PlacementGroups groups) {
        this.lists = lists;
        this.groups = groups;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List placement groups of all tenants")
    @APIResponseSchema(value = PlacementGroup[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("tenant") String tenant,
            @Context HttpHeaders headers) {
        Where<PlacementGroup> where =
                Where.<PlacementGroup>all()
                        .filter(
                                "tenant",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :tenant)");
        return lists.answer(groups.of(null), query, where, headers);
    }
}
