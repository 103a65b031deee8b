package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.NetworkDesired;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the host's ends of networks to what is desired: all of them at once, whenever that changes, and now and then, as
 * others may have meddled with them.
 *
 * <p>Belongs to the mailbox's thread, as {@link HostReconciler}.
 */
final class NetworkKeeper {

    private static final Logger LOG = Logger.getLogger(NetworkKeeper.class.getName());

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Executor mailbox;
    private final LookRhythm rhythm;

    private @Nullable List<NetworkDesired> asked;
    private List<NetworkDesired> made = List.of();
    private @Nullable String trouble;

    NetworkKeeper(
            Hypervisor hypervisor,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff) {
        this.hypervisor = hypervisor;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.rhythm = new LookRhythm(clock, backoff);
    }

    /** Does what there is to do; returns when to ask again if nothing happens before. Null is that nothing was heard of any. */
    Instant pursue(@Nullable List<NetworkDesired> want, Instant now) {
        if (want == null) {
            return Instant.MAX;
        }
        if (!want.equals(asked)) {
            asked = want;
            rhythm.atOnce();
        }
        if (rhythm.late(now)) {
            troubled(
                    "making them has not ended after %d s"
                            .formatted(LookRhythm.DEADLINE.toSeconds()));
        } else if (rhythm.due(now)) {
            make(want, now);
        }
        return rhythm.wake(now);
    }

    private void make(List<NetworkDesired> want, Instant now) {
        rhythm.begun(now);
        var _ =
                lanes.submit(
                                LaneName.NETWORK,
                                "networks",
                                () -> {
                                    hypervisor.makeNetworks(want);
                                    return true;
                                })
                        .whenComplete(
                                (done, failure) -> mailbox.execute(() -> ended(want, failure)));
    }

    private void ended(List<NetworkDesired> want, @Nullable Throwable failure) {
        if (failure != null) {
            rhythm.failed();
            troubled(Failures.words(failure));
        } else {
            rhythm.succeeded();
            if (trouble != null) {
                LOG.info("the networks are made again");
            }
            trouble = null;
            made = want;
        }
        if (!want.equals(asked)) {
            rhythm.atOnce();
        }
    }

    private void troubled(String why) {
        if (!why.equals(trouble)) {
            LOG.warning("the networks cannot be made: " + why);
        }
        trouble = why;
    }

    /** Whether its interface can be attached to what it is to be attached to, and is let through there. */
    boolean isReady(InstanceDesired instance) {
        var nic = instance.nic();
        if (nic == null || nic.vni() == null) {
            return true;
        }
        return made.stream()
                .filter(network -> nic.vni() == network.vni())
                .flatMap(network -> network.ports().stream())
                .anyMatch(port -> port.instance().equals(instance.id()));
    }

    /** Why they cannot be made; absent when they can, or were not yet tried. */
    @Nullable String trouble() {
        return trouble;
    }
}
