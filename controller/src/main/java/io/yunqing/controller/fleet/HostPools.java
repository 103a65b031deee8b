package io.yunqing.controller.fleet;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Capacity;
import io.yunqing.api.HostState;
import io.yunqing.api.PoolStatus;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.LockModeType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** What of hosts' pools is promised, written and free, and what follows from it for what may still be promised. */
@ApplicationScoped
public class HostPools {
    /** The resource that promises from pools are of. */
    static final String STORAGE = "storageGiB";

    private static final long MIB_PER_GIB = 1024;
    private static final Duration AGAIN = Duration.ofHours(1);

    private final Session em;
    private final Ledger ledger;
    private final PoolLines lines;
    private final Transactions transactions;

    HostPools(Session em, Ledger ledger, PoolLines lines, Transactions transactions) {
        this.em = em;
        this.ledger = ledger;
        this.lines = lines;
        this.transactions = transactions;
    }

    /** The lines may be others than before: what they mean for each host is worked out anew, whether or not it reports. */
    void start(@Observes StartupEvent event, Every every) {
        every.rarely("working out what pools bear", AGAIN, this::backAll);
    }

    private void backAll() {
        List<UUID> hosts =
                transactions.read(() ->
                        em.createQuery(
                                        "select hostId from HostObservationRow where inventory is not null order by hostId",
                                        UUID.class)
                                .getResultList());
        hosts.forEach(host ->
                transactions.write(() -> {
                    HostObservationRow seen =
                            em.find(HostObservationRow.class, host, LockModeType.PESSIMISTIC_WRITE);
                    if (seen != null) {
                        back(seen);
                    }
                    return true;
                }));
    }

    /** Lets the ledger promise no more than the host has to write on. */
    void back(HostObservationRow seen) {
        ledger.back(
                seen.hostId, STORAGE, HostPool.of(seen.inventory).map(lines::backing).orElse(null));
    }

    /** What its pools come to; nothing before its agent has found out. */
    static List<PoolStatus> status(
            HostObservationRow seen, HostState state, Map<String, Capacity> capacity) {
        if (seen.inventory == null) {
            return List.of();
        }
        Capacity storage = capacity.get(STORAGE);
        return seen.inventory.pools().stream()
                .map(one -> {
                    HostPool pool = HostPool.of(one);
                    boolean promises = pool.name().equals(Fleet.DEFAULT_POOL) && storage != null;
                    return new PoolStatus(
                            pool.name(),
                            promises ? storage.used() * MIB_PER_GIB : null,
                            pool.written(),
                            pool.other(),
                            pool.free(),
                            pool.size(),
                            seen.measuredAt,
                            state == HostState.CURRENT && pool.written() != null);
                })
                .toList();
    }

    /**
     * Refuses what would write more than was there before to a host whose pool is nearly full.
     *
     * @param field what asks for it
     */
    public void requireRoom(String field, HostRow host) {
        nearlyFull(host)
                .ifPresent(pool -> {
                    throw refused(field, host, pool);
                });
    }

    /**
     * The refusal of what does not fit, if that is for what is free in the host's pool and not for what is promised.
     *
     * @param field what asks for too much
     */
    public Optional<ProblemException> shortage(String field, HostRow host, String resource) {
        return resource.equals(STORAGE)
                ? nearlyFull(host).map(pool -> refused(field, host, pool))
                : Optional.empty();
    }

    private Optional<HostPool> nearlyFull(HostRow host) {
        HostObservationRow seen = em.find(HostObservationRow.class, host.id);
        return seen == null
                ? Optional.empty()
                : HostPool.of(seen.inventory).filter(lines::nearlyFull);
    }

    private ProblemException refused(String field, HostRow host, HostPool pool) {
        return ProblemException.field(
                ProblemCode.PLACEMENT_NO_HOST,
                field,
                "it would be on host %s: %s".formatted(host.name, lines.refusal(pool)),
                "more free in pool %s of host %s".formatted(pool.name(), host.name),
                null,
                "free %s GiB there by deleting what is not needed, or add as much to the pool"
                        .formatted(HostPool.inGib(lines.lacking(pool))));
    }
}
