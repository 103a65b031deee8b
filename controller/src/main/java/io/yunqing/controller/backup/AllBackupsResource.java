package io.yunqing.controller.backup;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Backup;
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

/** The backups of all tenants together. */
@Path("/v1/backups")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Backups")
@RunOnVirtualThread
public class AllBackupsResource {
    private final Lists lists;
    private final Backups backups;

    AllBackupsResource(Lists lists, Backups backups) {
        this.lists = lists;
        this.backups = backups;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List backups of all tenants")
    @APIResponseSchema(value = Backup[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @BeanParam BackupFilters filters,
            @QueryParam("tenant") String tenant,
            @Context HttpHeaders headers) {
        Where<Backup> where =
                filters.where(backups.heardSince())
                        .filter(
                                "tenant",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :tenant)");
        return lists.answer(backups.of(null), query, where, headers);
    }
}
