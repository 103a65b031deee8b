package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.hypervisor.VolumeCopy;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings the host's volumes to what is desired, beside its instances: asks {@link VolumePlan}, runs the steps on the
 * volumes' lane, looks at what came of them.
 *
 * <p>Belongs to the mailbox's thread, as {@link HostReconciler}.
 */
final class VolumeKeeper {

    private static final Logger LOG = Logger.getLogger(VolumeKeeper.class.getName());

    private final Hypervisor hypervisor;
    private final Levels levels;
    private final Lanes lanes;
    private final Executor mailbox;
    private final Failures failures;
    private final StorageSight<UUID, ObservedVolume> sight;
    private final PoolKeeper pools;
    private final Function<ImageSource, CompletableFuture<Void>> fetch;
    private final Refusals<UUID> refusals = new Refusals<>();
    private final Map<UUID, Attempts> attempts = new HashMap<>();

    /** Those with a step whose effect was not yet looked at, and those that are being copied. */
    private final Set<UUID> changing = new HashSet<>();

    /**
     * @param fetch brings an image to the host
     */
    VolumeKeeper(
            Hypervisor hypervisor,
            Levels levels,
            PoolKeeper pools,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff,
            Function<ImageSource, CompletableFuture<Void>> fetch) {
        this.hypervisor = hypervisor;
        this.levels = levels;
        this.pools = pools;
        this.fetch = fetch;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.failures = new Failures(clock, backoff);
        this.sight =
                new StorageSight<>(
                        "volumes",
                        LaneName.VOLUMES,
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

    /** Whether what is not seen in the host's own pool is proven not to be there. */
    boolean complete() {
        return sight.complete();
    }

    /** Why the host's own pool cannot be seen; absent when it can, or was not yet looked at. */
    @Nullable String blind() {
        return sight.blind();
    }

    /** Whether a look at where it is stands, so that what is not seen of it is proven not to be there. */
    boolean isSeen(VolumeDesired want) {
        return want.pool() == null ? sight.complete() : pools.looked(want.pool().id(), want.id());
    }

    /** Likewise; one that nothing is heard of would be in the host's own pool. */
    boolean isSeen(UUID id) {
        var want = levels.volume(id);
        return want == null ? sight.complete() : isSeen(want);
    }

    private @Nullable ObservedVolume have(VolumeDesired want) {
        return want.pool() == null ? sight.get(want.id()) : pools.get(want.pool().id(), want.id());
    }

    /** Why the pool of one of them cannot be seen; absent when all can, or were not yet looked at. */
    @Nullable String blindFor(List<UUID> wanted) {
        for (UUID id : wanted) {
            var want = levels.volume(id);
            var pool = want == null ? null : want.pool();
            if (pool != null && pools.blind(pool.id()) != null) {
                return "pool %s: %s".formatted(pool.name(), pools.blind(pool.id()));
            }
        }
        return sight.blind();
    }

    /** Whether it is there as it should be and nothing is being done to it, so that a guest can be given it. */
    boolean isReady(VolumeDesired want) {
        var have = have(want);
        return isSeen(want)
                && have != null
                && have.wipe() == null
                && !VolumePlan.isToBeCopied(want, have)
                && !changing.contains(want.id());
    }

    /** Whether it is being changed, copied or backed up. */
    boolean isChanging(UUID id) {
        return changing.contains(id);
    }

    /** From now on nothing is done to it, and no guest gets it or loses it, until it is released. */
    void reserve(UUID id) {
        changing.add(id);
    }

    void release(UUID id) {
        changing.remove(id);
    }

    /** Something else is desired of it now. */
    void retarget(UUID id) {
        attempts.computeIfPresent(id, (i, before) -> before.retargeted());
    }

    void keepOnly(Predicate<UUID> named) {
        attempts.keySet().removeIf(id -> !named.test(id) && !changing.contains(id));
        refusals.keepOnly(named);
    }

    /**
     * Does what there is to do for it; returns when to ask again if nothing happens before.
     *
     * @param uses what domains have to do with a volume
     */
    @Nullable Instant pursue(VolumeDesired want, Function<UUID, VolumeUse> uses, Instant now) {
        UUID id = want.id();
        if (!isSeen(want) || changing.contains(id)) {
            return null;
        }
        var together = ofItsMoment(want);
        var source =
                together.stream()
                        .map(one -> sourceOf(one, uses))
                        .max(Comparator.naturalOrder())
                        .orElse(CopySource.READY);
        var plan = VolumePlan.of(want, have(want), uses.apply(id), source, attemptsOf(id), now);
        refusals.note(id, what(want), plan.refusal(), now);
        if (plan.step() == VolumeStep.COPY) {
            copy(together, now);
        } else if (plan.step() != null) {
            begin(plan.step(), want, now);
        }
        return plan.again();
    }

    /** Those that become copies at the same moment and are not there yet; itself if it is copied by itself. */
    private List<VolumeDesired> ofItsMoment(VolumeDesired want) {
        if (want.moment() == null || !want.isCopyToMake()) {
            return List.of(want);
        }
        return levels.volumes().stream()
                .filter(one -> want.moment().equals(one.moment()) && one.isCopyToMake())
                .filter(one -> isSeen(one) && have(one) == null)
                .toList();
    }

    private CopySource sourceOf(VolumeDesired copy, Function<UUID, VolumeUse> uses) {
        UUID source = copy.source();
        if (source == null) {
            return CopySource.READY;
        }
        var from = levels.volume(source);
        if (from != null && !isSeen(from)) {
            return CopySource.BUSY;
        }
        if (from == null ? sight.get(source) == null : have(from) == null) {
            return CopySource.GONE;
        }
        return changing.contains(source) || uses.apply(source) == VolumeUse.CHANGING
                ? CopySource.BUSY
                : CopySource.READY;
    }

    private void begin(VolumeStep step, VolumeDesired want, Instant now) {
        var wants = List.of(want);
        enter(step, wants, now);
        var image = step == VolumeStep.UNPACK ? want.image() : null;
        perform(
                step,
                wants,
                image == null || hypervisor.holds(image)
                        ? work(step, want)
                        : fetch.apply(image).thenCompose(_ -> work(step, want)));
    }

    /** What is done in another pool keeps nobody waiting but those with volumes in such pools. */
    private static LaneName lane(VolumeStep step, VolumeDesired want) {
        boolean own = want.pool() == null;
        return switch (step) {
            case RESTORE -> own ? LaneName.REPOSITORY : LaneName.POOL_COPY;
            case UNPACK, COPY, WIPE -> own ? LaneName.COPY : LaneName.POOL_COPY;
            case MAKE, GROW, ERASE -> own ? LaneName.VOLUMES : LaneName.POOLS;
        };
    }

    private void copy(List<VolumeDesired> together, Instant now) {
        var first = together.getFirst();
        var copies =
                together.stream()
                        .flatMap(one ->
                                Stream.ofNullable(one.source())
                                        .map(from -> new VolumeCopy(one.id(), from, one.restore())))
                        .toList();
        UUID moment = first.moment() == null ? first.id() : first.moment();
        // Nobody gets, loses, or changes a volume while it is read.
        copies.forEach(copy -> changing.add(copy.source()));
        enter(VolumeStep.COPY, together, now);
        perform(
                VolumeStep.COPY,
                together,
                submit(
                        VolumeStep.COPY,
                        first,
                        () -> {
                            hypervisor.copyVolumes(moment, copies);
                            return null;
                        }));
    }

    private CompletableFuture<@Nullable Void> work(VolumeStep step, VolumeDesired want) {
        return submit(
                step,
                want,
                () -> {
                    perform(step, want);
                    return null;
                });
    }

    private CompletableFuture<@Nullable Void> submit(
            VolumeStep step, VolumeDesired want, Callable<@Nullable Void> work) {
        return lanes.submit(lane(step, want), step.word() + " of " + what(want), work);
    }

    private void enter(VolumeStep step, List<VolumeDesired> wants, Instant now) {
        for (VolumeDesired want : wants) {
            LOG.info(() -> what(want) + ": " + step.word());
            changing.add(want.id());
            attempts.put(want.id(), attemptsOf(want.id()).begin(step.word(), now));
        }
    }

    private void perform(
            VolumeStep step, List<VolumeDesired> wants, CompletableFuture<@Nullable Void> work) {
        var _ =
                work.whenComplete(
                        (done, failure) -> mailbox.execute(() -> performed(step, wants, failure)));
    }

    private void perform(VolumeStep step, VolumeDesired want) throws HypervisorFault {
        switch (step) {
            case RESTORE -> {
                if (want.backup() != null) {
                    hypervisor.restoreVolume(want.id(), want.sizeGiB(), want.backup());
                }
            }
            case UNPACK -> {
                if (want.image() != null) {
                    hypervisor.unpackVolume(want.id(), want.sizeGiB(), want.image());
                }
            }
            case MAKE -> hypervisor.makeVolume(want.id(), want.sizeGiB());
            case COPY -> throw new IllegalStateException("copies are made together");
            case GROW -> hypervisor.growVolume(want.id(), want.sizeGiB());
            case WIPE -> hypervisor.wipeVolume(want.id());
            case ERASE -> hypervisor.eraseVolume(want.id());
        }
    }

    private void performed(
            VolumeStep step, List<VolumeDesired> wants, @Nullable Throwable failure) {
        for (VolumeDesired want : wants) {
            attempts.put(
                    want.id(),
                    failure == null
                            ? Attempts.NONE
                            : failures.after(
                                    attemptsOf(want.id()), what(want), step.word(), failure));
        }
        look(
                wants.getFirst(),
                () -> {
                    for (VolumeDesired want : wants) {
                        changing.remove(want.id());
                        if (step == VolumeStep.COPY) {
                            changing.remove(want.source());
                        }
                    }
                });
    }

    private void look(VolumeDesired at, Runnable then) {
        if (at.pool() == null) {
            sight.look(then);
        } else {
            pools.look(at.pool().id(), then);
        }
    }

    /** Whether the answer to its tombstone is that nothing is left of it. */
    boolean isRemoved(VolumeDesired want) {
        return want.deleted()
                && isSeen(want)
                && have(want) == null
                && !changing.contains(want.id());
    }

    /**
     * What is to be reported of it; it must be seen.
     *
     * @param holder the instance that has it
     */
    VolumeObserved observed(VolumeDesired want, @Nullable UUID holder, Instant now) {
        UUID id = want.id();
        var have = have(want);
        var refusal = refusals.of(id);
        return new VolumeObserved(
                id,
                state(want, have),
                have == null ? 0 : have.sizeGiB(),
                holder,
                have == null ? 0 : have.restore(),
                attemptsOf(id).step(),
                refusal == null ? faultOf(id, now) : refusal,
                have == null ? null : have.wipe());
    }

    /** What takes as long as there is to copy or to overwrite does not hang because it takes long. */
    private @Nullable Fault faultOf(UUID id, Instant now) {
        var made = attemptsOf(id);
        boolean takesLong =
                Stream.of(VolumeStep.UNPACK, VolumeStep.COPY, VolumeStep.RESTORE, VolumeStep.WIPE)
                        .anyMatch(step -> step.word().equals(made.step()));
        return takesLong ? made.fault() : made.faultAt(now);
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
