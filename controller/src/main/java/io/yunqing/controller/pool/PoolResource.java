package io.yunqing.controller.pool;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Kind;
import io.yunqing.api.Pool;
import io.yunqing.api.PoolSpec;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.ZoneRow;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.ProblemException;
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
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.hibernate.Session;

/** Where hosts keep volumes beside the pool of their own. */
@Path("/v1/pools")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Pools")
@RunOnVirtualThread
public class PoolResource implements SimpleNoun<PoolRow, Pool> {
    private final Session em;
    private final Resources resources;
    private final Lists lists;
    private final References references;
    private final Fleet fleet;
    private final PoolBook book;
    private final PoolViews views;

    PoolResource(
            Session em,
            Resources resources,
            Lists lists,
            References references,
            Fleet fleet,
            PoolBook book,
            PoolViews views) {
        this.em = em;
        this.resources = resources;
        this.lists = lists;
        this.references = references;
        this.fleet = fleet;
        this.book = book;
        this.views = views;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List pools")
    @APIResponseSchema(value = Pool[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("zone") String zone,
            @Context HttpHeaders headers) {
        Where<Pool> where = Where.all();
        where.filter(
                "zone",
                zone,
                "(r.zone_id IS NULL OR r.zone_id = (SELECT id FROM zone WHERE name = :zone))");
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create a pool; its hosts are told of it at once")
    @APIResponseSchema(value = Pool.class, responseCode = "201")
    public Response create(Pool body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a pool")
    @APIResponseSchema(value = Pool.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(summary = "Create or update a pool; where and whose it is never changes")
    @APIResponseSchema(value = Pool.class, responseCode = "200")
    public Response put(String name, Pool body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(
            summary =
                    "Delete a pool that no volume is in and no tier names; what is at its place stays")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.POOL;
    }

    @Override
    public Class<PoolRow> rowClass() {
        return PoolRow.class;
    }

    @Override
    public Optional<PoolRow> find(String name) {
        return PoolRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Pool> views(List<PoolRow> rows) {
        return views.of(rows);
    }

    @Override
    public void create(PoolRow row, Pool asked) {
        PoolSpec spec = asked.spec();
        requireTrue(spec);
        row.spec = spec;
        row.shared = spec.isShared();
        row.zone =
                spec.zone() == null
                        ? null
                        : ZoneRow.<ZoneRow>find("name", spec.zone())
                                .firstResultOptional()
                                .orElseThrow(
                                        () -> Asked.unknown("spec.zone", Kind.ZONE, spec.zone()));
        requireOnlyOne(row);
        tellHosts(row);
    }

    @Override
    public void update(PoolRow row, Pool asked) {
        PoolSpec spec = asked.spec();
        requireTrue(spec);
        Asked.same("spec.url", row.spec.url(), spec.url());
        Asked.same("spec.shared", row.shared, spec.isShared());
        Asked.same("spec.zone", row.spec.zone(), spec.zone());
        row.spec = spec;
        book.promise(row);
    }

    @Override
    public boolean delete(PoolRow row) {
        references.refuseIfAny(
                row,
                "volumes",
                "SELECT t.name || '/' || v.name FROM volume v JOIN tenant t ON t.id = v.tenant_id WHERE v.pool_id = :id");
        references.refuseIfAny(row, "tiers", "SELECT name FROM tier WHERE pool_id = :id");
        book.drop(row);
        tellHosts(row);
        return true;
    }

    private void tellHosts(PoolRow row) {
        fleet.poolsChanged(row.zone);
    }

    /** Of a directory only nobody but its operator knows whether its hosts see the same. */
    private static void requireTrue(PoolSpec spec) {
        if (spec.shared() != null && spec.shared() != spec.isShared()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.shared",
                    "a pool of type %s is %s"
                            .formatted(
                                    spec.type(),
                                    spec.isShared()
                                            ? "seen by all its hosts alike"
                                            : "each host's own"),
                    String.valueOf(spec.isShared()),
                    spec.shared(),
                    "leave it out");
        }
    }

    /** What a host was told of twice would be counted twice. */
    private void requireOnlyOne(PoolRow row) {
        em.createNativeQuery(
                        """
                        SELECT name FROM pool
                        WHERE spec ->> 'url' = :url AND id <> :id
                          AND (zone_id IS NULL OR cast(:zone AS uuid) IS NULL OR zone_id = cast(:zone AS uuid))
                        LIMIT 1
                        """,
                        String.class)
                .setParameter("url", row.spec.url())
                .setParameter("id", row.id)
                .setParameter("zone", row.zone == null ? null : row.zone.id, UUID.class)
                .getResultStream()
                .findFirst()
                .ifPresent(other -> {
                    throw ProblemException.field(
                            ProblemCode.FIELD_INVALID,
                            "spec.url",
                            "pool %s is there already, and some of the hosts are the same"
                                    .formatted(other),
                            "a place that is no pool of these hosts",
                            row.spec.url(),
                            "use pool %s, or name another place".formatted(other));
                });
    }
}
