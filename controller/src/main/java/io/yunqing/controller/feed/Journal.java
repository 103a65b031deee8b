package io.yunqing.controller.feed;

import io.yunqing.controller.platform.Caller;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.RoundTrip;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Writes every change down, in the transaction that makes it. */
@ApplicationScoped
public class Journal {
    private final EventStore store;
    private final Caller caller;
    private final InstantSource clock;

    Journal(EventStore store, Caller caller, InstantSource clock) {
        this.store = store;
        this.caller = caller;
        this.clock = clock;
    }

    /** A change with who made it, and why if that was said. */
    public record Note(Change change, String actor, String reason) {}

    void write(@Observes Change change) {
        store.append(List.of(new Note(change, caller.name(), caller.reason())), clock.instant());
    }

    /** Adds the statement that writes many changes at once, each by its own actor. */
    public void write(RoundTrip trip, List<Note> notes, Instant at) {
        EventStore.append(trip, notes, at);
    }
}
