package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedPool;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.api.agent.PoolPlace;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the pools beside the host's own, each by itself: one that hangs hides its own volumes, and no others.
 *
 * <p>Belongs to the mailbox's thread, as {@link HostReconciler}.
 */
final class PoolKeeper {

    private final Hypervisor hypervisor;
    private final Levels levels;
    private final Lanes lanes;
    private final Executor mailbox;
    private final InstantSource clock;
    private final Backoff backoff;
    private final Map<UUID, Pool> pools = new LinkedHashMap<>();

    /** Which ones were left on the host when it last let go of others. */
    private @Nullable Set<UUID> kept;

    private boolean keeping;
    private Instant keepAgain = Instant.MIN;

    PoolKeeper(
            Hypervisor hypervisor,
            Levels levels,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff) {
        this.hypervisor = hypervisor;
        this.levels = levels;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.clock = clock;
        this.backoff = backoff;
    }

    /**
     * What a look says of a volume that it was to look for.
     *
     * @param volume absent when it is not there
     */
    private record Looked(UUID id, @Nullable ObservedVolume volume) {}

    private final class Pool {
        private final StorageSight<UUID, Looked> sight;
        private final AtomicInteger looking = new AtomicInteger();
        private PoolPlace place;
        private Set<UUID> known = Set.of();
        private volatile @Nullable ObservedPool found;

        Pool(PoolPlace place) {
            this.place = place;
            this.sight =
                    new StorageSight<>(
                            "volumes of pool " + place.name(),
                            LaneName.POOLS,
                            this::looking,
                            Looked::id,
                            lanes,
                            mailbox,
                            clock,
                            backoff);
        }

        private Callable<List<Looked>> looking() {
            var last = found;
            var at = last == null || last.mark() == null ? place : place.asUsed();
            var ids = known();
            known = ids;
            looking.incrementAndGet();
            return () -> {
                try {
                    return look(at, ids);
                } finally {
                    looking.decrementAndGet();
                }
            };
        }

        private List<Looked> look(PoolPlace at, Set<UUID> ids) throws HypervisorFault {
            var now = hypervisor.pool(at, ids);
            found = now;
            var there =
                    now.volumes().stream()
                            .collect(Collectors.toMap(ObservedVolume::id, Function.identity()));
            return ids.stream().map(id -> new Looked(id, there.get(id))).toList();
        }

        private Set<UUID> known() {
            var ids = new HashSet<UUID>();
            levels.places()
                    .forEach((id, at) -> {
                        if (at.id().equals(place.id())) {
                            ids.add(id);
                        }
                    });
            return ids;
        }

        /** One that was told of since the last look began is looked for at once, unless a look hangs. */
        Instant lookIfDue(Instant now) {
            if (looking.get() == 0 && !known.containsAll(known())) {
                sight.look(() -> {});
            }
            return sight.lookIfDue(now);
        }

        PoolObserved observed() {
            var last = found;
            String fault = sight.blind();
            if (fault == null && last != null) {
                fault = last.unmeasured();
            }
            return new PoolObserved(
                    place.id(),
                    sight.complete(),
                    fault,
                    last == null ? null : last.mark(),
                    last == null ? null : last.use());
        }
    }

    /** Looks at pools when that is due; returns when one next is. */
    @Nullable Instant lookIfDue(Instant now) {
        var told = levels.pools();
        var ids = told.stream().map(PoolPlace::id).collect(Collectors.toUnmodifiableSet());
        pools.keySet().retainAll(ids);
        if (levels.tellsPools() && !keeping && !ids.equals(kept) && !now.isBefore(keepAgain)) {
            keepOnly(ids);
        }
        Instant wake = null;
        for (PoolPlace place : told) {
            if (keeping && !pools.containsKey(place.id())) {
                // What is being let go of was decided before it was told of.
                continue;
            }
            var pool = pools.computeIfAbsent(place.id(), id -> new Pool(place));
            pool.place = place;
            var due = pool.lookIfDue(now);
            wake = wake == null || due.isBefore(wake) ? due : wake;
        }
        return wake;
    }

    private void keepOnly(Set<UUID> ids) {
        keeping = true;
        var _ =
                lanes.submit(
                                LaneName.POOLS,
                                "let go of pools",
                                () -> {
                                    hypervisor.keepPools(ids);
                                    return true;
                                })
                        .whenComplete((done, failure) ->
                                mailbox.execute(() -> {
                                    keeping = false;
                                    kept = failure == null ? ids : kept;
                                    keepAgain = clock.instant().plus(LookRhythm.EVERY);
                                }));
    }

    /** Whether the pool was looked at for this volume: what is not seen of it then is proven not to be there. */
    boolean looked(UUID pool, UUID volume) {
        var at = pools.get(pool);
        return at != null && at.sight.complete() && at.sight.get(volume) != null;
    }

    @Nullable ObservedVolume get(UUID pool, UUID volume) {
        var at = pools.get(pool);
        var looked = at == null ? null : at.sight.get(volume);
        return looked == null ? null : looked.volume();
    }

    /** Why a pool cannot be seen; absent when it can, or was not yet looked at. */
    @Nullable String blind(UUID pool) {
        var at = pools.get(pool);
        return at == null ? null : at.sight.blind();
    }

    /**
     * @param then is done when it was looked, whatever came of it
     */
    void look(UUID pool, Runnable then) {
        var at = pools.get(pool);
        if (at == null) {
            then.run();
        } else {
            at.sight.look(then);
        }
    }

    /** What is to be reported of the pools that were looked at, or tried to be. */
    List<PoolObserved> observed() {
        return pools.values().stream()
                .filter(pool -> pool.sight.complete() || pool.sight.blind() != null)
                .map(Pool::observed)
                .toList();
    }
}
