package io.yunqing.controller.pool;

import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.controller.fleet.HostPool;
import io.yunqing.controller.fleet.HostPools;
import io.yunqing.controller.fleet.PoolLines;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.ledger.Ledger.Promise;
import io.yunqing.controller.pool.PoolStore.Given;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.UUID;

/** What the ledger may promise of pools: of a shared one once, of another one on each of its hosts. */
@ApplicationScoped
class PoolBook {
    private static final String KIND = "pool";
    private static final long MIB_PER_GIB = 1024;

    private final Ledger ledger;
    private final PoolLines lines;
    private final PoolStore store;

    PoolBook(Ledger ledger, PoolLines lines, PoolStore store) {
        this.ledger = ledger;
        this.lines = lines;
        this.store = store;
    }

    /** Lets the ledger promise by what the pool's spec says now, of what was measured last. */
    void promise(PoolRow pool) {
        for (Given given : store.given(pool.id)) {
            promise(pool, given.provider(), given.use());
        }
    }

    /** Lets the ledger promise what a host found there. */
    void promise(PoolRow pool, UUID provider, PoolUse use) {
        ledger.setCapacities(
                provider,
                KIND,
                null,
                Map.of(HostPools.STORAGE, use.sizeMiB() / MIB_PER_GIB),
                Map.of(HostPools.STORAGE, new Promise(null, pool.spec.overcommit())));
        ledger.back(provider, HostPools.STORAGE, lines.backing(HostPool.of(pool.name, use)));
    }

    /** Ends what may be promised of a pool that nothing is in. */
    void drop(PoolRow pool) {
        store.given(pool.id).forEach(given -> ledger.dropProvider(given.provider()));
    }
}
