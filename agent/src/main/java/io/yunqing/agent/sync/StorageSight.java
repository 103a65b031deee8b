package io.yunqing.agent.sync;

import io.yunqing.agent.platform.Backoff;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the agent sees of one sort of thing in the host's storage: all of them, now and then and after each step on one.
 *
 * <p>Looks run beside each other on a lane, so they are numbered when they start: an older look never replaces a newer
 * one. Belongs to the mailbox's thread, as {@link HostReconciler}.
 */
final class StorageSight<K, T> {

    private static final Logger LOG = Logger.getLogger(StorageSight.class.getName());

    private final String what;
    private final LaneName lane;
    private final Supplier<Callable<List<T>>> looking;
    private final Function<T, K> key;
    private final Lanes lanes;
    private final Executor mailbox;
    private final InstantSource clock;
    private final LookRhythm rhythm;

    private Map<K, T> seen = Map.of();
    private long looks;
    private long newest;
    private boolean complete;
    private @Nullable String blind;

    /**
     * @param what how they are called, such as {@code volumes}
     * @param lane on which they are looked at
     * @param looking gives what is run there to find them all
     */
    StorageSight(
            String what,
            LaneName lane,
            Supplier<Callable<List<T>>> looking,
            Function<T, K> key,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff) {
        this.what = what;
        this.lane = lane;
        this.looking = looking;
        this.key = key;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.clock = clock;
        this.rhythm = new LookRhythm(clock, backoff);
    }

    /** Whether what is not seen is proven not to be there. */
    boolean complete() {
        return complete;
    }

    /** Why nothing can be seen; absent when it can, or was not yet tried. */
    @Nullable String blind() {
        return blind;
    }

    @Nullable T get(K which) {
        return seen.get(which);
    }

    Collection<T> all() {
        return seen.values();
    }

    /** Starts a look when one is due; returns when the next one is. */
    Instant lookIfDue(Instant now) {
        if (rhythm.late(now)) {
            blinded(
                    "listing the %s has not ended after %d s"
                            .formatted(what, LookRhythm.DEADLINE.toSeconds()));
        } else if (rhythm.due(now)) {
            look(() -> {});
        }
        return rhythm.wake(now);
    }

    /**
     * @param then is done when it was looked, whatever came of it
     */
    void look(Runnable then) {
        long look = ++looks;
        rhythm.begun(clock.instant());
        var _ =
                lanes.submit(lane, "list " + what, looking.get())
                        .whenComplete((found, failure) ->
                                mailbox.execute(() -> {
                                    looked(look, found, failure);
                                    then.run();
                                }));
    }

    private void looked(long look, @Nullable List<T> found, @Nullable Throwable failure) {
        if (look < newest) {
            return;
        }
        newest = look;
        if (found == null) {
            rhythm.failed();
            blinded(Failures.words(failure));
            return;
        }
        rhythm.succeeded();
        if (blind != null) {
            LOG.info("the %s are seen: %d".formatted(what, found.size()));
        }
        // Names that the agent's locale cannot express may look the same.
        seen =
                found.stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        key, Function.identity(), (first, same) -> first));
        complete = true;
        blind = null;
    }

    private void blinded(String reason) {
        if (!reason.equals(blind)) {
            LOG.warning("the %s cannot be seen: %s".formatted(what, reason));
        }
        complete = false;
        blind = reason;
    }
}
