package io.yunqing.controller.storage;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.Tier;
import io.yunqing.api.TierSpec;
import io.yunqing.api.TierStatus;
import io.yunqing.api.WipePolicy;
import io.yunqing.controller.fleet.Fleet;
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
import jakarta.persistence.LockModeType;
import jakarta.persistence.Tuple;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.hibernate.Session;

/** What is promised of volumes beside their size. */
@Path("/v1/tiers")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Tiers")
@RunOnVirtualThread
public class TierResource implements SimpleNoun<TierRow, Tier> {
    private static final TierStatus UNUSED = new TierStatus(0, 0);

    private final Session em;
    private final Resources resources;
    private final Lists lists;
    private final References references;
    private final Fleet fleet;

    TierResource(Session em, Resources resources, Lists lists, References references, Fleet fleet) {
        this.em = em;
        this.resources = resources;
        this.lists = lists;
        this.references = references;
        this.fleet = fleet;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List tiers")
    @APIResponseSchema(value = Tier[].class, responseCode = "200")
    public Response list(@BeanParam ListQuery query, @Context HttpHeaders headers) {
        Where<Tier> where = Where.all();
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create a tier")
    @APIResponseSchema(value = Tier.class, responseCode = "201")
    public Response create(Tier body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a tier")
    @APIResponseSchema(value = Tier.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(
            summary =
                    "Create or update a tier; its limits change under the guests that have its volumes")
    @APIResponseSchema(value = Tier.class, responseCode = "200")
    public Response put(String name, Tier body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a tier that no volume is of")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.TIER;
    }

    @Override
    public Class<TierRow> rowClass() {
        return TierRow.class;
    }

    @Override
    public Optional<TierRow> find(String name) {
        return TierRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Tier> views(List<TierRow> rows) {
        Map<UUID, TierStatus> status = status(rows);
        return rows.stream()
                .map(row ->
                        new Tier(
                                kind(),
                                row.metadata(),
                                row.spec,
                                status.getOrDefault(row.id, UNUSED)))
                .toList();
    }

    private Map<UUID, TierStatus> status(List<TierRow> rows) {
        List<Tuple> found =
                em.createNativeQuery(
                                """
                                SELECT tier_id, count(*) AS volumes, sum(size_gib) AS gib FROM volume
                                WHERE tier_id = ANY (:ids) GROUP BY 1
                                """,
                                Tuple.class)
                        .setParameter("ids", rows.stream().map(row -> row.id).toArray(UUID[]::new))
                        .getResultList();
        Map<UUID, TierStatus> status = new HashMap<>();
        for (Tuple row : found) {
            status.put(
                    row.get("tier_id", UUID.class),
                    new TierStatus(
                            row.get("volumes", Long.class).intValue(), row.get("gib", Long.class)));
        }
        return status;
    }

    @Override
    public void create(TierRow row, Tier asked) {
        row.spec = asked.spec();
        row.pool = row.spec.pool() == null ? null : pool(row.spec);
        requireWipeable(row, row.spec);
    }

    /** The pool that it names, which stays until the transaction ends. */
    private PoolRow pool(TierSpec spec) {
        PoolRow pool =
                PoolRow.<PoolRow>find("name", spec.pool())
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown("spec.pool", Kind.POOL, spec.pool()));
        em.refresh(pool, LockModeType.PESSIMISTIC_READ);
        return pool;
    }

    /** What is on a volume is overwritten in its file. */
    private static void requireWipeable(TierRow row, TierSpec asked) {
        boolean wipes = asked.wipe() != null && asked.wipe() != WipePolicy.NONE;
        if (wipes && row.pool != null && !row.pool.spec.type().keepsFiles()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.wipe",
                    "pool %s is of type %s, in which volumes are not overwritten"
                            .formatted(row.pool.name, row.pool.spec.type()),
                    WipePolicy.NONE.name(),
                    asked.wipe(),
                    "leave it out, or name a pool that is a directory or NFS");
        }
    }

    @Override
    public void update(TierRow row, Tier asked) {
        Asked.same("spec.pool", row.spec.pool(), asked.spec().pool());
        requireWipeable(row, asked.spec());
        if (!row.spec.equals(asked.spec())) {
            row.spec = asked.spec();
            tellHosts(row);
        }
    }

    /**
     * Lets the hosts of all instances that have volumes of it know. Whoever gives an instance such a volume has locked the tier before
     * the instance, so that none is missed; hosts' counters are locked in one order for all.
     */
    private void tellHosts(TierRow row) {
        List<UUID> instances =
                em.createNativeQuery(
                                """
                                SELECT id FROM instance WHERE id IN (SELECT instance_id FROM volume WHERE tier_id = :tier)
                                ORDER BY id FOR NO KEY UPDATE
                                """,
                                UUID.class)
                        .setParameter("tier", row.id)
                        .getResultList();
        List<UUID> hosts =
                em.createNativeQuery(
                                "SELECT DISTINCT host_id FROM instance WHERE id = ANY (:ids) ORDER BY host_id",
                                UUID.class)
                        .setParameter("ids", instances.toArray(UUID[]::new))
                        .getResultList();
        for (UUID host : hosts) {
            em.createNativeQuery(
                            "UPDATE instance SET host_revision = :revision WHERE host_id = :host AND id = ANY (:ids)",
                            Object.class)
                    .setParameter("revision", fleet.nextRevision(host))
                    .setParameter("host", host)
                    .setParameter("ids", instances.toArray(UUID[]::new))
                    .executeUpdate();
        }
    }

    @Override
    public boolean delete(TierRow row) {
        references.refuseIfAny(row, "flavors", "SELECT name FROM flavor WHERE tier_id = :id");
        references.refuseIfAny(
                row,
                "volumes",
                "SELECT t.name || '/' || v.name FROM volume v JOIN tenant t ON t.id = v.tenant_id WHERE v.tier_id = :id");
        return true;
    }
}
