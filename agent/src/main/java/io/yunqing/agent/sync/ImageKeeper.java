package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Checks images that nothing needs yet, once each, and removes those that were revoked as soon as nothing stands on them.
 *
 * <p>Belongs to the mailbox's thread, as {@link HostReconciler}.
 */
final class ImageKeeper {

    private static final Logger LOG = Logger.getLogger(ImageKeeper.class.getName());

    /** How often it is looked whether disks still stand on a revoked image. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Executor mailbox;
    private final InstantSource clock;
    private final Function<ImageSource, CompletableFuture<Void>> fetch;

    /** When each is to be pursued again; {@link Instant#MAX} while it is worked on, and once nothing is left to do. */
    private final Map<ImageDesired, Instant> due = new HashMap<>();

    /**
     * @param fetch brings an image that is not here
     */
    ImageKeeper(
            Hypervisor hypervisor,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Function<ImageSource, CompletableFuture<Void>> fetch) {
        this.hypervisor = hypervisor;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.clock = clock;
        this.fetch = fetch;
    }

    void keepOnly(Collection<ImageDesired> wishes) {
        due.keySet().retainAll(wishes);
    }

    /** Does what there is to do; returns when to be asked again if nothing happens before. */
    Instant pursue(ImageDesired want, Instant now) {
        Instant next = due.getOrDefault(want, now);
        if (next.isAfter(now)) {
            return next;
        }
        due.put(want, Instant.MAX);
        if (want.revoked()) {
            remove(want);
        } else {
            check(want);
        }
        return Instant.MAX;
    }

    /** Whatever comes of it is said of the image, and who asked may ask again. */
    private void check(ImageDesired want) {
        var _ =
                fetch.apply(want.source())
                        .whenComplete((done, failure) -> hypervisor.answered(want));
    }

    private void remove(ImageDesired want) {
        var _ =
                lanes.submit(
                                LaneName.STORAGE,
                                "removal of image " + want.source().name(),
                                () -> hypervisor.removeImage(want.source()))
                        .whenComplete((gone, failure) ->
                                mailbox.execute(() -> removed(want, gone, failure)));
    }

    private void removed(ImageDesired want, @Nullable Boolean gone, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.warning(
                    "image %s is revoked and stays for now: %s"
                            .formatted(want.source().name(), Failures.words(failure)));
        }
        if (Boolean.TRUE.equals(gone)) {
            hypervisor.answered(want);
        } else {
            due.computeIfPresent(want, (wish, when) -> clock.instant().plus(LOOK_EVERY));
        }
    }
}
