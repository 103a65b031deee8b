package io.yunqing.controller.fleet;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Capacity;
import io.yunqing.api.HostPoolStatus;
import io.yunqing.api.HostState;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.LockModeType;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** What of hosts' pools is promised, written and free, and what follows from it for what may still be promised. */
@ApplicationScoped
public class HostPools {
    /** The resource that promises from pools are of. */
    public static final String STORAGE = "storageGiB";

    private static final long MIB_PER_GIB = 1024;
    private static final Duration HOLDS_FOR = Duration.ofMinutes(10);
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
    static List<HostPoolStatus> status(
            HostObservationRow seen, HostState state, Map<String, Capacity> capacity, Instant now) {
        if (seen.inventory == null) {
            return List.of();
        }
        Capacity storage = capacity.get(STORAGE);
        return seen.inventory.pools().stream()
                .map(one -> {
                    HostPool pool = HostPool.of(one);
                    boolean promises = pool.name().equals(Fleet.DEFAULT_POOL) && storage != null;
                    return new HostPoolStatus(
                            pool.name(),
                            promises ? storage.used() * MIB_PER_GIB : null,
                            pool.written(),
                            pool.other(),
                            pool.free(),
                            pool.size(),
                            seen.measuredAt,
                            isCurrent(pool, state, seen.measuredAt, now));
                })
                .toList();
    }

    /** Whether numbers are of now: an agent that measures says so every few minutes, unless its storage hangs. */
    static boolean isCurrent(HostPool pool, HostState state, Instant measuredAt, Instant now) {
        return state == HostState.CURRENT
                && pool.written() != null
                && measuredAt != null
                && !measuredAt.isBefore(now.minus(HOLDS_FOR));
    }

    /** What may be promised by the terms, whatever there is to write on. */
    public static long byTerms(Capacity has) {
        return BigDecimal.valueOf(Math.max(0, has.physical() - has.reserved()))
                .multiply(has.ratio())
                .longValue();
    }

    /**
     * Refuses what would write more than was there before to a host whose pool is nearly full.
     *
     * @param field what asks for it
     */
    public void requireRoom(String field, HostRow host) {
        pool(host)
                .filter(lines::nearlyFull)
                .ifPresent(pool -> {
                    throw refused(field, host, pool);
                });
    }

    /**
     * What the refusal for want of storage on a host has to say beside the amounts: why its pool bears less than its terms allow.
     * Empty when they are what refuses.
     */
    public Optional<String> shortage(HostRow host, String resource) {
        Capacity has =
                resource.equals(STORAGE)
                        ? ledger.capacities(List.of(host.id)).get(host.id).get(STORAGE)
                        : null;
        return has == null || has.limit() >= byTerms(has)
                ? Optional.empty()
                : pool(host).map(lines::shortage);
    }

    private Optional<HostPool> pool(HostRow host) {
        HostObservationRow seen = em.find(HostObservationRow.class, host.id);
        return seen == null ? Optional.empty() : HostPool.of(seen.inventory);
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
