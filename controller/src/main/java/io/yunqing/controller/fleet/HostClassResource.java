package io.yunqing.controller.fleet;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.HostClass;
import io.yunqing.api.HostClassSpec.Promise;
import io.yunqing.api.HostClassSpec.Term;
import io.yunqing.api.HostClassStatus;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.ledger.Ledger.InForce;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Hosts that promise their capacity by the same terms, and the terms. */
@Path("/v1/host-classes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Host classes")
@RunOnVirtualThread
public class HostClassResource implements SimpleNoun<HostClassRow, HostClass> {
    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private final Resources resources;
    private final Lists lists;
    private final References references;
    private final Fleet fleet;
    private final Ledger ledger;

    HostClassResource(
            Resources resources, Lists lists, References references, Fleet fleet, Ledger ledger) {
        this.resources = resources;
        this.lists = lists;
        this.references = references;
        this.fleet = fleet;
        this.ledger = ledger;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List host classes")
    @APIResponseSchema(value = HostClass[].class, responseCode = "200")
    public Response list(@BeanParam ListQuery query, @Context HttpHeaders headers) {
        return lists.answer(this, query, Where.all(), headers);
    }

    @POST
    @Operation(summary = "Create a host class")
    @APIResponseSchema(value = HostClass.class, responseCode = "201")
    public Response create(HostClass body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a host class")
    @APIResponseSchema(value = HostClass.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(summary = "Create or update a host class")
    @APIResponseSchema(value = HostClass.class, responseCode = "200")
    public Response put(String name, HostClass body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a host class")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.HOST_CLASS;
    }

    @Override
    public Class<HostClassRow> rowClass() {
        return HostClassRow.class;
    }

    @Override
    public Optional<HostClassRow> find(String name) {
        return HostClassRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<HostClass> views(List<HostClassRow> rows) {
        Map<UUID, Long> hosts = references.count("host", "class_id", rows);
        Map<UUID, InForce> inForce = ledger.inForce(hosts.keySet());
        return rows.stream()
                .map(row ->
                        new HostClass(
                                kind(),
                                row.metadata(),
                                row.spec,
                                status(row, hosts.get(row.id).intValue(), inForce.get(row.id))))
                .toList();
    }

    @Override
    public void create(HostClassRow row, HostClass asked) {
        ledger.openClass(row.id);
        apply(row, asked);
    }

    @Override
    public void update(HostClassRow row, HostClass asked) {
        apply(row, asked);
    }

    @Override
    public boolean delete(HostClassRow row) {
        if (row.name.equals(HostClassRow.STANDARD)) {
            throw ProblemException.of(
                    ProblemCode.REFERENCE_IN_USE,
                    row.name + " is the class of all hosts that name none, and stays",
                    "change its terms instead");
        }
        long hosts = references.count("host", "class_id", List.of(row)).get(row.id);
        if (hosts > 0) {
            throw ProblemException.of(
                    ProblemCode.REFERENCE_IN_USE,
                    "host class %s still has %d hosts".formatted(row.name, hosts),
                    "give them another class first; GET /v1/hosts?class=%s lists them"
                            .formatted(row.name));
        }
        ledger.dropClass(row.id);
        return true;
    }

    private void apply(HostClassRow row, HostClass asked) {
        List<Ledger.Term> terms = new ArrayList<>();
        Map<Optional<Instant>, Integer> places = new HashMap<>();
        for (Term term : asked.spec().terms()) {
            String field = "spec.terms[" + terms.size() + "]";
            fleet.requireKnown(field + ".resources", term.resources());
            requireCalendar(field + ".from", term.from());
            Instant from = begins(term);
            Integer twin = places.put(Optional.ofNullable(from), terms.size());
            if (twin != null) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        field + ".from",
                        "is when spec.terms[" + twin + "] begins",
                        "one term for each moment",
                        from,
                        "let one of them begin at another moment, or put them together");
            }
            Map<String, Ledger.Promise> promises = new HashMap<>();
            term.resources()
                    .forEach((resource, promise) -> promises.put(resource, ofLedger(promise)));
            terms.add(new Ledger.Term(from, promises));
        }
        row.spec = asked.spec();
        ledger.setTerms(row.id, terms);
    }

    private static void requireCalendar(String field, Instant from) {
        if (from != null && (from.isBefore(EARLIEST) || !from.isBefore(LATEST))) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    field,
                    "is not a moment that a calendar shows",
                    EARLIEST + " to " + LATEST,
                    from,
                    "name one, or leave it out for a term that always held");
        }
    }

    /** As precisely as the database keeps it; null if it always held. */
    private static Instant begins(Term term) {
        return term.from() == null ? null : term.from().truncatedTo(ChronoUnit.MICROS);
    }

    private static Ledger.Promise ofLedger(Promise promise) {
        return new Ledger.Promise(promise.reserved(), promise.ratio());
    }

    private static HostClassStatus status(HostClassRow row, int hosts, InForce holds) {
        Term inForce =
                row.spec.terms().stream()
                        .filter(term -> holds.any() && Objects.equals(begins(term), holds.begun()))
                        .findFirst()
                        .orElse(null);
        return new HostClassStatus(hosts, inForce, holds.next());
    }
}
