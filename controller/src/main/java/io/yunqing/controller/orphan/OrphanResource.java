package io.yunqing.controller.orphan;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Kind;
import io.yunqing.api.Orphan;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.OrphanKind;
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
import jakarta.ws.rs.PUT;
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

/** What hosts have that belongs to nothing in the books. Orphans are found by hosts, so none is created here. */
@Path("/v1/orphans")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Orphans")
@RunOnVirtualThread
public class OrphanResource {
    private final Resources resources;
    private final Lists lists;
    private final Orphans orphans;

    OrphanResource(Resources resources, Lists lists, Orphans orphans) {
        this.resources = resources;
        this.lists = lists;
        this.orphans = orphans;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List orphans")
    @APIResponseSchema(value = Orphan[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("host") String host,
            @QueryParam("zone") String zone,
            @QueryParam("type") String type,
            @QueryParam("quarantined") String quarantined,
            @Context HttpHeaders headers) {
        Parameters.requireTruth("quarantined", quarantined);
        Where<Orphan> where = Where.all();
        where.filter("host", host, "r.host_id = (SELECT id FROM host WHERE name = :host)")
                .filter(
                        "zone",
                        zone,
                        "r.host_id IN (SELECT h.id FROM host h JOIN zone z ON z.id = h.zone_id WHERE z.name = :zone)")
                .word(
                        "type",
                        type,
                        OrphanKind.class,
                        wanted -> where.and("type", wanted.name(), "r.type = :type"))
                .filter("quarantined", quarantined, "r.observed ->> 'quarantined' = :quarantined");
        return lists.answer(orphans, query, where, headers);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get an orphan")
    @APIResponseSchema(value = Orphan.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(orphans, name);
    }

    @PUT
    @Path("{name}")
    @Operation(
            summary =
                    "Have an orphan put aside, or back to where it was; a domain that is put aside is asked to shut down first")
    @APIResponseSchema(value = Orphan.class, responseCode = "200")
    public Response put(String name, Orphan body, @BeanParam Call call) {
        return resources
                .update(orphans, name, body, call)
                .orElseThrow(() ->
                        ProblemException.of(
                                ProblemCode.NOT_FOUND,
                                "there is no orphan " + ProblemException.abbreviate(name),
                                "orphans are found by hosts, not created; list them with GET /v1/"
                                        + Kind.ORPHAN.plural()));
    }

    @DELETE
    @Path("{name}")
    @Operation(
            summary =
                    "Delete for good what was put aside; it is gone once its host has confirmed that")
    @APIResponseSchema(value = Orphan.class, responseCode = "200")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(orphans, name, call);
    }
}
