package io.yunqing.controller.fleet;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Capacity;
import io.yunqing.api.Host;
import io.yunqing.api.HostState;
import io.yunqing.api.HostStatus;
import io.yunqing.api.JoinToken;
import io.yunqing.api.Kind;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.SimpleNoun;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.platform.Where;
import io.yunqing.controller.tenancy.TenantRow;
import jakarta.persistence.LockModeType;
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
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.hibernate.Session;

/** Hypervisor servers and how their agents join. */
@Path("/v1/hosts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Hosts")
@RunOnVirtualThread
public class HostResource implements SimpleNoun<HostRow, Host> {
    private final Resources resources;
    private final Lists lists;

    private final Session em;
    private final References references;
    private final Ledger ledger;
    private final Fleet fleet;
    private final HostConditions conditions;
    private final Joining joining;
    private final FleetMirror mirror;
    private final Transactions transactions;
    private final InstantSource clock;

    HostResource(
            Resources resources,
            Lists lists,
            Session em,
            References references,
            Ledger ledger,
            Fleet fleet,
            HostConditions conditions,
            Joining joining,
            FleetMirror mirror,
            Transactions transactions,
            InstantSource clock) {
        this.resources = resources;
        this.lists = lists;
        this.em = em;
        this.references = references;
        this.ledger = ledger;
        this.fleet = fleet;
        this.conditions = conditions;
        this.joining = joining;
        this.mirror = mirror;
        this.transactions = transactions;
        this.clock = clock;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List hosts")
    @APIResponseSchema(value = Host[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("zone") String zone,
            @QueryParam("rack") String rack,
            @QueryParam("state") String state,
            @QueryParam("class") String hostClass,
            @QueryParam("schedulable") String schedulable,
            @Context HttpHeaders headers) {
        Parameters.requireTruth("schedulable", schedulable);
        Where<Host> where = Where.all();
        where.filter("zone", zone, "r.zone_id = (SELECT id FROM zone WHERE name = :zone)")
                .filter("rack", rack, "r.spec ->> 'rack' = :rack")
                .filter(
                        "schedulable",
                        schedulable,
                        "coalesce(r.spec ->> 'schedulable', 'true') = :schedulable")
                .filter(
                        "class",
                        hostClass,
                        "r.class_id = (SELECT id FROM host_class WHERE name = :class)")
                .word("state", state, HostState.class, wanted -> fleet.inState(where, wanted));
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create a host")
    @APIResponseSchema(value = Host.class, responseCode = "201")
    public Response create(Host body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a host")
    @APIResponseSchema(value = Host.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(summary = "Create or update a host")
    @APIResponseSchema(value = Host.class, responseCode = "200")
    public Response put(String name, Host body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a host")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @POST
    @Path("{name}/join-token")
    @Operation(summary = "Give out a token by which one agent can enrol as this host, within a day")
    @APIResponseSchema(value = JoinToken.class, responseCode = "201")
    public Response joinToken(String name, @Context UriInfo uri) {
        Parameters.requireKnown(uri, Set.of());
        return Response.status(201).entity(joining.token(name)).build();
    }

    @Override
    public Kind kind() {
        return Kind.HOST;
    }

    @Override
    public Class<HostRow> rowClass() {
        return HostRow.class;
    }

    @Override
    public Optional<HostRow> find(String name) {
        return HostRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Host> views(List<HostRow> rows) {
        Map<UUID, HostObservationRow> observations = fleet.observations(rows);
        Map<UUID, Map<String, Capacity>> capacities = ledger.capacities(observations.keySet());
        Map<UUID, Long> instances = references.count("instance", "host_id", rows);
        Map<UUID, List<String>> unseen = fleet.unseenPools(rows);
        return rows.stream()
                .map(row ->
                        new Host(
                                kind(),
                                row.metadata(),
                                row.spec,
                                status(
                                        row,
                                        observations.get(row.id),
                                        capacities.get(row.id),
                                        instances.get(row.id).intValue(),
                                        unseen.getOrDefault(row.id, List.of()))))
                .toList();
    }

    @Override
    public void create(HostRow row, Host asked) {
        apply(row, asked);
        em.persist(row);
        em.flush();
        em.createNativeMutationQuery("INSERT INTO host_desired (host_id) VALUES (:id)")
                .setParameter("id", row.id)
                .executeUpdate();
        em.persist(HostObservationRow.unseen(row.id));
        fleet.setCapacities(row, null);
    }

    @Override
    public void update(HostRow row, Host asked) {
        boolean moved = !row.spec.zone().equals(asked.spec().zone());
        if (moved) {
            refuseIfUsed(row);
        }
        apply(row, asked);
        HostObservationRow seen = locked(row);
        fleet.setCapacities(row, seen.inventory);
        if (moved) {
            fleet.forgetPools(row);
            fleet.poolsChanged(row);
        }
    }

    /** A report that changes what the host has waits for us, or we for it. */
    private HostObservationRow locked(HostRow row) {
        HostObservationRow seen = em.find(HostObservationRow.class, row.id);
        em.refresh(seen, LockModeType.PESSIMISTIC_WRITE);
        return seen;
    }

    @Override
    public boolean delete(HostRow row) {
        refuseIfUsed(row);
        locked(row);
        ledger.dropProvider(row.id);
        fleet.forgetPools(row);
        // Other replicas find out when they next look at all hosts.
        transactions.afterCommit(() -> mirror.deleted(row.id));
        return true;
    }

    private void refuseIfUsed(HostRow row) {
        references.refuseIfAny(
                row,
                "instances",
                """
                SELECT t.name || '/' || i.name FROM instance i JOIN tenant t ON t.id = i.tenant_id WHERE i.host_id = :id
                """);
        references.refuseIfAny(
                row,
                "volumes",
                """
                SELECT t.name || '/' || v.name FROM volume v JOIN tenant t ON t.id = v.tenant_id WHERE v.host_id = :id
                """);
        references.refuseIfAny(
                row,
                "backups to take or to remove",
                """
                SELECT t.name || '/' || b.name FROM backup b JOIN tenant t ON t.id = b.tenant_id
                WHERE b.host_id = :id AND (b.deleted OR NOT b.made)
                """);
    }

    private void apply(HostRow row, Host asked) {
        String zone = asked.spec().zone();
        row.zone =
                ZoneRow.<ZoneRow>find("name", zone)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown("spec.zone", Kind.ZONE, zone));
        String tenant = asked.spec().tenant();
        if (tenant != null && TenantRow.count("name", tenant) == 0) {
            throw Asked.unknown("spec.tenant", Kind.TENANT, tenant);
        }
        String hostClass =
                Objects.requireNonNullElse(asked.spec().hostClass(), HostClassRow.STANDARD);
        row.hostClass =
                HostClassRow.<HostClassRow>find("name", hostClass)
                        .firstResultOptional()
                        .orElseThrow(
                                () -> Asked.unknown("spec.hostClass", Kind.HOST_CLASS, hostClass));
        fleet.requireKnown("spec.overcommit", asked.spec().overcommit());
        fleet.requireKnown("spec.reserved", asked.spec().reserved());
        row.spec = asked.spec();
    }

    private HostStatus status(
            HostRow host,
            HostObservationRow seen,
            Map<String, Capacity> capacity,
            int instances,
            List<String> unseenPools) {
        HostState state = fleet.state(seen);
        Instant now = clock.instant();
        return new HostStatus(
                state,
                seen.receivedAt,
                seen.inventory,
                host.hostClass.name,
                capacity,
                instances,
                seen.unknownDomains,
                conditions.of(host, seen, state, capacity, unseenPools, now),
                seen.certificateEnds,
                HostPools.status(seen, state, capacity, now));
    }
}
