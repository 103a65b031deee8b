package io.yunqing.controller.compute;

import static io.yunqing.api.ProblemCode.NAME_TAKEN;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerResponse;
import io.yunqing.api.Instance;
import io.yunqing.api.InstanceStatistics;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.Where;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The virtual machines of a tenant. */
@Path("/v1/tenants/{tenant}/instances")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Instances")
@RunOnVirtualThread
public class InstanceResource {
    /** How often an instance may come and go between the look for it and its creation. */
    private static final int ATTEMPTS = 4;

    private final Resources resources;
    private final Lists lists;
    private final Instances instances;
    private final Creation creation;
    private final Consoles consoles;
    private final Statistics statistics;

    InstanceResource(
            Resources resources,
            Lists lists,
            Instances instances,
            Creation creation,
            Consoles consoles,
            Statistics statistics) {
        this.resources = resources;
        this.lists = lists;
        this.instances = instances;
        this.creation = creation;
        this.consoles = consoles;
        this.statistics = statistics;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List a tenant's instances")
    @APIResponseSchema(value = Instance[].class, responseCode = "200")
    public Response list(
            String tenant,
            @BeanParam ListQuery query,
            @BeanParam InstanceFilters filters,
            @Context HttpHeaders headers) {
        instances.requireTenant(tenant);
        Where<Instance> where =
                filters.where(instances.heardSince())
                        .and(
                                "path",
                                tenant,
                                "r.tenant_id = (SELECT id FROM tenant WHERE name = :path)");
        return lists.answer(instances.of(tenant), query, where, headers);
    }

    @POST
    @Operation(summary = "Create an instance")
    @APIResponseSchema(value = Instance.class, responseCode = "201")
    public Response create(
            String tenant,
            Instance body,
            @BeanParam Call call,
            @Context HttpServerResponse connection) {
        return created(tenant, null, body, call, connection);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get an instance")
    @APIResponseSchema(value = Instance.class, responseCode = "200")
    public Response get(String tenant, String name) {
        return resources.get(instances.of(tenant), name);
    }

    @PUT
    @Path("{name}")
    @Operation(
            summary =
                    "Create or update an instance; power, boot, protection, labels and flavor can be changed, the flavor to a smaller one only while it is off; with another rebuild also image, keys and user data")
    @APIResponseSchema(value = Instance.class, responseCode = "200")
    public Response put(
            String tenant,
            String name,
            Instance body,
            @BeanParam Call call,
            @Context HttpServerResponse connection) {
        for (int attempt = 1; ; attempt++) {
            Optional<Response> updated = resources.update(instances.of(tenant), name, body, call);
            if (updated.isPresent()) {
                return updated.get();
            }
            call.requireNothingSeen();
            try {
                return created(tenant, name, body, call, connection);
            } catch (ProblemException refusal) {
                boolean madeMeanwhile = refusal.problem().code().equals(NAME_TAKEN.code());
                if (!madeMeanwhile || attempt == ATTEMPTS) {
                    throw refusal;
                }
            }
        }
    }

    private Response created(
            String tenant, String name, Instance body, Call call, HttpServerResponse connection) {
        Response response =
                creation.one(
                        tenant, name, body, call, gone -> connection.closeHandler(_ -> gone.run()));
        return resources.settle(instances.of(tenant), body.metadata().name(), response, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(
            summary =
                    "Delete an instance with its disk; it is gone once its host has confirmed that")
    @APIResponseSchema(value = Instance.class, responseCode = "200")
    public Response delete(String tenant, String name, @BeanParam Call call) {
        return resources.delete(instances.of(tenant), name, call);
    }

    @GET
    @Path("{name}/statistics")
    @Operation(summary = "What an instance uses: processors, memory, disks, network")
    @APIResponseSchema(value = InstanceStatistics.class, responseCode = "200")
    public InstanceStatistics statistics(String tenant, String name) {
        return statistics.of(instances.of(tenant), name);
    }

    @GET
    @Path("{name}/console")
    @Produces(MediaType.TEXT_PLAIN)
    @Operation(
            summary = "The last part of the serial console, as text, from an offset on",
            description =
                    "Asked for as a WebSocket it is the console itself: binary frames are what the guest writes and what it is to read,"
                            + " text frames are notices. Only one has it at a time: 409 console.in_use says who;"
                            + " force=true takes it over. The close frame's number says why it ended")
    public Response console(String tenant, String name, @QueryParam("offset") String offset) {
        long from = Parameters.number("offset", offset, 0, 0, Long.MAX_VALUE);
        return consoles.read(instances.of(tenant), name, from);
    }
}
