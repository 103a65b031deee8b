package io.yunqing.controller.identity;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Whoami;
import io.yunqing.controller.platform.Caller;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/v1/whoami")
@Tag(name = "Identity")
@RunOnVirtualThread
public class WhoamiResource {
    private final Caller caller;
    private final String region;
    private final String version;

    WhoamiResource(
            Caller caller,
            @ConfigProperty(name = "yunqing.region") String region,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.caller = caller;
        this.region = region;
        this.version = version;
    }

    @GET
    @Operation(summary = "Whom the controller takes you for")
    public Whoami whoami() {
        return new Whoami(caller.name(), region, version);
    }
}
