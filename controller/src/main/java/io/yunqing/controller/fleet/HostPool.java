package io.yunqing.controller.fleet;

import io.yunqing.api.HostInventory;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.controller.ledger.Ledger.Backing;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;

/**
 * A pool that disks are in, in MiB.
 *
 * @param written what the disks of instances and volumes really take; null from agents that do not measure it
 * @param other what the rest of Yunqing's files takes; null as {@code written}
 * @param free what is left for all that write
 */
public record HostPool(String name, long size, Long written, Long other, long free) {
    private static final int PERCENT = 100;
    private static final int MIB_PER_GIB = 1024;

    /** The pool that promises are made from, if the host has it. */
    static Optional<HostPool> of(HostInventory inventory) {
        return inventory == null
                ? Optional.empty()
                : inventory.pools().stream()
                        .filter(pool -> pool.name().equals(Fleet.DEFAULT_POOL))
                        .map(HostPool::of)
                        .findFirst();
    }

    static HostPool of(HostInventory.Pool pool) {
        PoolUse use = pool.use();
        return use == null
                ? new HostPool(
                        pool.name(),
                        pool.capacityGiB() * MIB_PER_GIB,
                        null,
                        null,
                        pool.availableGiB() * MIB_PER_GIB)
                : of(pool.name(), use);
    }

    /** A pool that was measured. */
    public static HostPool of(String name, PoolUse use) {
        return new HostPool(name, use.sizeMiB(), use.disksMiB(), use.otherMiB(), use.freeMiB());
    }

    /** Whether less than so much of it is free. */
    boolean below(int percent) {
        return free * PERCENT < size * percent;
    }

    /**
     * What there is to write on. All that an agent does not tell apart counts as written for the sake of promises: that holds
     * where the pool is Yunqing's alone.
     */
    Backing backing() {
        long taken = written == null ? Math.max(0, size - free) : written;
        return new Backing(gib(taken), gib(free));
    }

    private static BigDecimal gib(long mib) {
        return BigDecimal.valueOf(mib).divide(BigDecimal.valueOf(MIB_PER_GIB));
    }

    /** Such as {@code 3.1 GiB of pool default's 40.0 GiB are free}. */
    String words() {
        return "%s GiB of pool %s's %s GiB are free".formatted(inGib(free), name, inGib(size));
    }

    /** An amount of MiB in GiB, as people read it. */
    public static String inGib(long mib) {
        return String.format(Locale.ROOT, "%.1f", (double) mib / MIB_PER_GIB);
    }
}
