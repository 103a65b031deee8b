package io.yunqing.controller.placement;

import io.yunqing.controller.placement.Rebalancing.Wish;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Brings hot hosts below a share of use, the hottest first, without making another one hot. Of a host's instances, the one
 * with least memory goes that is enough by itself; if none is, the one that makes the largest difference.
 */
final class Relief {
    private static final List<String> MEASURED = List.of(PackingPolicy.VCPUS, PackingPolicy.MEMORY);

    private final Relocations relocations;
    private final FleetView fleet;
    private final Wish wish;

    Relief(Relocations relocations, Wish wish) {
        this.relocations = relocations;
        this.fleet = relocations.fleet();
        this.wish = wish;
    }

    /** The larger of the shares of its vCPUs and its memory that a host has promised; above 1 if it promised too much. */
    static double heat(FleetView view, int index) {
        return heatWithout(view, index, Amounts.of());
    }

    private static double heatWithout(FleetView view, int index, Amounts amounts) {
        double most = 0;
        for (String resource : MEASURED) {
            int r = view.resources().indexOf(resource);
            long used = r < 0 ? 0 : view.used(index, r) - amounts.at(r);
            if (used > 0) {
                // A host that has nothing to promise is full with anything on it.
                most =
                        Math.max(
                                most,
                                view.limit(index, r) == 0
                                        ? 1
                                        : (double) used / view.limit(index, r));
            }
        }
        return most;
    }

    Rebalancing plan(FleetView view) {
        List<Integer> hot = new ArrayList<>();
        for (int i = 0; i < fleet.bound(); i++) {
            if (fleet.present(i)) {
                if (heat(fleet, i) > wish.share()) {
                    hot.add(i);
                    fleet.schedulable(i, false);
                } else {
                    lowerLimits(i);
                }
            }
        }
        hot.removeIf(host -> !fleet.reporting(host) || !wish.concerns(fleet.host(host)));
        hot.sort(
                Comparator.comparingDouble((Integer host) -> -heat(fleet, host))
                        .thenComparing(host -> fleet.host(host).name())
                        .thenComparing(host -> fleet.host(host).id()));
        for (int host : hot) {
            relieve(host);
        }
        return Rebalancing.of(view, wish, relocations.moves(), obstacle(hot));
    }

    /** Lets a host that is not hot promise only so much that it will not be. */
    private void lowerLimits(int index) {
        long[] limits = new long[fleet.resources().size()];
        for (int r = 0; r < limits.length; r++) {
            long limit = fleet.limit(index, r);
            limits[r] =
                    MEASURED.contains(fleet.resources().get(r))
                            ? (long) Math.floor(limit * wish.share())
                            : limit;
        }
        fleet.setLimits(index, Amounts.of(limits));
    }

    private void relieve(int host) {
        Set<Resident> tried = new HashSet<>();
        while (heat(fleet, host) > wish.share()
                && relocations.count() < wish.most()
                && !relocations.triedEnough()) {
            Resident next =
                    relocations.residents(host).stream()
                            .filter(resident -> !tried.contains(resident))
                            .filter(resident -> heatWithout(host, resident) < heat(fleet, host))
                            .min(bestFirst(host))
                            .orElse(null);
            if (next == null) {
                return;
            }
            tried.add(next);
            relocations.move(next, host, reason(host, next));
        }
    }

    private Comparator<Resident> bestFirst(int host) {
        return Comparator.comparingDouble(
                        (Resident resident) -> Math.max(wish.share(), heatWithout(host, resident)))
                .thenComparingLong(relocations::memoryMiB)
                .thenComparing(Resident::id);
    }

    private double heatWithout(int host, Resident resident) {
        return heatWithout(fleet, host, resident.request().amounts());
    }

    private String reason(int host, Resident resident) {
        return "brings host %s from %s to %s"
                .formatted(
                        fleet.host(host).name(),
                        percent(heat(fleet, host)),
                        percent(heatWithout(host, resident)));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f%%", 100 * share);
    }

    private String obstacle(List<Integer> hot) {
        String share = percent(wish.share());
        if (hot.isEmpty()) {
            return "no host%s that is heard from has promised more than %s of its vCPUs or memory: there is nothing to relieve; ask with a lower share to go further"
                    .formatted(wish.zone() == null ? "" : " of zone " + wish.zone(), share);
        }
        int hottest = hot.getFirst();
        return "no host can be relieved %s: no instance of host %s, which has promised %s of its vCPUs or memory, finds another host that would stay at %s or below: add hosts, or ask with a higher share"
                .formatted(
                        wish.limits(),
                        fleet.host(hottest).name(),
                        percent(heat(fleet, hottest)),
                        share);
    }
}
