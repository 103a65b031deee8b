package io.yunqing.solver;

import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.HostFacts;
import io.yunqing.controller.placement.Placement;
import io.yunqing.controller.placement.Rebalancing.Move;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Makes the moves of a plan one after the other on a copy of the fleet, whoever planned them. Placement itself is the judge: asked
 * for a host in a fleet of nothing but the target, it must choose it.
 */
final class Replay {
    private final FleetView before;
    private final FleetView view;
    private final Set<UUID> moved = new HashSet<>();
    private final Set<Integer> sources = new HashSet<>();

    private Replay(FleetView fleet) {
        before = fleet;
        view = fleet.snapshot();
    }

    /**
     * How many hosts the moves empty.
     *
     * @throws AssertionError if they are too many, one is not allowed when its turn comes, or a host is emptied by halves
     */
    static int emptied(FleetView fleet, List<Move> moves, int most) {
        Replay replay = new Replay(fleet);
        require(moves.size() <= most, moves.size() + " moves where " + most + " are allowed");
        moves.forEach(replay::make);
        for (int source : replay.sources) {
            require(idle(replay.view, source), "left by halves: " + fleet.host(source));
        }
        return replay.sources.size();
    }

    private void make(Move move) {
        int from = view.indexOf(move.from().id());
        int to = view.indexOf(move.to().id());
        Amounts amounts = move.resident().request().amounts();
        require(move.resident().host().equals(move.from().id()), "is not there: " + move);
        require(moved.add(move.resident().id()), "moved twice: " + move);
        require(
                move.from().location().zone().equals(move.to().location().zone()),
                "leaves its zone: " + move);
        require(before.reporting(from), "from a silent host: " + move);
        require(!idle(before, to), "to an empty host: " + move);
        require(chosenAlone(move, to), "not allowed: " + move);
        view.take(to, amounts);
        view.give(from, amounts);
        sources.add(from);
    }

    private boolean chosenAlone(Move move, int to) {
        FleetView alone = new FleetView(view.resources());
        alone.put(
                new HostFacts(
                        view.host(to),
                        view.reporting(to),
                        view.schedulable(to),
                        Amounts.of(resources(r -> view.limit(to, r))),
                        Amounts.of(resources(r -> view.used(to, r)))));
        return Placement.choose(alone, move.resident().request(), 0) instanceof Chosen;
    }

    private interface Column {
        long at(int resource);
    }

    private long[] resources(Column column) {
        return IntStream.range(0, view.resources().size()).mapToLong(column::at).toArray();
    }

    static boolean idle(FleetView view, int index) {
        return IntStream.range(0, view.resources().size()).allMatch(r -> view.used(index, r) == 0);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
