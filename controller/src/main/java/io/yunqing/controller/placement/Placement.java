package io.yunqing.controller.placement;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * Chooses the host for a request: constraints first, then the best sum of named, weighted terms. The same view, request and
 * seed give the same answer; different seeds choose differently among hosts of the same score.
 */
public final class Placement {
    private Placement() {}

    /**
     * Looks for the best host. Changes nothing: who accepts the answer counts it with {@link FleetView#take}.
     *
     * @param seed where to begin looking, which decides among equals; each replica of the controller has its own
     */
    public static Decision choose(FleetView view, Request request, long seed) {
        Survey survey = view.survey();
        survey.conduct(request);
        Shortlist best = view.shortlist();
        best.clear();
        survey.best(begin(seed, view.bound()), best);
        int[] turnedAway = survey.turnedAway();
        if (best.size() == 0) {
            return new Decision.NoHost(Explanation.refusal(view, turnedAway, survey.remedy()));
        }
        return new Decision.Chosen(
                best.index(0),
                view.host(best.index(0)),
                Explanation.choice(view, request, turnedAway));
    }

    /**
     * Why the host is not made for the request, whatever room there is on it: {@code trait} or {@code numa}, as in explanations.
     * For one that is there already, and is to become another size.
     */
    public static Optional<String> unsuited(FleetView view, int index, Request request) {
        return Stream.of(Constraint.TRAIT, Constraint.NUMA)
                .filter(constraint -> constraint.broken(view, index, request.question()))
                .map(Constraint::word)
                .findFirst();
    }

    /** Any index, as the seed will have it. The multiplier spreads neighbouring seeds over the whole fleet. */
    private static int begin(long seed, int bound) {
        long mixed = (seed ^ (seed >>> 32)) * 0x9e37_79b9_7f4a_7c15L;
        return bound == 0 ? 0 : (int) ((mixed >>> 33) % bound);
    }
}
