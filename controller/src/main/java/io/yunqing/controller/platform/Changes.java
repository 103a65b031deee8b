package io.yunqing.controller.platform;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Duration;
import java.util.UUID;

/** Announces changes inside the transaction that makes them, and lets others wait for the changes of one resource. */
@ApplicationScoped
public class Changes {
    /** The topic that every change raises. */
    public static final String FEED = "feed";

    private final Event<Change> observers;
    private final Wakeups wakeups;
    private final Signals signals;

    Changes(Event<Change> observers, Wakeups wakeups, Signals signals) {
        this.observers = observers;
        this.wakeups = wakeups;
        this.signals = signals;
    }

    /** To be called after the change is flushed, in its transaction. */
    public void announce(Change change) {
        observers.fire(change);
        wakeups.onCommit(topic(change.id()), FEED);
    }

    /** To be read before the resource is; see {@link Signals}. */
    long count(UUID id) {
        return signals.count(topic(id));
    }

    boolean ended() {
        return signals.ended();
    }

    void await(UUID id, long seen, Duration patience) {
        try {
            signals.await(topic(id), seen, patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + id, e);
        }
    }

    private static String topic(UUID id) {
        return "resource/" + id;
    }
}
