package io.yunqing.controller.volume;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.SnapshotSet;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.Ids;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.Resources;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Snapshots of several volumes at one instant. */
@Path("/v1/tenants/{tenant}/instances/{instance}/snapshots")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Volumes")
@RunOnVirtualThread
public class SnapshotSetResource {
    private final Resources resources;
    private final Volumes volumes;

    SnapshotSetResource(Resources resources, Volumes volumes) {
        this.resources = resources;
        this.volumes = volumes;
    }

    @POST
    @Operation(summary = "Take snapshots of an instance's volumes, all of one instant")
    @APIResponseSchema(value = SnapshotSet.Made.class, responseCode = "201")
    public Response create(
            String tenant,
            String instance,
            SnapshotSet body,
            @BeanParam Call call,
            @Context UriInfo uri) {
        Parameters.requireKnown(uri, Set.of("mode", "digest"));
        return resources.createTogether(
                volumes.ofOneMoment(tenant, Ids.next()),
                instance,
                body,
                () -> volumes.snapshots(tenant, instance, body),
                SnapshotSet.Made::new,
                call);
    }
}
