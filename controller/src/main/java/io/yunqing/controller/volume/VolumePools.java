package io.yunqing.controller.volume;

import io.yunqing.api.ProblemCode;
import io.yunqing.controller.fleet.HostPools;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.ledger.Refusal.ProviderFull;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.pool.PoolHosts;
import io.yunqing.controller.pool.PoolRow;
import io.yunqing.controller.storage.TierRow;
import io.yunqing.controller.tenancy.Refusals;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** In which pool a volume is, and who gives the room for it. */
@ApplicationScoped
class VolumePools {
    private static final String TIER = "spec.tier";

    private final HostPools own;
    private final PoolHosts pools;

    VolumePools(HostPools own, PoolHosts pools) {
        this.own = own;
        this.pools = pools;
    }

    /** Which provider gives the room for a volume on its host; refuses where that does not see the pool. */
    UUID provider(VolumeRow row) {
        return row.pool == null ? row.host.id : pools.provider(TIER, row.pool, row.host);
    }

    /** Refuses a host that does not see the pool that a volume is in. */
    void requireSeen(String field, VolumeRow row, HostRow host) {
        pools.provider(field, row.pool, host);
    }

    /** Refuses what would write more than was there before where a volume is, if that is nearly full. */
    void requireRoom(String field, VolumeRow row) {
        if (row.pool == null) {
            own.requireRoom(field, row.host);
        } else {
            pools.requireRoom(field, row.pool, row.host);
        }
    }

    /** The refusal of a size for which there is no room where the volume is. */
    ProblemException full(VolumeRow row, ProviderFull full, String needed) {
        Optional<String> why =
                row.pool == null
                        ? own.shortage(row.host, full.resource())
                        : pools.shortage(row.pool, row.host);
        String words = needed + why.map(more -> "; " + more).orElse("");
        return Refusals.full(
                "spec.sizeGiB",
                row.pool == null ? "host " + row.host.name : "pool " + row.pool.name,
                full,
                words,
                "ask for less");
    }

    /** Refuses another tier whose volumes are in another pool. */
    static void requireSamePool(VolumeRow row, TierRow tier) {
        PoolRow wanted = tier == null ? null : tier.pool;
        if (!same(row.pool, wanted)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    TIER,
                    "volume %s is in %s, and volumes of this tier are in %s"
                            .formatted(row.name, words(row.pool), words(wanted)),
                    "a tier of " + words(row.pool),
                    tier == null ? null : tier.name,
                    "name such a tier, or create a volume of this one and copy what is needed");
        }
    }

    /** Refuses a copy into another pool, and one in a pool of whose volumes no copies are made. */
    static void requireCopyable(VolumeRow row, VolumeRow source) {
        if (!same(row.pool, source.pool)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    TIER,
                    "volume %s is in %s, and a copy is made there"
                            .formatted(source.name, words(source.pool)),
                    "a tier of " + words(source.pool),
                    row.tier == null ? null : row.tier.name,
                    "leave it out to have a volume of its source's tier");
        }
        requireFiles("spec.copyOf", source);
    }

    /** Refuses snapshots of one moment in several pools: after a kill, some of them could be of another one. */
    static void requireOnePool(String field, List<VolumeRow> volumes) {
        VolumeRow first = volumes.getFirst();
        volumes.stream()
                .filter(other -> !same(first.pool, other.pool))
                .findFirst()
                .ifPresent(other -> {
                    throw ProblemException.field(
                            ProblemCode.FIELD_INVALID,
                            field,
                            "volume %s is in %s and volume %s in %s, and snapshots of one moment are of one pool"
                                    .formatted(
                                            first.name,
                                            words(first.pool),
                                            other.name,
                                            words(other.pool)),
                            "volumes in one pool",
                            other.name,
                            "ask for those of each pool by themselves");
                });
    }

    /**
     * Refuses what is only done with volumes that are files.
     *
     * @param field what asks for it
     */
    static void requireFiles(String field, VolumeRow row) {
        if (!row.isFile()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    field,
                    "volume %s is in pool %s of type %s, in which there are no copies, snapshots and backups"
                            .formatted(row.name, row.pool.name, row.pool.spec.type()),
                    "a volume in a pool that is a directory or NFS, or in its host's own",
                    row.name,
                    "copy what is on it from within a guest to a volume of another tier");
        }
    }

    private static boolean same(PoolRow a, PoolRow b) {
        return Objects.equals(a == null ? null : a.id, b == null ? null : b.id);
    }

    private static String words(PoolRow pool) {
        return pool == null ? "its host's own pool" : "pool " + pool.name;
    }
}
