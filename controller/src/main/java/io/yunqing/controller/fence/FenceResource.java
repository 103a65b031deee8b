package io.yunqing.controller.fence;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Availability;
import io.yunqing.api.Fence;
import io.yunqing.api.FenceProof;
import io.yunqing.api.Kind;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Listed;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.Resources;
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
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The records of proofs, which nobody changes or deletes. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Availability")
@RunOnVirtualThread
public class FenceResource implements Listed<FenceRow, Fence> {
    private final Resources resources;
    private final Lists lists;
    private final LeaseJudge judge;

    FenceResource(Resources resources, Lists lists, LeaseJudge judge) {
        this.resources = resources;
        this.lists = lists;
        this.judge = judge;
    }

    @GET
    @Path("fences")
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(
            summary = "List the proofs by which instances of silent hosts were started on others")
    @APIResponseSchema(value = Fence[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("host") String host,
            @QueryParam("proof") String proof,
            @Context HttpHeaders headers) {
        Where<Fence> where = Where.all();
        where.filter("host", host, "r.host = :host")
                .word(
                        "proof",
                        proof,
                        FenceProof.class,
                        wanted -> where.and("proof", wanted.name(), "r.proof = :proof"));
        return lists.answer(this, query, where, headers);
    }

    @GET
    @Path("fences/{name}")
    @Operation(summary = "Get a proof, what it rests on and what came of it")
    @APIResponseSchema(value = Fence.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @GET
    @Path("availability")
    @Operation(
            summary =
                    "Whether hosts that fall silent are judged, and how many are silent or fenced")
    public Availability availability(@Context UriInfo uri) {
        Parameters.requireKnown(uri, Set.of());
        return judge.availability();
    }

    @Override
    public Kind kind() {
        return Kind.FENCE;
    }

    @Override
    public Class<FenceRow> rowClass() {
        return FenceRow.class;
    }

    @Override
    public Optional<FenceRow> find(String name) {
        return FenceRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Fence> views(List<FenceRow> rows) {
        return rows.stream()
                .map(row -> new Fence(kind(), row.metadata(), row.spec(), row.status()))
                .toList();
    }
}
