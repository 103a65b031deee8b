package io.yunqing.agent.sync;

import io.yunqing.agent.platform.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** When to look at everything: now and then, soon again after a failure. Belongs to the mailbox's thread. */
final class LookRhythm {

    /** Events may be lost; this is how long it can go unnoticed. */
    static final Duration EVERY = Duration.ofSeconds(30);

    /** How long a look may take before what was seen earlier no longer counts. */
    static final Duration DEADLINE = Duration.ofSeconds(20);

    private final InstantSource clock;
    private final Backoff backoff;
    private Instant next = Instant.EPOCH;
    private Instant since = Instant.MIN;
    private boolean looking;
    private int failures;

    LookRhythm(InstantSource clock, Backoff backoff) {
        this.clock = clock;
        this.backoff = backoff;
    }

    boolean due(Instant now) {
        return !looking && !now.isBefore(next);
    }

    /** A look that does not come back proves nothing, however alive what it looks at seems. */
    boolean late(Instant now) {
        return looking && !now.isBefore(since.plus(DEADLINE));
    }

    /** When it is due, or late, if nothing happens before. */
    Instant wake(Instant now) {
        if (!looking) {
            return next;
        }
        return late(now) ? now.plus(DEADLINE) : since.plus(DEADLINE);
    }

    void begun(Instant now) {
        looking = true;
        since = now;
    }

    void succeeded() {
        looking = false;
        failures = 0;
        next = clock.instant().plus(EVERY);
    }

    void failed() {
        looking = false;
        failures++;
        next = clock.instant().plus(backoff.after(failures));
    }

    /** There is reason to look at once. */
    void atOnce() {
        failures = 0;
        next = clock.instant();
    }

    /** There is reason to look soon. */
    void soon() {
        next = clock.instant().plus(backoff.after(1));
    }
}
