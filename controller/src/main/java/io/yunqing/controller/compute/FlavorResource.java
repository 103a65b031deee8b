package io.yunqing.controller.compute;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Flavor;
import io.yunqing.api.FlavorStatus;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.SimpleNoun;
import io.yunqing.controller.platform.Where;
import io.yunqing.controller.pool.PoolRow;
import io.yunqing.controller.storage.TierRow;
import jakarta.persistence.LockModeType;
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
import org.hibernate.Session;

/** Named sizes. */
@Path("/v1/flavors")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Flavors")
@RunOnVirtualThread
public class FlavorResource implements SimpleNoun<FlavorRow, Flavor> {
    private final Session em;
    private final Resources resources;
    private final Lists lists;
    private final References references;

    FlavorResource(Session em, Resources resources, Lists lists, References references) {
        this.em = em;
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
        row.tier = row.spec.tier() == null ? null : tier(row.spec.tier());
    }

    /** The tier of this name, which stays until the transaction ends. */
    private TierRow tier(String name) {
        TierRow tier =
                TierRow.<TierRow>find("name", name)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown("spec.tier", Kind.TIER, name));
        em.refresh(tier, LockModeType.PESSIMISTIC_READ);
        PoolRow pool = tier.pool;
        if (pool == null || !pool.shared || !pool.spec.type().keepsFiles()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.tier",
                    "volumes of tier %s are in %s, and root disks can only be in a pool of files that its hosts share"
                            .formatted(
                                    name, pool == null ? "hosts' own pools" : "pool " + pool.name),
                    "a tier of a shared directory or of NFS",
                    name,
                    "name such a tier, or leave it out to have root disks in hosts' own pools");
        }
        return tier;
    }

    @Override
    public void update(FlavorRow row, Flavor asked) {
        Asked.same("spec.tier", row.spec.tier(), asked.spec().tier());
        row.spec = asked.spec();
    }

    @Override
    public boolean delete(FlavorRow row) {
        references.refuseIfAny(row, "instances", "SELECT name FROM instance WHERE flavor_id = :id");
        return true;
    }
}
