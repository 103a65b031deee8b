package io.yunqing.controller.volume;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Kind;
import io.yunqing.api.Wipe;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Listed;
import io.yunqing.controller.platform.Lists;
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
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The records of volumes that were to be overwritten when they were deleted. Nobody changes or deletes them. */
@Path("/v1/wipes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Wipes")
@RunOnVirtualThread
public class WipeResource implements Listed<WipeRow, Wipe> {
    private final Resources resources;
    private final Lists lists;

    WipeResource(Resources resources, Lists lists) {
        this.resources = resources;
        this.lists = lists;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List the records of overwritten volumes")
    @APIResponseSchema(value = Wipe[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("tenant") String tenant,
            @QueryParam("volume") String volume,
            @QueryParam("host") String host,
            @Context HttpHeaders headers) {
        Where<Wipe> where = Where.all();
        where.filter("tenant", tenant, "r.tenant = :tenant")
                .filter("volume", volume, "r.volume = :volume")
                .filter("host", host, "r.host = :host");
        return lists.answer(this, query, where, headers);
    }

    @GET
    @Path("{name}")
    @Operation(
            summary = "Get the record of an overwritten volume, by the serial that the volume had")
    @APIResponseSchema(value = Wipe.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @Override
    public Kind kind() {
        return Kind.WIPE;
    }

    @Override
    public Class<WipeRow> rowClass() {
        return WipeRow.class;
    }

    @Override
    public Optional<WipeRow> find(String name) {
        return WipeRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Wipe> views(List<WipeRow> rows) {
        return rows.stream()
                .map(row -> new Wipe(kind(), row.metadata(), row.spec(), row.status()))
                .toList();
    }
}
