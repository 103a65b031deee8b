package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.platform.Backoff;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the agent sees of the host's volumes: all of them, now and then and after each step on one.
 *
 * <p>Looks run beside each other on a lane, so they are numbered when they start: an older look never replaces a newer
 * one. Belongs to the mailbox's thread, as {@link HostReconciler}.
 */
final class VolumeSight {

    private static final Logger LOG = Logger.getLogger(VolumeSight.class.getName());

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Executor mailbox;
    private final InstantSource clock;
    private final LookRhythm rhythm;

    private Map<UUID, ObservedVolume> volumes = Map.of();
    private long looks;
    private long newest;
    private boolean complete;
    private @Nullable String blind;

    VolumeSight(
            Hypervisor hypervisor,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff) {
        this.hypervisor = hypervisor;
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

    @Nullable ObservedVolume volume(UUID id) {
        return volumes.get(id);
    }

    /** Starts a look when one is due; returns when the next one is. */
    Instant lookIfDue(Instant now) {
        if (rhythm.late(now)) {
            blinded(
                    "listing the volumes has not ended after %d s"
                            .formatted(LookRhythm.DEADLINE.toSeconds()));
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
                lanes.submit(LaneName.STORAGE, "list volumes", hypervisor::volumes)
                        .whenComplete((seen, failure) ->
                                mailbox.execute(() -> {
                                    looked(look, seen, failure);
                                    then.run();
                                }));
    }

    private void looked(
            long look, @Nullable List<ObservedVolume> seen, @Nullable Throwable failure) {
        if (look < newest) {
            return;
        }
        newest = look;
        if (seen == null) {
            rhythm.failed();
            blinded(Failures.words(failure));
            return;
        }
        rhythm.succeeded();
        if (blind != null) {
            LOG.info("the volumes are seen: " + seen.size());
        }
        volumes =
                seen.stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        ObservedVolume::id, Function.identity()));
        complete = true;
        blind = null;
    }

    private void blinded(String reason) {
        if (!reason.equals(blind)) {
            LOG.warning("the volumes cannot be seen: " + reason);
        }
        complete = false;
        blind = reason;
    }
}
