package io.yunqing.controller.placement;

import io.yunqing.controller.placement.Rebalancing.Move;
import io.yunqing.controller.placement.Rebalancing.Wish;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Empties as many hosts as the moves allow. A host is emptied as a whole or left alone; one that has taken instances in is not
 * emptied, and none goes to an empty host.
 *
 * <p>Hosts are tried in three orders: fewest instances first, which empties most; least memory first, which may empty as many
 * for less; and by both, as moves are scarce too. Whether instances of one host go to another that could be emptied next is a
 * choice: the first hosts in the order are spared, as many as the moves may reach, then half of them, and so on down to none or
 * until as many are emptied as so many moves can ever empty. The best of all attempts counts: that with most hosts, of
 * equals that with least memory to copy.
 */
final class Emptying {
    private final Relocations relocations;
    private final FleetView fleet;
    private final Wish wish;

    Emptying(Relocations relocations, Wish wish) {
        this.relocations = relocations;
        this.fleet = relocations.fleet();
        this.wish = wish;
    }

    /** What one way of sparing hosts came to. */
    private record Outcome(int emptied, List<Move> moves) {
        boolean betterThan(Outcome other) {
            return emptied > other.emptied
                    || (emptied == other.emptied && memoryMiB() < other.memoryMiB());
        }

        private long memoryMiB() {
            return moves.stream().mapToLong(Move::memoryMiB).sum();
        }
    }

    Rebalancing plan(FleetView view) {
        List<Integer> candidates = candidates();
        for (int i = 0; i < fleet.bound(); i++) {
            if (fleet.present(i) && idle(fleet, i)) {
                fleet.schedulable(i, false);
            }
        }
        Outcome best = new Outcome(0, List.of());
        int bound = reach(candidates);
        for (List<Integer> order : orders(candidates)) {
            Outcome outcome = sparingFewerAndFewer(order, bound, view);
            best = outcome.betterThan(best) ? outcome : best;
        }
        return Rebalancing.of(view, wish, best.moves(), obstacle(candidates));
    }

    private List<List<Integer>> orders(List<Integer> candidates) {
        long memory = candidates.stream().mapToLong(this::memoryMiB).sum();
        long instances =
                candidates.stream().mapToLong(host -> relocations.residents(host).size()).sum();
        List<Integer> leastMemory = new ArrayList<>(candidates);
        leastMemory.sort(Comparator.comparingLong(this::memoryMiB));
        List<Integer> leastOfBoth = new ArrayList<>(candidates);
        // Each by its part of all, without a division.
        leastOfBoth.sort(
                Comparator.comparingLong(host ->
                        memoryMiB(host) * instances + relocations.residents(host).size() * memory));
        return List.of(candidates, leastMemory, leastOfBoth);
    }

    /**
     * The best of one order.
     *
     * @param bound as many hosts as can be emptied at most
     */
    private Outcome sparingFewerAndFewer(List<Integer> order, int bound, FleetView view) {
        int spared = reach(order);
        Outcome best = attempt(order, spared, view);
        while (spared > 0 && best.emptied() < bound) {
            spared /= 2;
            Outcome outcome = attempt(order, spared, view);
            best = outcome.betterThan(best) ? outcome : best;
        }
        return best;
    }

    /** How many of the candidates the moves could empty at most. */
    private int reach(List<Integer> candidates) {
        int instances = 0;
        int hosts = 0;
        for (int host : candidates) {
            instances += relocations.residents(host).size();
            if (instances > wish.most()) {
                break;
            }
            hosts++;
        }
        return hosts;
    }

    /** Empties what it can with the first so many candidates spared, and takes all back. */
    private Outcome attempt(List<Integer> candidates, int spared, FleetView view) {
        candidates.subList(0, spared).forEach(host -> fleet.schedulable(host, false));
        relocations.begin();
        Set<Integer> receivers = new HashSet<>();
        int emptied = 0;
        for (int host : candidates) {
            int done = relocations.count();
            if (relocations.triedEnough() || done == wish.most()) {
                break;
            }
            if (!receivers.contains(host)
                    && done + relocations.residents(host).size() <= wish.most()) {
                if (empty(host)) {
                    emptied++;
                    receivers.addAll(relocations.targetsSince(done));
                } else {
                    fleet.schedulable(host, view.schedulable(host));
                }
            }
        }
        Outcome outcome = new Outcome(emptied, relocations.moves());
        relocations.backTo(0);
        candidates.forEach(host -> fleet.schedulable(host, view.schedulable(host)));
        return outcome;
    }

    /** Whether nothing is promised on a host. */
    static boolean idle(FleetView view, int index) {
        for (int r = 0; r < view.resources().size(); r++) {
            if (view.used(index, r) > 0) {
                return false;
            }
        }
        return true;
    }

    /** The hosts that would be empty without their residents, those with fewest first. */
    private List<Integer> candidates() {
        List<Integer> candidates = new ArrayList<>();
        for (int i = 0; i < fleet.bound(); i++) {
            if (fleet.present(i)
                    && fleet.reporting(i)
                    && wish.concerns(fleet.host(i))
                    && !relocations.residents(i).isEmpty()
                    && onlyResidents(i)) {
                candidates.add(i);
            }
        }
        candidates.sort(
                Comparator.comparingInt((Integer host) -> relocations.residents(host).size())
                        .thenComparingLong(this::memoryMiB)
                        .thenComparing(host -> fleet.host(host).name())
                        .thenComparing(host -> fleet.host(host).id()));
        return candidates;
    }

    private boolean onlyResidents(int host) {
        long[] used = new long[fleet.resources().size()];
        for (Resident resident : relocations.residents(host)) {
            Amounts amounts = resident.request().amounts();
            for (int r = 0; r < amounts.length(); r++) {
                used[r] += amounts.at(r);
            }
        }
        for (int r = 0; r < used.length; r++) {
            if (used[r] != fleet.used(host, r)) {
                return false;
            }
        }
        return true;
    }

    private long memoryMiB(int host) {
        return relocations.residents(host).stream().mapToLong(relocations::memoryMiB).sum();
    }

    /** Moves all residents of a host away. Returns whether there is room; if not, none has moved. */
    private boolean empty(int host) {
        int done = relocations.count();
        List<Resident> residents = relocations.residents(host);
        String reason =
                residents.size() == 1
                        ? "host %s is empty without it".formatted(fleet.host(host).name())
                        : "host %s is empty when its %d instances have gone"
                                .formatted(fleet.host(host).name(), residents.size());
        fleet.schedulable(host, false);
        for (Resident resident : residents) {
            if (!relocations.move(resident, host, reason)) {
                relocations.backTo(done);
                return false;
            }
        }
        return true;
    }

    private String obstacle(List<Integer> candidates) {
        String none = "no host can be emptied " + wish.limits() + ": ";
        if (candidates.isEmpty()) {
            return none
                    + "none is heard from that has instances, and nothing that cannot be moved beside them; what is being deleted must be gone first";
        }
        int first = candidates.getFirst();
        String name = fleet.host(first).name();
        int instances = relocations.residents(first).size();
        return none
                + (instances > wish.most()
                        ? "host %s has the fewest instances, %d: allow so many moves"
                                .formatted(name, instances)
                        : "host %s has the fewest instances, %d, and no other host in use of its zone has room for them: free some there, or allow more moves"
                                .formatted(name, instances));
    }
}
