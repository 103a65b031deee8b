package io.yunqing.controller.compute;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Flavor;
import io.yunqing.api.FlavorStatus;
import io.yunqing.api.Kind;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.SimpleNoun;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Named sizes. */
@Path("/v1/flavors")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Flavors")
@RunOnVirtualThread
public class FlavorResource implements SimpleNoun<FlavorRow, Flavor> {
    private final Resources resources;
    private final Lists lists;
    private final References references;

    FlavorResource(Resources resources, Lists lists, References references) {
        this.resources = resources;
        this.lists = lists;
        this.references = references;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List flavors")
    @APIResponseSchema(value = Flavor[].class, responseCode = "200")
    public Response list(@BeanParam ListQuery query, @Context HttpHeaders headers) {
        Where<Flavor> where = Where.<Flavor>all();
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create a flavor")
    @APIResponseSchema(value = Flavor.class, responseCode = "201")
    public Response create(Flavor body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a flavor")
    @APIResponseSchema(value = Flavor.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(summary = "Create or update a flavor")
    @APIResponseSchema(value = Flavor.class, responseCode = "200")
    public Response put(String name, Flavor body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a flavor")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.FLAVOR;
    }

    @Override
    public Class<FlavorRow> rowClass() {
        return FlavorRow.class;
    }

    @Override
    public Optional<FlavorRow> find(String name) {
        return FlavorRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Flavor> views(List<FlavorRow> rows) {
        Map<UUID, Long> instances = references.count("instance", "flavor_id", rows);
        return rows.stream()
                .map(row ->
                        new Flavor(
                                kind(),
                                row.metadata(),
                                row.spec,
                                new FlavorStatus(instances.get(row.id).intValue())))
                .toList();
    }

    @Override
    public void create(FlavorRow row, Flavor asked) {
        row.spec = asked.spec();
    }

    @Override
    public void update(FlavorRow row, Flavor asked) {
        row.spec = asked.spec();
    }

    @Override
    public boolean delete(FlavorRow row) {
        references.refuseIfAny(row, "instances", "SELECT name FROM instance WHERE flavor_id = :id");
        return true;
    }
}
