package io.yunqing.controller.pool;

import io.yunqing.api.ProblemCode;
import io.yunqing.controller.fleet.HostPool;
import io.yunqing.controller.fleet.HostPools;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.fleet.PoolLines;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.pool.PoolStore.Found;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What hosts can keep in pools. */
@ApplicationScoped
public class PoolHosts {
    private final PoolStore store;
    private final PoolLines lines;
    private final Ledger ledger;

    PoolHosts(PoolStore store, PoolLines lines, Ledger ledger) {
        this.store = store;
        this.lines = lines;
        this.ledger = ledger;
    }

    /**
     * Who gives the room for what the host keeps in the pool.
     *
     * @param field what asks for it
     * @throws ProblemException if the host does not see the pool, or has not measured it yet
     */
    public UUID provider(String field, PoolRow pool, HostRow host) {
        Optional<Found> found = store.of(pool.id, host.id);
        if (found.isEmpty() || !found.get().seen() || found.get().use() == null) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    field,
                    "host %s does not see pool %s: %s"
                            .formatted(
                                    host.name,
                                    pool.name,
                                    found.map(Found::fault).orElseGet(() -> unheard(pool, host))),
                    "a pool that its host sees",
                    pool.name,
                    "mend that, or name what is on another host or in another pool");
        }
        return found.get().provider();
    }

    private static String unheard(PoolRow pool, HostRow host) {
        return pool.zone == null || pool.zone.id.equals(host.zone.id)
                ? "its agent has not reported of it yet"
                : "it is for hosts of zone %s, and this one is in zone %s"
                        .formatted(pool.zone.name, host.zone.name);
    }

    /**
     * Refuses what would write more than was there before to a pool that is nearly full.
     *
     * @param field what asks for it
     */
    public void requireRoom(String field, PoolRow pool, HostRow host) {
        measured(pool, host)
                .filter(lines::nearlyFull)
                .ifPresent(full -> {
                    throw ProblemException.field(
                            ProblemCode.PLACEMENT_NO_HOST,
                            field,
                            "it would be in pool %s: %s".formatted(pool.name, lines.refusal(full)),
                            "more free in pool " + pool.name,
                            null,
                            "free %s GiB there by deleting what is not needed, or add as much to the pool"
                                    .formatted(HostPool.inGib(lines.lacking(full))));
                });
    }

    /** Why less of a pool may be promised than by its size; nothing when that is what refuses. */
    public Optional<String> shortage(PoolRow pool, HostRow host) {
        UUID provider = store.of(pool.id, host.id).map(Found::provider).orElse(pool.id);
        return Optional.ofNullable(ledger.capacities(List.of(provider)).get(provider))
                .map(capacity -> capacity.get(HostPools.STORAGE))
                .filter(has -> has.limit() < HostPools.byTerms(has))
                .flatMap(has -> measured(pool, host).map(lines::shortage));
    }

    private Optional<HostPool> measured(PoolRow pool, HostRow host) {
        return store.of(pool.id, host.id)
                .filter(found -> found.use() != null)
                .map(found -> HostPool.of(pool.name, found.use()));
    }
}
