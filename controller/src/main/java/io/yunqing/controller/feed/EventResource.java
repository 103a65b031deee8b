package io.yunqing.controller.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Event;
import io.yunqing.api.Kind;
import io.yunqing.api.Page;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.feed.EventStore.EventFilter;
import io.yunqing.controller.feed.FloorStore.Floor;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Signals;
import io.yunqing.controller.platform.Transactions;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/** The history of resources, and the watch that goes on where a history ends. */
@Path("/v1/events")
@Tag(name = "Events")
@RunOnVirtualThread
public class EventResource {
    private static final Logger LOG = Logger.getLogger(EventResource.class);
    private static final int MOST = 1000;

    /** So that whoever lies between knows that the stream lives, and its reader how far it has come. */
    private static final Duration KEEPALIVE = Duration.ofSeconds(10);

    /** How long a watcher may take to read what it was sent. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EventStore store;
    private final Signals signals;
    private final ObjectMapper json;

    private final Transactions transactions;
    private final FloorStore floors;
    private final Horizon horizon;
    private final InstantSource clock;

    EventResource(
            EventStore store,
            FloorStore floors,
            Horizon horizon,
            Signals signals,
            ObjectMapper json,
            Transactions transactions,
            InstantSource clock) {
        this.transactions = transactions;
        this.store = store;
        this.floors = floors;
        this.horizon = horizon;
        this.clock = clock;
        this.signals = signals;
        this.json = json;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "What happened, page by page; oldest first unless order=desc")
    public Page<Event> list(
            @QueryParam("kind") String kind,
            @QueryParam("tenant") String tenant,
            @QueryParam("name") String name,
            @QueryParam("after") @Parameter(description = "only events behind this cursor")
                    String after,
            @QueryParam("order") String order,
            @QueryParam("limit") String limit,
            @Context UriInfo uri) {
        Parameters.requireKnown(uri, Set.of("kind", "tenant", "name", "after", "order", "limit"));
        EventFilter filter = new EventFilter(kind(kind), tenant, name);
        int most = (int) Parameters.number("limit", limit, 100, 1, MOST);
        boolean newestFirst = newestFirst(order);
        Cursor start =
                after == null
                        ? (newestFirst ? Cursor.END : Cursor.BEGINNING)
                        : cursor("after", after);
        List<Event> events =
                transactions.read(() -> {
                    if (newestFirst) {
                        return store.before(start, filter, most);
                    }
                    requireKept(floors.floor(), start);
                    return store.after(start, filter, most);
                });
        return new Page<>(events, events.size() < most ? null : events.getLast().cursor());
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary =
                    "What happens, as server-sent events from a cursor on, or from now on; none is missed")
    public void watch(
            @QueryParam("kind") String kind,
            @QueryParam("tenant") String tenant,
            @QueryParam("name") String name,
            @QueryParam("after") String after,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @Context SseEventSink sink,
            @Context Sse sse,
            @Context UriInfo uri)
            throws InterruptedException, JsonProcessingException {
        Parameters.requireKnown(uri, Set.of("kind", "tenant", "name", "after"));
        EventFilter filter = new EventFilter(kind(kind), tenant, name);
        String from = lastEventId == null ? after : lastEventId;
        Cursor position =
                from == null
                        ? transactions.read(store::now)
                        : cursor(lastEventId == null ? "after" : "Last-Event-ID", from);
        Cursor begin = position;
        transactions.read(() -> requireKept(floors.floor(), begin));
        try (sink;
                var _ = horizon.watching()) {
            send(sink, sse.newEventBuilder().comment("watching").build());
            Instant lastSent = clock.instant();
            while (!sink.isClosed() && !signals.ended()) {
                long seen = signals.count(Horizon.READABLE);
                Cursor here = position;
                Batch batch = transactions.read(() -> batch(here, filter));
                if (batch.floor.hides(here)) {
                    send(sink, farewell(sse, batch.floor, here));
                    return;
                }
                CompletionStage<?> sent = null;
                for (Event event : batch.events) {
                    sent = sink.send(message(sse, event));
                }
                if (sent != null) {
                    // A reader that does not read must not fill this process with what waits for
                    // it.
                    sent.toCompletableFuture()
                            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .join();
                    lastSent = clock.instant();
                }
                if (batch.events.size() == MOST) {
                    position = cursor("cursor", batch.events.getLast().cursor());
                    continue;
                }
                // All in front of the horizon was looked at, also what the filter left out.
                position = batch.horizon;
                if (Duration.between(lastSent, clock.instant()).compareTo(KEEPALIVE) >= 0) {
                    lastSent = clock.instant();
                    send(
                            sink,
                            sse.newEventBuilder()
                                    .id(position.text())
                                    .comment("still here")
                                    .build());
                }
                signals.await(Horizon.READABLE, seen, KEEPALIVE);
            }
        } catch (CompletionException e) {
            LOG.debugf("A watcher was let go: %s", e.getCause());
        }
    }

    /**
     * What one snapshot shows.
     *
     * @param horizon the place in front of everything that it does not show yet
     * @param floor what is no longer there
     */
    private record Batch(Cursor horizon, Floor floor, List<Event> events) {}

    private Batch batch(Cursor after, EventFilter filter) {
        return new Batch(store.now(), floors.floor(), store.after(after, filter, MOST));
    }

    private static Cursor requireKept(Floor floor, Cursor after) {
        if (floor.hides(after)) {
            throw gone(floor, after);
        }
        return after;
    }

    private static ProblemException gone(Floor floor, Cursor after) {
        return ProblemException.of(
                ProblemCode.FEED_GONE,
                "events up to %s are no longer kept, and some behind %s are among them"
                        .formatted(floor.at(), after.text()),
                "read anew what you follow, and go on from now; or start from "
                        + floor.cursor().text()
                        + ", behind which everything is kept");
    }

    /** The stream ends with it: who has to be told, and would only come back for more, gets no status any more. */
    private OutboundSseEvent farewell(Sse sse, Floor floor, Cursor after)
            throws JsonProcessingException {
        return sse.newEventBuilder()
                .name(ProblemCode.FEED_GONE.code())
                .data(json.writeValueAsString(gone(floor, after).problem()))
                .build();
    }

    private OutboundSseEvent message(Sse sse, Event event) throws JsonProcessingException {
        return sse.newEventBuilder()
                .id(event.cursor())
                .name(event.type())
                .data(json.writeValueAsString(event))
                .build();
    }

    private static void send(SseEventSink sink, OutboundSseEvent message) {
        sink.send(message)
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static boolean newestFirst(String order) {
        if (order == null || order.equals("asc")) {
            return false;
        }
        if (order.equals("desc")) {
            return true;
        }
        throw Parameters.refused(
                "order", "is neither asc nor desc", order, "leave it out, or say order=desc");
    }

    private static Kind kind(String wireName) {
        if (wireName == null) {
            return null;
        }
        return Kind.ofWireName(wireName)
                .orElseThrow(() ->
                        Parameters.refused(
                                "kind",
                                "there is no such kind",
                                wireName,
                                "use one of "
                                        + Arrays.stream(Kind.values())
                                                .map(Kind::wireName)
                                                .collect(Collectors.joining(", "))));
    }

    private static Cursor cursor(String parameter, String text) {
        return Cursor.parse(text)
                .orElseThrow(() ->
                        Parameters.refused(
                                parameter,
                                "is not a cursor of this feed",
                                text,
                                "take it from an event, or use 0"));
    }
}
