package io.yunqing.controller.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.yunqing.api.Kind;
import io.yunqing.api.Plan;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.hibernate.Session;

/** Gets and changes resources of any kind; see {@link io.yunqing.controller.platform the package} for the flow. */
@ApplicationScoped
public class Resources {
    private final Session em;
    private final ObjectMapper json;
    private final InstantSource clock;
    private final Asked asked;
    private final Plans plans;
    private final Idempotency idempotency;
    private final Changes changes;

    private final Transactions transactions;

    Resources(
            Session em,
            ObjectMapper json,
            InstantSource clock,
            Asked asked,
            Plans plans,
            Idempotency idempotency,
            Changes changes,
            Transactions transactions) {
        this.transactions = transactions;
        this.em = em;
        this.json = json;
        this.clock = clock;
        this.asked = asked;
        this.plans = plans;
        this.idempotency = idempotency;
        this.changes = changes;
    }

    public <R extends ResourceRow, W extends Resource<?, ?>> Response get(
            Listed<R, W> noun, String name) {
        return transactions.read(() -> answer(200, view(noun, existing(noun, name))));
    }

    public <R extends ResourceRow, W extends Resource<?, ?>> Response create(
            SimpleNoun<R, W> noun, W body, Call call) {
        call.check();
        asked.check(noun.kind(), body, null);
        Response response =
                once(
                        call,
                        plans.fingerprint(noun.kind(), noun.scope(), body),
                        () -> {
                            requireFree(noun, body);
                            return creation(noun, body, call);
                        });
        return settle(noun, body.metadata().name(), response, call);
    }

    /**
     * Creates resources that come into being together, all of them or none.
     *
     * @param of what in the scope they are asked for, by which requests with one key are told apart
     * @param request what was asked
     * @param bodies gives what to create for that, in the transaction in which it is created
     * @param made the answer for what came into being
     */
    public <R extends ResourceRow, W extends Resource<?, ?>> Response createTogether(
            SimpleNoun<R, W> noun,
            String of,
            Object request,
            Supplier<List<W>> bodies,
            Function<List<W>, Object> made,
            Call call) {
        call.check();
        asked.check(request);
        return once(
                call,
                plans.fingerprint(noun.kind(), noun.scope() + " " + of, request),
                () -> {
                    List<W> views = new ArrayList<>();
                    for (W body : bodies.get()) {
                        asked.check(noun.kind(), body, null);
                        requireFree(noun, body);
                        views.add(made(noun, body));
                    }
                    Object all = made.apply(views);
                    return decided(
                            () -> plans.created(all),
                            all,
                            call,
                            Response.status(201).entity(all).build());
                });
    }

    /** Does what was asked with a key once, and answers the same whenever it is asked again. */
    private Response once(Call call, String fingerprint, Supplier<Response> work) {
        String key = call.planOnly() ? null : call.idempotencyKey();
        return inTransaction(
                call.planOnly(),
                () -> {
                    if (key == null) {
                        return work.get();
                    }
                    Optional<Response> earlier = idempotency.claim(key, fingerprint);
                    if (earlier.isPresent()) {
                        return earlier.get();
                    }
                    Response answer = work.get();
                    idempotency.remember(
                            key,
                            answer.getStatus(),
                            answer.getHeaderString("ETag"),
                            plans.text(answer.getEntity()));
                    return answer;
                });
    }

    private static void requireFree(Noun<?, ?> noun, Resource<?, ?> body) {
        if (noun.find(body.metadata().name()).isPresent()) {
            throw nameTaken(noun.kind(), body.metadata().name());
        }
    }

    public <R extends ResourceRow, W extends Resource<?, ?>> Response put(
            SimpleNoun<R, W> noun, String name, W body, Call call) {
        call.check();
        asked.check(noun.kind(), body, name);
        Response response =
                inTransaction(
                        call.planOnly(),
                        () -> {
                            if (noun.find(name).isPresent()) {
                                return updating(noun, name, body, call);
                            }
                            call.requireNothingSeen();
                            return creation(noun, body, call);
                        });
        return settle(noun, name, response, call);
    }

    /** Updates what exists already; empty if it does not. */
    public <R extends ResourceRow, W extends Resource<?, ?>> Optional<Response> update(
            Noun<R, W> noun, String name, W body, Call call) {
        call.check();
        asked.check(noun.kind(), body, name);
        Optional<Response> response =
                Optional.ofNullable(
                        inTransaction(
                                call.planOnly(),
                                () ->
                                        noun.find(name).isPresent()
                                                ? updating(noun, name, body, call)
                                                : null));
        return response.map(answer -> settle(noun, name, answer, call));
    }

    public <R extends ResourceRow, W extends Resource<?, ?>> Response delete(
            Noun<R, W> noun, String name, Call call) {
        call.check();
        Response response =
                inTransaction(
                        call.planOnly(),
                        () -> {
                            R row = locked(noun, name);
                            call.requireSeen(row.revision);
                            JsonNode before = plans.tree(view(noun, row));
                            row.revision++;
                            if (noun.delete(row)) {
                                em.remove(row);
                                em.flush();
                                changes.announce(
                                        row.changed(noun.kind(), "deleted", noun.story(row)));
                                return decided(
                                        () -> plans.compare(before, null),
                                        null,
                                        call,
                                        Response.noContent().build());
                            }
                            em.flush();
                            changes.announce(row.changed(noun.kind(), "deleting", noun.story(row)));
                            W left = view(noun, row);
                            return decided(
                                    () -> plans.compare(before, null),
                                    left,
                                    call,
                                    answer(200, left));
                        });
        return settle(noun, name, response, call);
    }

    private <R extends ResourceRow, W extends Resource<?, ?>> Response creation(
            SimpleNoun<R, W> noun, W body, Call call) {
        W after = made(noun, body);
        return decided(() -> plans.created(after), after, call, answer(201, after));
    }

    private <R extends ResourceRow, W extends Resource<?, ?>> W made(
            SimpleNoun<R, W> noun, W body) {
        R row = blank(noun);
        row.id = Ids.next();
        row.name = body.metadata().name();
        row.revision = 1;
        row.created = clock.instant();
        row.labels = new HashMap<>(body.metadata().labelsOrEmpty());
        noun.create(row, body);
        em.persist(row);
        em.flush();
        changes.announce(row.changed(noun.kind(), "created", noun.story(row)));
        return view(noun, row);
    }

    private <R extends ResourceRow, W extends Resource<?, ?>> Response updating(
            Noun<R, W> noun, String name, W body, Call call) {
        R row = locked(noun, name);
        if (call.ifMatch != null) {
            call.requireSeen(row.revision);
        }
        JsonNode before = plans.tree(view(noun, row));
        row.labels = new HashMap<>(body.metadata().labelsOrEmpty());
        noun.update(row, body);
        em.flush();
        Plan plan = plans.compare(before, plans.tree(view(noun, row)));
        if (plan.action().equals("update")) {
            // Only now, so that the same PUT sent twice is answered twice.
            call.requireSeen(row.revision);
            row.revision++;
            em.flush();
            String fields =
                    plan.changes().stream()
                            .map(Plan.Change::field)
                            .filter(field -> !field.startsWith("status."))
                            .collect(Collectors.joining(", "));
            changes.announce(row.changed(noun.kind(), "updated", noun.story(row) + ": " + fields));
        }
        W after = view(noun, row);
        return decided(() -> plan, after, call, answer(200, after));
    }

    /** Has something done about a resource that leaves what it should be as it is, and shows in its status. */
    public <R extends ResourceRow, W extends Resource<?, ?>> Response act(
            Noun<R, W> noun, String name, Consumer<R> action, Call call) {
        call.check();
        return inTransaction(
                call.planOnly(),
                () -> {
                    R row = existing(noun, name);
                    JsonNode before = plans.tree(view(noun, row));
                    action.accept(row);
                    W after = view(noun, row);
                    return decided(
                            () -> plans.compare(before, plans.tree(after)),
                            after,
                            call,
                            answer(200, after));
                });
    }

    /** Answers the plan if only that was asked; refuses if the caller agreed to another plan. */
    private Response decided(Supplier<Plan> planned, Object after, Call call, Response applied) {
        if (!call.planOnly() && call.digest == null) {
            return applied;
        }
        Plan plan = planned.get();
        if (call.planOnly()) {
            return Response.ok(new Plan(plan.action(), plan.changes(), after, plan.digest()))
                    .build();
        }
        if (call.digest != null && !call.digest.equals(plan.digest())) {
            throw planStale(plan.digest(), call.digest);
        }
        return applied;
    }

    /** The refusal of a request that was planned differently. */
    public static ProblemException planStale(String digest, String agreed) {
        return ProblemException.field(
                ProblemCode.PLAN_STALE,
                "digest",
                "the request would now do something else than the plan with this digest",
                digest,
                agreed,
                "ask for a new plan");
    }

    /** Waits, outside any transaction, until the resource is settled, gone, or the caller's patience ends. */
    public <R extends ResourceRow, W extends Resource<?, ?>> Response settle(
            Noun<R, W> noun, String name, Response response, Call call) {
        Duration patience = call.patience();
        Optional<UUID> id = call.planOnly() ? Optional.empty() : answeredId(response);
        if (patience.isZero() || id.isEmpty()) {
            return response;
        }
        Instant end = clock.instant().plus(patience);
        while (true) {
            long seen = changes.count(id.get());
            Optional<W> now =
                    transactions.read(() ->
                            noun.find(name)
                                    .filter(row -> row.id.equals(id.get()))
                                    .map(row -> view(noun, row)));
            if (now.isEmpty()) {
                return response.getStatus() == 201 ? response : Response.noContent().build();
            }
            Duration left = Duration.between(clock.instant(), end);
            if (noun.settled(now.get()) || !left.isPositive() || changes.ended()) {
                return answer(response.getStatus(), now.get());
            }
            changes.await(id.get(), seen, left);
        }
    }

    /** Which resource an answer shows; the answer to a repeated request is text. */
    private Optional<UUID> answeredId(Response response) {
        return switch (response.getEntity()) {
            case Resource<?, ?> resource -> Optional.ofNullable(resource.metadata().id());
            case String text ->
                    Optional.of(UUID.fromString(parsed(text).at("/metadata/id").asText()));
            case null, default -> Optional.empty();
        };
    }

    private JsonNode parsed(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Response inTransaction(boolean planOnly, Supplier<Response> work) {
        try {
            return transactions.write(() -> {
                Response response = work.get();
                if (planOnly) {
                    throw new Planned(response);
                }
                return response;
            });
        } catch (Planned planned) {
            return planned.answer;
        }
    }

    /** Rolls the transaction of a plan back. */
    private static final class Planned extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Response answer;

        Planned(Response answer) {
            super(null, null, false, false);
            this.answer = answer;
        }
    }

    private static <R extends ResourceRow, W extends Resource<?, ?>> W view(
            Listed<R, W> noun, R row) {
        return noun.views(List.of(row)).getFirst();
    }

    private <R extends ResourceRow> R existing(Listed<R, ?> noun, String name) {
        return noun.find(name)
                .orElseThrow(() ->
                        ProblemException.of(
                                ProblemCode.NOT_FOUND,
                                "there is no "
                                        + noun.kind().singular()
                                        + " "
                                        + ProblemException.abbreviate(name),
                                "list them with GET /v1/" + noun.kind().plural()));
    }

    private <R extends ResourceRow> R locked(Noun<R, ?> noun, String name) {
        R row = existing(noun, name);
        em.refresh(row, LockModeType.PESSIMISTIC_WRITE);
        return row;
    }

    private static <R extends ResourceRow> R blank(Noun<R, ?> noun) {
        try {
            return noun.rowClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    noun.rowClass() + " needs a constructor without parameters", e);
        }
    }

    /** The refusal of a name that another resource of the kind has. */
    public static ProblemException nameTaken(Kind kind, String name) {
        return ProblemException.field(
                ProblemCode.NAME_TAKEN,
                "metadata.name",
                "a " + kind.singular() + " of this name exists",
                null,
                name,
                "choose another name, or update the existing one with PUT");
    }

    /** The answer to a creation of one resource, or of several at once. */
    public static Response created(Object view) {
        return view instanceof Resource<?, ?> one
                ? answer(201, one)
                : Response.status(201).entity(view).build();
    }

    /** The same answer, as it is kept for a key; only that to one resource has an ETag. */
    public static Idempotency.Earlier answered(Idempotency.Claim claim, Object view, Plans plans) {
        String etag =
                view instanceof Resource<?, ?> one ? Call.etag(one.metadata().revision()) : null;
        return new Idempotency.Earlier(claim.fingerprint(), 201, etag, plans.text(view));
    }

    private static Response answer(int status, Resource<?, ?> view) {
        return Response.status(status)
                .header("ETag", Call.etag(view.metadata().revision()))
                .entity(view)
                .build();
    }
}
