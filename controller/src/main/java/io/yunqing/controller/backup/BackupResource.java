package io.yunqing.controller.backup;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Backup;
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

/** The backups of a tenant. */
@Path("/v1/tenants/{tenant}/backups")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Backups")
@RunOnVirtualThread
public class BackupResource {
    private final Resources resources;
    private final Lists lists;
    private final Instances instances;
    private final Backups backups;

    BackupResource(Resources resources, Lists lists, Instances instances, Backups backups) {
        this.resources = resources;
        this.lists = lists;
        this.instances = instances;
        this.backups = backups;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List a tenant's backups")
    @APIResponseSchema(value = Backup[].class, responseCode = "200")
    public Response list(
            String tenant,
            @BeanParam ListQuery query,
            @BeanParam BackupFilters filters,
            @Context HttpHeaders headers) {
        instances.requireTenant(tenant);
        Where<Backup> where =
                filters.where(backups.heardSince())
                        .and(
                                "path",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :path)");
        return lists.answer(backups.of(tenant), query, where, headers);
    }

    @POST
    @Operation(summary = "Have a backup of a volume taken")
    @APIResponseSchema(value = Backup.class, responseCode = "201")
    public Response create(String tenant, Backup body, @BeanParam Call call) {
        return resources.create(backups.of(tenant), body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a backup")
    @APIResponseSchema(value = Backup.class, responseCode = "200")
    public Response get(String tenant, String name) {
        return resources.get(backups.of(tenant), name);
    }

    @PUT
    @Path("{name}")
    @Operation(
            summary =
                    "Create a backup, or change its deletionProtection or labels; nothing else of it changes")
    @APIResponseSchema(value = Backup.class, responseCode = "200")
    public Response put(String tenant, String name, Backup body, @BeanParam Call call) {
        return resources.put(backups.of(tenant), name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(
            summary =
                    "Delete a backup on which no other builds; it is gone once a host has confirmed that")
    @APIResponseSchema(value = Backup.class, responseCode = "200")
    public Response delete(String tenant, String name, @BeanParam Call call) {
        return resources.delete(backups.of(tenant), name, call);
    }
}
