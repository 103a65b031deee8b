package io.yunqing.controller.ledger;

import io.yunqing.api.Usage;
import io.yunqing.controller.ledger.Taking.OverLimit;
import io.yunqing.controller.ledger.Taking.ProviderFull;
import io.yunqing.controller.ledger.Taking.Taken;
import io.yunqing.controller.platform.Ids;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Gives out capacity and takes it back. */
@ApplicationScoped
public class Ledger {
    private final LedgerStore store;
    private final InstantSource clock;

    Ledger(LedgerStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** A capacity as a provider has it: physical, kept back, and how many times the rest may be promised. */
    public record Capacity(long physical, long reserved, BigDecimal ratio) {}

    /** The resources that owners have limits for, by name, with their units. */
    public Map<String, String> limitedResources() {
        return store.limitedResources();
    }

    /** Sets what an owner may use; a resource left out may not be used. A limit below its use only takes nothing new. */
    public void setLimits(UUID owner, Map<String, Long> limits) {
        store.setLimits(owner, limits);
    }

    /** Forgets an owner that uses nothing. */
    public void dropLimits(UUID owner) {
        store.dropLimits(owner);
    }

    /** What each owner uses, by resource. */
    public Map<UUID, Map<String, Usage>> limits(Collection<UUID> owners) {
        return store.limits(owners);
    }

    /** Sets what a provider has. A capacity below its use only takes nothing new. */
    public void setCapacities(UUID provider, String kind, Map<String, Capacity> capacities) {
        store.setCapacities(provider, kind, capacities);
    }

    /** What each provider may promise and has promised, by resource. */
    public Map<UUID, Map<String, Usage>> capacities(Collection<UUID> providers) {
        return store.capacities(providers);
    }

    /** How many consumers hold something of each provider. */
    public Map<UUID, Integer> consumersByProvider(Collection<UUID> providers) {
        return store.consumers("provider_id", providers);
    }

    /** How many consumers hold something on each owner's account. */
    public Map<UUID, Integer> consumersByOwner(Collection<UUID> owners) {
        return store.consumers("owner_id", owners);
    }

    /** What would refuse the amounts on the owner's account as it is now; {@link #take} has the last word. */
    public Optional<OverLimit> overLimit(UUID owner, Map<String, Long> amounts) {
        return overLimit(store.limits(List.of(owner)).get(owner), amounts);
    }

    private Optional<OverLimit> overLimit(Map<String, Usage> limits, Map<String, Long> amounts) {
        Set<String> limited = limitedResources().keySet();
        for (var amount : new TreeMap<>(amounts).entrySet()) {
            Usage limit = limits.getOrDefault(amount.getKey(), new Usage(0, 0));
            if (limited.contains(amount.getKey())
                    && limit.used() + amount.getValue() > limit.limit()) {
                return Optional.of(
                        new OverLimit(
                                amount.getKey(), limit.limit(), limit.used(), amount.getValue()));
            }
        }
        return Optional.empty();
    }

    /**
     * Takes all the amounts or none of them.
     *
     * @param consumer who uses them; holds each resource at most once
     * @param owner on whose account
     * @param provider whose capacity
     */
    public Taking take(UUID consumer, UUID owner, UUID provider, Map<String, Long> amounts) {
        Map<String, Long> ordered = new TreeMap<>(amounts);
        Optional<OverLimit> over = overLimit(store.lockLimits(owner), ordered);
        if (over.isPresent()) {
            return over.get();
        }
        Map<String, Usage> capacities = store.lockCapacities(provider);
        for (var amount : ordered.entrySet()) {
            Usage capacity = capacities.getOrDefault(amount.getKey(), new Usage(0, 0));
            if (capacity.used() + amount.getValue() > capacity.limit()) {
                return new ProviderFull(
                        amount.getKey(), capacity.limit(), capacity.used(), amount.getValue());
            }
        }
        store.open(Ids::next, consumer, owner, provider, ordered, clock.instant());
        return new Taken();
    }

    /** Gives back all that the consumers hold; harmless when they hold nothing. */
    public void release(Collection<UUID> consumers) {
        store.close(consumers, clock.instant());
    }

    /** Takes a provider's capacity away that nobody uses; its row stays as long as the history needs it. */
    public void dropProvider(UUID provider) {
        store.dropProvider(provider);
    }

    /** Recomputes every sum from the allocations; one line for each that differs. None is the only good answer. */
    public List<String> doctor() {
        return store.differences();
    }
}
