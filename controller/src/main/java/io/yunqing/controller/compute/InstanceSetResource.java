package io.yunqing.controller.compute;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerResponse;
import io.yunqing.api.InstanceSet;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.Parameters;
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

/** Several instances of a tenant at once. */
@Path("/v1/tenants/{tenant}/instance-sets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Instances")
@RunOnVirtualThread
public class InstanceSetResource {
    private final Creation creation;

    InstanceSetResource(Creation creation) {
        this.creation = creation;
    }

    @POST
    @Operation(summary = "Create instances that are alike, all of them or none")
    @APIResponseSchema(value = InstanceSet.Made.class, responseCode = "201")
    public Response create(
            String tenant,
            InstanceSet body,
            @BeanParam Call call,
            @Context UriInfo uri,
            @Context HttpServerResponse connection) {
        Parameters.requireKnown(uri, Set.of("mode", "digest"));
        return creation.all(tenant, body, call, gone -> connection.closeHandler(_ -> gone.run()));
    }
}
