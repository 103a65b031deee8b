package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the host's volumes to what is desired, beside its instances: asks {@link VolumePlan}, runs the steps on the
 * storage lane, looks at what came of them.
 *
 * <p>Belongs to the mailbox's thread, as {@link HostReconciler}.
 */
final class VolumeKeeper {

    private static final Logger LOG = Logger.getLogger(VolumeKeeper.class.getName());

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Executor mailbox;
    private final Failures failures;
    private final StorageSight<UUID, ObservedVolume> sight;
    private final Refusals<UUID> refusals = new Refusals<>();
    private final Map<UUID, Attempts> attempts = new HashMap<>();

    /** Those with a step whose effect was not yet looked at. */
    private final Set<UUID> changing = new HashSet<>();

    VolumeKeeper(
            Hypervisor hypervisor,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff) {
        this.hypervisor = hypervisor;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.failures = new Failures(clock, backoff);
        this.sight =
                new StorageSight<>(
                        "volumes",
                        () -> hypervisor::volumes,
                        ObservedVolume::id,
                        lanes,
                        mailbox,
                        clock,
                        backoff);
    }

    /** Looks at storage when that is due; returns when it is next. */
    Instant lookIfDue(Instant now) {
        return sight.lookIfDue(now);
    }

    /** Whether what is not seen is proven not to be there. */
    boolean complete() {
        return sight.complete();
    }

    /** Why storage cannot be seen; absent when it can, or was not yet looked at. */
    @Nullable String blind() {
        return sight.blind();
    }

    /** Whether it is there and nothing is being done to it, so that a guest can be given it. */
    boolean isReady(UUID id) {
        return sight.complete() && sight.get(id) != null && !changing.contains(id);
    }

    /** Something else is desired of it now. */
    void retarget(UUID id) {
        attempts.computeIfPresent(id, (i, before) -> before.retargeted());
    }

    void keepOnly(Predicate<UUID> named) {
        attempts.keySet().removeIf(id -> !named.test(id) && !changing.contains(id));
        refusals.keepOnly(named);
    }

    /** Does what there is to do for it; returns when to ask again if nothing happens before. */
    @Nullable Instant pursue(VolumeDesired want, VolumeUse use, Instant now) {
        if (!sight.complete() || changing.contains(want.id())) {
            return null;
        }
        var plan = VolumePlan.of(want, sight.get(want.id()), use, attemptsOf(want.id()), now);
        refusals.note(want.id(), what(want), plan.refusal(), now);
        if (plan.step() != null) {
            begin(plan.step(), want, now);
        }
        return plan.again();
    }

    private void begin(VolumeStep step, VolumeDesired want, Instant now) {
        LOG.info(() -> what(want) + ": " + step.word());
        changing.add(want.id());
        attempts.put(want.id(), attemptsOf(want.id()).begin(step.word(), now));
        var _ =
                lanes.submit(
                                LaneName.STORAGE,
                                step.word() + " of " + what(want),
                                () -> perform(step, want))
                        .whenComplete((done, failure) ->
                                mailbox.execute(() -> performed(step, want, failure)));
    }

    private @Nullable Void perform(VolumeStep step, VolumeDesired want) throws HypervisorFault {
        switch (step) {
            case MAKE -> hypervisor.makeVolume(want.id(), want.sizeGiB());
            case GROW -> hypervisor.growVolume(want.id(), want.sizeGiB());
            case ERASE -> hypervisor.eraseVolume(want.id());
        }
        return null;
    }

    private void performed(VolumeStep step, VolumeDesired want, @Nullable Throwable failure) {
        UUID id = want.id();
        attempts.put(
                id,
                failure == null
                        ? Attempts.NONE
                        : failures.after(attemptsOf(id), what(want), step.word(), failure));
        sight.look(() -> changing.remove(id));
    }

    /** Whether the answer to its tombstone is that nothing is left of it. */
    boolean isRemoved(VolumeDesired want) {
        return want.deleted()
                && sight.complete()
                && sight.get(want.id()) == null
                && !changing.contains(want.id());
    }

    /**
     * What is to be reported of it; complete looks must stand.
     *
     * @param holder the instance that has it
     */
    VolumeObserved observed(VolumeDesired want, @Nullable UUID holder, Instant now) {
        UUID id = want.id();
        var have = sight.get(id);
        var refusal = refusals.of(id);
        return new VolumeObserved(
                id,
                state(want, have),
                have == null ? 0 : have.sizeGiB(),
                holder,
                attemptsOf(id).step(),
                refusal == null ? attemptsOf(id).faultAt(now) : refusal);
    }

    private VolumeState state(VolumeDesired want, @Nullable ObservedVolume have) {
        if (have != null) {
            return VolumeState.PRESENT;
        }
        return isRemoved(want) ? VolumeState.REMOVED : VolumeState.ABSENT;
    }

    private Attempts attemptsOf(UUID id) {
        return attempts.getOrDefault(id, Attempts.NONE);
    }

    private static String what(VolumeDesired want) {
        return "volume %s/%s (%s)".formatted(want.tenant(), want.name(), want.id());
    }
}
