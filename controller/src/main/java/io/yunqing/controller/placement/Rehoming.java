package io.yunqing.controller.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/** Residents whose hosts are lost, and where each of them finds another: the evaluator that places, and rules kept as then. */
public final class Rehoming {
    private Rehoming() {}

    /**
     * What becomes of one who has lost its host.
     *
     * @param decision where it goes, or why nowhere
     */
    public record Fate(Resident resident, Decision decision) {
        public boolean homeless() {
            return decision instanceof Decision.NoHost;
        }

        /**
         * Its new host's place in the view.
         *
         * @throws IllegalStateException if it found none
         */
        int index() {
            return switch (decision) {
                case Decision.Chosen chosen -> chosen.index();
                case Decision.NoHost _ -> throw new IllegalStateException("found no host");
            };
        }
    }

    /**
     * Loses hosts of a copy of the fleet, all at once.
     *
     * @param residents all who have a host: they take part if theirs is lost
     * @param rank the lower, the earlier one looks for another host; of equals the larger one does, as it fits in fewer places
     * @return their fates in that order
     */
    public static List<Fate> of(
            FleetView view,
            Predicate<Host> lost,
            Collection<Resident> residents,
            ToIntFunction<Resident> rank,
            long seed) {
        FleetView fleet = view.snapshot();
        Moves moves = new Moves();
        Set<UUID> gone = new HashSet<>();
        for (int i = 0; i < fleet.bound(); i++) {
            if (fleet.present(i) && lost.test(fleet.host(i))) {
                gone.add(fleet.host(i).id());
                moves.lost(fleet.host(i).id());
                fleet.reporting(i, false);
            }
        }
        List<Resident> displaced =
                residents.stream()
                        .filter(resident -> gone.contains(resident.host()))
                        .sorted(Comparator.comparingInt(rank).thenComparing(largestFirst(fleet)))
                        .toList();
        return carriedOut(fleet, moves, displaced, seed);
    }

    /** Places them one after the other on the fleet itself; each sees what those before it took. */
    static List<Fate> carriedOut(
            FleetView fleet, Moves moves, List<Resident> displaced, long seed) {
        List<Fate> fates = new ArrayList<>(displaced.size());
        // The fleet only becomes fuller: where there was no host once, there is none later.
        Map<Question, Decision> hopeless = new HashMap<>();
        for (Resident resident : displaced) {
            Request again = resident.request().after(moves);
            Decision decision = again.social() ? null : hopeless.get(again.question());
            if (decision == null) {
                decision = Placement.choose(fleet, again, seed);
            }
            switch (decision) {
                case Decision.Chosen chosen -> {
                    fleet.take(chosen.index(), again.amounts());
                    moves.joined(again, chosen.host().id());
                }
                case Decision.NoHost none -> {
                    if (!again.social()) {
                        hopeless.put(again.question(), none);
                    }
                }
            }
            fates.add(new Fate(resident, decision));
        }
        return fates;
    }

    /** By the largest part of any resource of the whole fleet that a resident takes; of equals by id. */
    static Comparator<Resident> largestFirst(FleetView fleet) {
        double[] whole = new double[fleet.resources().size()];
        for (int i = 0; i < fleet.bound(); i++) {
            for (int r = 0; r < whole.length; r++) {
                whole[r] += fleet.limit(i, r);
            }
        }
        return Comparator.comparingDouble(
                        (Resident resident) -> -share(resident.request().amounts(), whole))
                .thenComparing(Resident::id);
    }

    private static double share(Amounts amounts, double[] whole) {
        double most = 0;
        for (int r = 0; r < Math.min(amounts.length(), whole.length); r++) {
            most = Math.max(most, whole[r] == 0 ? 0 : amounts.at(r) / whole[r]);
        }
        return most;
    }
}
