package io.yunqing.controller.fleet;

import io.yunqing.controller.ledger.Ledger.Backing;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How little may be free in a host's pool before people are warned, and before nothing new comes to it. */
@ApplicationScoped
public class PoolLines {
    private static final Backing NOTHING = new Backing(BigDecimal.ZERO, BigDecimal.ZERO);

    private final int warn;
    private final int refuse;

    /**
     * @param warn in percent of the pool
     * @param refuse in percent of the pool
     */
    PoolLines(
            @ConfigProperty(name = "yunqing.pools.warn") int warn,
            @ConfigProperty(name = "yunqing.pools.refuse") int refuse) {
        this.warn = warn;
        this.refuse = refuse;
    }

    /** Below which people are warned, in percent of a pool. */
    public int warn() {
        return warn;
    }

    /** Below which nothing new comes, in percent of a pool. */
    public int refuse() {
        return refuse;
    }

    /** Whether people are to be warned. */
    boolean filling(HostPool pool) {
        return pool.below(warn);
    }

    /** Whether nothing new comes to it. */
    public boolean nearlyFull(HostPool pool) {
        return pool.below(refuse);
    }

    /** What may be promised of it, whatever the terms allow. */
    public Backing backing(HostPool pool) {
        return nearlyFull(pool) ? NOTHING : pool.backing();
    }

    /** Why nothing new comes to a pool that is nearly full. */
    public String refusal(HostPool pool) {
        return "%s, and below %d %% nothing new comes to it".formatted(pool.words(), refuse);
    }

    /** Why less of it may be promised than by the terms, and what to do. */
    public String shortage(HostPool pool) {
        return nearlyFull(pool)
                ? "%s: free %s GiB there, or add as much to the pool"
                        .formatted(refusal(pool), HostPool.inGib(lacking(pool)))
                : "%s, and what is promised there and not written yet does not leave enough of it: free some space, or add some"
                        .formatted(pool.words());
    }

    /** How much has to be freed before anything new comes to it, in MiB. */
    public long lacking(HostPool pool) {
        return Math.max(0, Math.ceilDiv(pool.size() * refuse, 100) - pool.free());
    }
}
