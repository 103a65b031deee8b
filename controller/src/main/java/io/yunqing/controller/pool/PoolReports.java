package io.yunqing.controller.pool;

import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.pool.PoolStore.Found;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Takes in what hosts say of pools. */
@ApplicationScoped
public class PoolReports {
    /** A host that was moved may still speak of the pools that it had. */
    private static final String OF_HOST =
            "id in ?2 and (zone is null or zone.id = (select h.zone.id from HostRow h where h.id = ?1)) order by id";

    private final PoolStore store;
    private final PoolBook book;
    private final Ledger ledger;

    PoolReports(PoolStore store, PoolBook book, Ledger ledger) {
        this.store = store;
        this.book = book;
        this.ledger = ledger;
    }

    /**
     * What the ledger does not know yet.
     *
     * @param reach whether the host sees another set of pools than before
     */
    public record News(UUID host, boolean reach, List<Measured> measured) {}

    /** What was measured anew. */
    record Measured(PoolRow pool, UUID provider, PoolUse use) {}

    /**
     * Stores what is new. The caller holds the lock on the host's observation; pools are locked here in the order of their ids.
     */
    public News accept(UUID host, HostObserved report, Instant now) {
        if (report.pools() == null || report.pools().isEmpty()) {
            return new News(host, false, List.of());
        }
        Map<UUID, PoolObserved> said =
                report.pools().stream()
                        .collect(
                                Collectors.toMap(
                                        PoolObserved::id,
                                        Function.identity(),
                                        (_, later) -> later));
        Map<UUID, Found> known = store.byPool(host);
        List<PoolRow> pools = PoolRow.list(OF_HOST, host, said.keySet());
        List<Measured> measured =
                pools.stream()
                        .flatMap(pool ->
                                accept(
                                        pool,
                                        host,
                                        said.get(pool.id),
                                        Optional.ofNullable(known.get(pool.id)),
                                        now)
                                        .stream())
                        .toList();
        return new News(
                host, !seen(known.values()).equals(seen(store.byPool(host).values())), measured);
    }

    private static Set<UUID> seen(Collection<Found> found) {
        return found.stream().filter(Found::seen).map(Found::provider).collect(Collectors.toSet());
    }

    /** Lets the ledger promise by it; takes the locks on what gives the pools' room, and on the host's. */
    public void promise(News news) {
        news.measured.forEach(one -> book.promise(one.pool, one.provider, one.use));
        if (news.reach) {
            store.reachChanged(news.host);
            ledger.describeAnew(news.host);
        }
    }

    private Optional<Measured> accept(
            PoolRow pool, UUID host, PoolObserved said, Optional<Found> before, Instant now) {
        UUID mark = said.mark() == null ? before.map(Found::mark).orElse(null) : said.mark();
        UUID provider =
                before.map(Found::provider)
                        .orElseGet(() -> pool.shared ? pool.id : UUID.randomUUID());
        boolean compared =
                before.isPresent()
                        && before.get().seen()
                        && Objects.equals(before.get().mark(), mark);
        Optional<String> wrong =
                said.seen() && !compared ? contradiction(pool, host, mark) : Optional.empty();
        // What is not the pool is not measured as the pool.
        PoolUse use =
                wrong.isPresent()
                        ? null
                        : Optional.ofNullable(said.use())
                                .or(() -> before.map(Found::use))
                                .orElse(null);
        Found found =
                new Found(
                        provider,
                        said.seen() && wrong.isEmpty(),
                        wrong.orElse(said.fault()),
                        mark,
                        use);
        if (before.isPresent() && before.get().equals(found)) {
            return Optional.empty();
        }
        boolean measured = use != null && !use.equals(before.map(Found::use).orElse(null));
        store.keep(pool.id, host, found, measured, now);
        boolean isNews = found.seen() && use != null && (measured || !compared);
        return isNews ? Optional.of(new Measured(pool, provider, use)) : Optional.empty();
    }

    /** Why it would be counted as something else than it is. */
    private Optional<String> contradiction(PoolRow pool, UUID host, UUID mark) {
        return mark == null
                ? Optional.empty()
                : store.contradiction(pool, host, mark)
                        .map(other ->
                                (pool.shared
                                                ? "it is said to be shared, and is not what host %s has: mount the same on both, or delete the pool and create one that is not shared"
                                                : "it is not said to be shared, and is what host %s has, so that it would be counted twice: delete the pool and create one that is shared")
                                        .formatted(other));
    }
}
