package io.yunqing.controller.feed;

import io.yunqing.controller.platform.Caller;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Wakeups;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;

/** Writes every change down, in the transaction that makes it. */
@ApplicationScoped
public class Journal {
    static final String TOPIC = "feed";

    private final EventStore store;
    private final Caller caller;
    private final Wakeups wakeups;
    private final InstantSource clock;

    Journal(EventStore store, Caller caller, Wakeups wakeups, InstantSource clock) {
        this.store = store;
        this.caller = caller;
        this.wakeups = wakeups;
        this.clock = clock;
    }

    void write(@Observes Change change) {
        store.append(change, caller.name(), caller.reason(), clock.instant());
        wakeups.onCommit(TOPIC);
    }
}
