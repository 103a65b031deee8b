package io.yunqing.controller.feed;

import io.yunqing.controller.platform.Caller;
import io.yunqing.controller.platform.Change;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;

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

    void write(@Observes Change change) {
        store.append(change, caller.name(), caller.reason(), clock.instant());
    }
}
