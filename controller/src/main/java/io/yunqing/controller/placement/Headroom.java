package io.yunqing.controller.placement;

import io.yunqing.controller.placement.Rehoming.Fate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How many more of a request the fleet takes, now and after it has lost a part.
 *
 * @param now if nothing is lost
 * @param worst by kind of part, the one whose loss leaves most residents without a host, and of those the one that leaves
 *     least room: of hosts, racks and zones, as far as there are any
 */
public record Headroom(long now, List<Loss> worst) {
    /**
     * A part of the fleet lost, its residents placed elsewhere.
     *
     * @param name the host's, the rack's or the zone's
     * @param fits how many more of the request there is room for afterwards
     * @param residents how many had to be placed elsewhere
     * @param homeless those for which no host was found
     */
    public record Loss(Scope scope, String name, long fits, int residents, List<UUID> homeless) {
        private static final Comparator<Loss> WORST_FIRST =
                Comparator.comparingInt((Loss loss) -> -loss.homeless().size())
                        .thenComparingLong(Loss::fits)
                        .thenComparing(Loss::name);
    }

    /** How many more of the request there is room for now. */
    public static long now(FleetView view, Request request) {
        return new Fits(view.snapshot(), request).total();
    }

    /**
     * Headroom with the losses tried out, each on its own.
     *
     * @param residents all who have a host: they take part in a loss if theirs is lost
     */
    public static Headroom of(
            FleetView view, Request request, Collection<Resident> residents, long seed) {
        Trial trial = new Trial(view, request, residents, seed);
        long now = trial.fits.total();
        List<Loss> worst = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            Loss of = trial.worst(scope);
            if (of != null) {
                worst.add(of);
            }
        }
        return new Headroom(now, worst);
    }

    /** One copy of the fleet, on which each loss is tried and undone. */
    private static final class Trial {
        private final FleetView before;
        private final FleetView fleet;
        private final Request request;
        private final long seed;
        private final Fits fits;
        private final Map<UUID, List<Resident>> byHost = new HashMap<>();
        private final Comparator<Resident> largestFirst;

        Trial(FleetView before, Request request, Collection<Resident> residents, long seed) {
            this.before = before;
            this.fleet = before.snapshot();
            this.request = request;
            this.seed = seed;
            this.fits = new Fits(fleet, request);
            for (Resident resident : residents) {
                byHost.computeIfAbsent(resident.host(), _ -> new ArrayList<>()).add(resident);
            }
            this.largestFirst = Rehoming.largestFirst(fleet);
        }

        @Nullable Loss worst(Scope scope) {
            Map<String, List<Integer>> parts = new TreeMap<>();
            for (int i = 0; i < fleet.bound(); i++) {
                String name = fleet.present(i) ? scope.nameOf(fleet.host(i)) : null;
                if (name != null) {
                    parts.computeIfAbsent(name, _ -> new ArrayList<>()).add(i);
                }
            }
            return parts.entrySet().stream()
                    .map(part -> lose(scope, part.getKey(), part.getValue()))
                    .min(Loss.WORST_FIRST)
                    .orElse(null);
        }

        private Loss lose(Scope scope, String name, List<Integer> hosts) {
            List<Integer> heard = hosts.stream().filter(fleet::reporting).toList();
            fleet.weighAs(before);
            Moves moves = new Moves();
            List<Resident> moving = new ArrayList<>();
            for (int index : hosts) {
                UUID id = fleet.host(index).id();
                moves.lost(id);
                moving.addAll(byHost.getOrDefault(id, List.of()));
                fleet.reporting(index, false);
                fits.recount(index);
            }
            moving.sort(largestFirst);
            List<Fate> fates = Rehoming.carriedOut(fleet, moves, moving, seed);
            List<Fate> placed = fates.stream().filter(fate -> !fate.homeless()).toList();
            placed.forEach(fate -> fits.recount(fate.index()));
            long left =
                    request.social() ? new Fits(fleet, request.after(moves)).total() : fits.total();
            placed.forEach(fate -> {
                fleet.give(fate.index(), fate.resident().request().amounts());
                fits.recount(fate.index());
            });
            heard.forEach(index -> fleet.reporting(index, true));
            hosts.forEach(fits::recount);
            return new Loss(
                    scope,
                    name,
                    left,
                    moving.size(),
                    fates.stream()
                            .filter(Fate::homeless)
                            .map(fate -> fate.resident().id())
                            .toList());
        }
    }
}
