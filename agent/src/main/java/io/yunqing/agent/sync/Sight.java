package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.api.HostInventory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What the agent sees of the hypervisor: a complete inventory now and then, single domains when something happened to
 * them.
 *
 * <p>Looks run beside each other on a lane, so they are numbered when they start: of one domain, an older look never
 * replaces a newer one. What happens during a look makes an event, and that a newer look, so the last word is right.
 *
 * <p>Belongs to the mailbox's thread, as {@link HostReconciler}.
 */
final class Sight implements Hypervisor.Listener {

    private static final Logger LOG = Logger.getLogger(Sight.class.getName());

    /** How often a pool is looked at of which less than one part in so many is free: it may be full soon, or have room again. */
    private static final Duration SHORT_EVERY = Duration.ofSeconds(5);

    private static final int SHORT_PARTS = 4;

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Executor mailbox;
    private final InstantSource clock;
    private final LookRhythm rhythm;

    private final Map<UUID, ObservedDomain> domains = new HashMap<>();
    private final Map<UUID, Long> lookOf = new HashMap<>();
    private long looks;
    private @Nullable String blind = "no inventory was taken yet";
    private Instant observedAt = Instant.EPOCH;
    private @Nullable HostInventory inventory;
    private boolean inventorying;
    private Instant inventoryDue = Instant.MAX;

    Sight(
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

    boolean complete() {
        return blind == null;
    }

    @Nullable String blind() {
        return blind;
    }

    Instant observedAt() {
        return observedAt;
    }

    @Nullable HostInventory inventory() {
        return inventory;
    }

    @Nullable ObservedDomain domain(UUID id) {
        return domains.get(id);
    }

    Collection<ObservedDomain> domains() {
        return domains.values();
    }

    @Override
    public void changed(UUID domain) {
        mailbox.execute(() -> {
            var _ = look(domain);
        });
    }

    @Override
    public void lost(String reason) {
        mailbox.execute(() -> blinded(reason));
    }

    @Override
    public void found() {
        mailbox.execute(rhythm::atOnce);
    }

    /** Starts a full comparison when one is due; returns when the next one is. */
    Instant lookIfDue(Instant now) {
        if (rhythm.late(now)) {
            blinded(
                    "listing the domains has not ended after %d s"
                            .formatted(LookRhythm.DEADLINE.toSeconds()));
        } else if (rhythm.due(now)) {
            rhythm.begun(now);
            compare();
        }
        if (!now.isBefore(inventoryDue)) {
            takeInventory();
        }
        Instant wake = rhythm.wake(now);
        return inventoryDue.isBefore(wake) ? inventoryDue : wake;
    }

    private void compare() {
        long look = ++looks;
        var _ =
                lanes.submit(LaneName.QUERY, "list domains", hypervisor::domains)
                        .whenComplete((seen, failure) ->
                                mailbox.execute(() -> compared(look, seen, failure)));
        takeInventory();
    }

    /** What is left in the pools may have changed by more than guests' writing. */
    void roomChanged() {
        takeInventory();
    }

    private void takeInventory() {
        inventoryDue = Instant.MAX;
        if (!inventorying) {
            inventorying = true;
            var _ =
                    lanes.submit(LaneName.STORAGE, "inventory", hypervisor::inventory)
                            .whenComplete((found, failure) ->
                                    mailbox.execute(() -> inventoried(found, failure)));
        }
    }

    CompletableFuture<Optional<ObservedDomain>> look(UUID id) {
        long look = ++looks;
        return lanes.submit(LaneName.QUERY, "look at domain " + id, () -> hypervisor.domain(id))
                .whenComplete(
                        (seen, failure) -> mailbox.execute(() -> looked(look, id, seen, failure)));
    }

    private void looked(
            long look, UUID id, Optional<ObservedDomain> seen, @Nullable Throwable failure) {
        if (failure != null) {
            blinded(Failures.words(failure));
        } else if (isNewer(look, id)) {
            lookOf.put(id, look);
            seen.ifPresentOrElse(domain -> domains.put(id, domain), () -> domains.remove(id));
        }
    }

    private void compared(
            long look, @Nullable List<ObservedDomain> seen, @Nullable Throwable failure) {
        if (seen == null) {
            rhythm.failed();
            blinded(Failures.words(failure));
            return;
        }
        rhythm.succeeded();
        var named = new HashSet<UUID>();
        for (var domain : seen) {
            named.add(domain.id());
            if (isNewer(look, domain.id())) {
                domains.put(domain.id(), domain);
            }
        }
        domains.keySet().removeIf(id -> !named.contains(id) && isNewer(look, id));
        lookOf.values().removeIf(older -> older < look);
        observedAt = clock.instant();
        if (blind != null) {
            LOG.info("the hypervisor is seen: %d domains".formatted(seen.size()));
        }
        blind = null;
    }

    private void inventoried(@Nullable HostInventory found, @Nullable Throwable failure) {
        inventorying = false;
        if (found != null) {
            inventory = found;
            if (found.pools().stream().anyMatch(Sight::isShort)) {
                inventoryDue = clock.instant().plus(SHORT_EVERY);
            }
        } else if (complete()) {
            LOG.warning("no inventory of the host: " + Failures.words(failure));
        }
    }

    private static boolean isShort(HostInventory.Pool pool) {
        return pool.use() != null && pool.use().freeMiB() < pool.use().sizeMiB() / SHORT_PARTS;
    }

    private void blinded(String reason) {
        if (!reason.equals(blind)) {
            LOG.warning("the hypervisor cannot be seen: " + reason);
        }
        if (blind == null) {
            rhythm.soon();
        }
        blind = reason;
    }

    private boolean isNewer(long look, UUID id) {
        return look > lookOf.getOrDefault(id, 0L);
    }
}
