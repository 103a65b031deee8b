package io.yunqing.controller.placement;

import java.util.ArrayList;
import java.util.List;

/** What would happen: requests placed one after the other, and nothing of it kept. */
public final class Simulation {
    private Simulation() {}

    /**
     * The decisions in the order of the requests. Each sees what those before it took, and the members that they added to its
     * groups.
     */
    public static List<Decision> run(FleetView view, List<Request> requests, long seed) {
        FleetView copy = view.snapshot();
        Moves moves = new Moves();
        List<Decision> decisions = new ArrayList<>();
        for (Request asked : requests) {
            Request request = asked.after(moves);
            Decision decision = Placement.choose(copy, request, seed);
            if (decision instanceof Decision.Chosen chosen) {
                copy.take(chosen.index(), request.amounts());
                moves.joined(request, chosen.host().id());
            }
            decisions.add(decision);
        }
        return decisions;
    }
}
