package io.yunqing.controller.volume;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Volume;
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

/** The volumes of all tenants together. */
@Path("/v1/volumes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Volumes")
@RunOnVirtualThread
public class AllVolumesResource {
    private final Lists lists;
    private final Volumes volumes;

    AllVolumesResource(Lists lists, Volumes volumes) {
        this.lists = lists;
        this.volumes = volumes;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List volumes of all tenants")
    @APIResponseSchema(value = Volume[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @BeanParam VolumeFilters filters,
            @QueryParam("tenant") String tenant,
            @Context HttpHeaders headers) {
        Where<Volume> where =
                filters.where(volumes.heardSince())
                        .filter(
                                "tenant",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :tenant)");
        return lists.answer(volumes.of(null), query, where, headers);
    }
}
