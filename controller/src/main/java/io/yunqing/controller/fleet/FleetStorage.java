package io.yunqing.controller.fleet;

import io.yunqing.api.StorageSum;
import io.yunqing.controller.fleet.FleetMirror.Measured;
import io.yunqing.controller.ledger.Ledger;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the hosts' pools come to, as the fleet's mirror shows them: only what is known of now is counted. */
@ApplicationScoped
class FleetStorage {
    static final StorageSum NONE = new StorageSum(0, 0, 0, 0, 0, 0);

    private static final long MIB_PER_GIB = 1024;

    private final FleetMirror mirror;
    private final AgentPolicy policy;
    private final Ledger ledger;
    private final InstantSource clock;

    FleetStorage(FleetMirror mirror, AgentPolicy policy, Ledger ledger, InstantSource clock) {
        this.mirror = mirror;
        this.policy = policy;
        this.ledger = ledger;
        this.clock = clock;
    }

    /** The host's pool, if what is known of it is of now. */
    Optional<HostPool> known(SeenHost host, Instant now) {
        return Optional.ofNullable(host.pool())
                .filter(pool ->
                        HostPools.isCurrent(
                                pool,
                                policy.state(host.receivedAt(), now),
                                host.measuredAt(),
                                now));
    }

    /** By zone; one without hosts is not among them. */
    Map<String, StorageSum> byZone() {
        Instant now = clock.instant();
        int storage = ledger.kinds().names().indexOf(HostPools.STORAGE);
        Map<String, StorageSum> sums = new HashMap<>();
        for (Measured one : mirror.measured()) {
            sums.merge(
                    one.seen().host().location().zone(),
                    known(one.seen(), now)
                            .map(pool -> of(pool, one.used().at(storage)))
                            .orElse(new StorageSum(0, 1, 0, 0, 0, 0)),
                    FleetStorage::plus);
        }
        return sums;
    }

    private static StorageSum of(HostPool pool, long promisedGiB) {
        return new StorageSum(
                1, 0, promisedGiB * MIB_PER_GIB, pool.written(), pool.free(), pool.size());
    }

    private static StorageSum plus(StorageSum a, StorageSum b) {
        return new StorageSum(
                a.hosts() + b.hosts(),
                a.unknownHosts() + b.unknownHosts(),
                a.promisedMiB() + b.promisedMiB(),
                a.writtenMiB() + b.writtenMiB(),
                a.freeMiB() + b.freeMiB(),
                a.sizeMiB() + b.sizeMiB());
    }
}
