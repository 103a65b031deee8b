package io.yunqing.controller.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan of moves that makes better use of the fleet. Each move keeps the rules of a creation once those before it are made,
 * stays within its zone, and no instance moves twice.
 *
 * @param moves in the order in which they are to be made
 * @param emptied the hosts that nothing is promised on any more
 * @param before the hosts in question as they are
 * @param after the same hosts when all moves are made
 * @param obstacle why there are no moves and what could be done about it; null if there are some
 */
public record Rebalancing(
        List<Move> moves, List<Host> emptied, Heat before, Heat after, @Nullable String obstacle) {

    public Rebalancing {
        moves = List.copyOf(moves);
        emptied = List.copyOf(emptied);
    }

    /** What the moves are for. */
    public enum Goal {
        /** Hosts on which nothing is left, to rest or to retire. */
        EMPTY,
        /** No host above a share of use. */
        RELIEVE
    }

    /**
     * What is asked for.
     *
     * @param most how many moves there may be
     * @param share from 0 to 1: a host is hot when more of its vCPUs or of its memory is promised
     * @param zone whose hosts are to be emptied or relieved; those of all when null
     */
    public record Wish(Goal goal, int most, double share, @Nullable String zone) {
        boolean concerns(Host host) {
            return zone == null || zone.equals(host.location().zone());
        }

        String limits() {
            return "with at most %d move%s%s"
                    .formatted(most, most == 1 ? "" : "s", zone == null ? "" : " in zone " + zone);
        }
    }

    /**
     * An instance to be moved.
     *
     * @param memoryMiB what has to be copied
     * @param reason what it is good for, as a sentence
     */
    public record Move(Resident resident, Host from, Host to, long memoryMiB, String reason) {}

    /**
     * How hot hosts are.
     *
     * @param hosts how many are above the share
     * @param hottest the largest share of vCPUs or memory that is promised on one of them or on any other; 0 without hosts
     */
    public record Heat(int hosts, double hottest) {
        static Heat of(FleetView view, Wish wish) {
            int hot = 0;
            double hottest = 0;
            for (int i = 0; i < view.bound(); i++) {
                if (view.present(i) && wish.concerns(view.host(i))) {
                    double heat = Relief.heat(view, i);
                    hot += heat > wish.share() ? 1 : 0;
                    hottest = Math.max(hottest, heat);
                }
            }
            return new Heat(hot, hottest);
        }
    }

    /**
     * Plans. Nothing is changed; the same view, residents, wish and seed give the same plan.
     *
     * @param residents all instances that may be moved; a host on which more is promised than theirs cannot be emptied
     */
    public static Rebalancing plan(
            FleetView view, Collection<Resident> residents, Wish wish, long seed) {
        Relocations relocations = new Relocations(view.snapshot(), residents, seed);
        return switch (wish.goal()) {
            case EMPTY -> new Emptying(relocations, wish).plan(view);
            case RELIEVE -> new Relief(relocations, wish).plan(view);
        };
    }

    static Rebalancing of(FleetView view, Wish wish, List<Move> moves, @Nullable String obstacle) {
        FleetView after = applied(view, moves);
        List<Host> emptied = new ArrayList<>();
        for (Host from : moves.stream().map(Move::from).distinct().toList()) {
            if (Emptying.idle(after, after.indexOf(from.id()))) {
                emptied.add(from);
            }
        }
        return new Rebalancing(
                moves,
                emptied,
                Heat.of(view, wish),
                Heat.of(after, wish),
                moves.isEmpty() ? obstacle : null);
    }

    /** A copy of the fleet with all moves made. */
    public FleetView applied(FleetView view) {
        return applied(view, moves);
    }

    private static FleetView applied(FleetView view, List<Move> moves) {
        FleetView after = view.snapshot();
        for (Move move : moves) {
            Amounts amounts = move.resident().request().amounts();
            after.take(after.indexOf(move.to().id()), amounts);
            after.give(after.indexOf(move.from().id()), amounts);
        }
        return after;
    }

    /** What all moves have to copy. */
    public long memoryMiB() {
        return moves.stream().mapToLong(Move::memoryMiB).sum();
    }
}
