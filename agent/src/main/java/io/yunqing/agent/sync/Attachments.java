package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.lease.Lease;
import io.yunqing.api.agent.InstanceDesired;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who has which volume, and who can be given which; and whose network is there.
 *
 * <p>A step may be about to give a volume to a domain before any look shows it, so what a run is for counts as held. That
 * way no volume is ever given to two domains, or erased under one.
 */
final class Attachments {

    private final Levels levels;
    private final Sight sight;
    private final VolumeKeeper volumes;
    private final NetworkKeeper networks;
    private final Lease lease;
    private final Collection<Run> runs;

    Attachments(
            Levels levels,
            Sight sight,
            VolumeKeeper volumes,
            NetworkKeeper networks,
            Lease lease,
            Collection<Run> runs) {
        this.levels = levels;
        this.sight = sight;
        this.volumes = volumes;
        this.networks = networks;
        this.lease = lease;
        this.runs = runs;
    }

    VolumeUse use(UUID volume) {
        for (Run run : runs) {
            if (isFor(run, volume) || has(sight.domain(run.want.id()), volume)) {
                return VolumeUse.CHANGING;
            }
        }
        return sight.domains().stream().anyMatch(domain -> has(domain, volume))
                ? VolumeUse.HELD
                : VolumeUse.FREE;
    }

    Reach reach(InstanceDesired want) {
        var desired = want.volumes();
        var have = sight.domain(want.id());
        if (desired == null) {
            // Whoever does not know of volumes does not mean that there should be none.
            return new Reach(
                    have == null ? List.of() : List.copyOf(have.volumes()),
                    networks.isReady(want),
                    obstacle(want));
        }
        var reached =
                desired.stream()
                        .filter(volume -> has(have, volume) || canBeGiven(volume, want.id()))
                        .toList();
        boolean whole =
                reached.equals(desired)
                        && desired.stream().allMatch(this::isReady)
                        && networks.isReady(want)
                        && lease.obstacle(want) == null;
        return new Reach(reached, whole, obstacle(want));
    }

    /** Other waiting ends by itself, and what goes wrong with one volume is said of it. */
    private @Nullable String obstacle(InstanceDesired want) {
        String blind = volumes.blindFor(want.volumesOrNone());
        if (blind != null) {
            return "its volumes cannot be seen: " + blind;
        }
        String unguarded = lease.trouble(want);
        if (unguarded != null) {
            return unguarded;
        }
        return networks.isReady(want) || networks.trouble() == null
                ? null
                : "its network cannot be made: " + networks.trouble();
    }

    /** Which of our instances has each volume, as the hypervisor shows. */
    Map<UUID, UUID> holders() {
        var holders = new HashMap<UUID, UUID>();
        for (ObservedDomain domain : sight.domains()) {
            if (domain.ours()) {
                domain.volumes().forEach(volume -> holders.put(volume, domain.id()));
            }
        }
        return holders;
    }

    private boolean canBeGiven(UUID volume, UUID instance) {
        return isReady(volume)
                && sight.domains().stream()
                        .noneMatch(domain -> has(domain, volume) && !domain.id().equals(instance))
                && runs.stream()
                        .noneMatch(run -> isFor(run, volume) && !run.want.id().equals(instance));
    }

    private boolean isReady(UUID volume) {
        var want = levels.volume(volume);
        return want != null && !want.deleted() && volumes.isReady(want);
    }

    private static boolean isFor(Run run, UUID volume) {
        return run.target.volumesOrNone().contains(volume);
    }

    private static boolean has(@Nullable ObservedDomain domain, UUID volume) {
        return domain != null && domain.volumes().contains(volume);
    }
}
