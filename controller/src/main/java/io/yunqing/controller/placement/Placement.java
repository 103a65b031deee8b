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
        Question question = request.question(view.keepsHostsFor(request.owner()));
        Ranking ranking = view.rankings().of(view, question);
        Shortlist best = view.shortlist();
        best.clear();
        int begin = begin(seed, view.bound());
        int[] turnedAway;
        if (request.social()) {
            view.company().meet(view, request);
            turnedAway = lookAround(view, ranking, begin);
        } else {
            ranking.best(begin, best);
            turnedAway = ranking.turnedAway().clone();
        }
        if (best.size() == 0) {
            return new Decision.NoHost(
                    Explanation.refusal(view, turnedAway, ranking.remedy(view, request)));
        }
        return new Decision.Chosen(
                best.index(0),
                view.host(best.index(0)),
                Explanation.choice(view, request, question, turnedAway));
    }

    /**
     * Why the host is not made for the request, whatever room there is on it: {@code trait} or {@code numa}, as in explanations.
     * For one that is there already, and is to become another size.
     */
    public static Optional<String> unsuited(FleetView view, int index, Request request) {
        Question question = request.question(false);
        return Stream.of(Constraint.TRAIT, Constraint.NUMA)
                .filter(constraint -> constraint.broken(view, index, question))
                .map(Constraint::word)
                .findFirst();
    }

    /** Fills the shortlist from all hosts that company allows. Returns how many each verdict turned away. */
    private static int[] lookAround(FleetView view, Ranking ranking, int begin) {
        int[] turnedAway = ranking.turnedAway().clone();
        Company company = view.company();
        Shortlist best = view.shortlist();
        int bound = view.bound();
        for (int n = 0, i = begin; n < bound; n++, i = i + 1 == bound ? 0 : i + 1) {
            int verdict = ranking.verdict(i);
            boolean fits = ranking.key(i) != Ranking.NO_KEY;
            if (!fits && verdict < Constraint.FIRST_RESOURCE) {
                continue;
            }
            if (!company.allows(view, i)) {
                turnedAway[Constraint.GROUP.verdict()]++;
                turnedAway[verdict] -= fits ? 0 : 1;
            } else if (fits) {
                int key = Ranking.sum(ranking.key(i), company.score(view, i));
                if (key > best.bar()) {
                    best.add(i, key);
                }
            }
        }
        return turnedAway;
    }

    /** Any index, as the seed will have it. The multiplier spreads neighbouring seeds over the whole fleet. */
    private static int begin(long seed, int bound) {
        long mixed = (seed ^ (seed >>> 32)) * 0x9e37_79b9_7f4a_7c15L;
        return bound == 0 ? 0 : (int) ((mixed >>> 33) % bound);
    }
}
