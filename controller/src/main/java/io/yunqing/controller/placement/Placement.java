package io.yunqing.controller.placement;

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
        survey.conduct(request.question());
        Shortlist best = view.shortlist();
        best.clear();
        int begin = begin(seed, view.bound());
        int[] turnedAway = survey.turnedAway();
        if (request.social()) {
            view.company().meet(view, request);
            lookAround(view, begin, turnedAway);
        } else {
            survey.best(begin, best);
        }
        if (best.size() == 0) {
            return new Decision.NoHost(
                    Explanation.refusal(view, turnedAway, survey.remedy(request)));
        }
        return new Decision.Chosen(
                best.index(0),
                view.host(best.index(0)),
                Explanation.choice(view, request, turnedAway));
    }

    /** Fills the shortlist from all hosts that company allows, and counts those that it does not. */
    private static void lookAround(FleetView view, int begin, int[] turnedAway) {
        Survey survey = view.survey();
        Company company = view.company();
        Shortlist best = view.shortlist();
        int bound = view.bound();
        for (int n = 0, i = begin; n < bound; n++, i = i + 1 == bound ? 0 : i + 1) {
            if (!view.present(i)) {
                continue;
            }
            int verdict = survey.verdict(i);
            boolean fits = verdict == Constraint.FITS;
            if (!fits && verdict < Constraint.FIRST_RESOURCE) {
                continue;
            }
            if (!company.allows(view, i)) {
                turnedAway[Constraint.GROUP.verdict()]++;
                turnedAway[verdict] -= fits ? 0 : 1;
            } else if (fits) {
                int key = Ranking.sum(survey.key(i), company.score(view, i));
                if (key > best.bar()) {
                    best.add(i, key);
                }
            }
        }
    }

    /** Any index, as the seed will have it. The multiplier spreads neighbouring seeds over the whole fleet. */
    private static int begin(long seed, int bound) {
        long mixed = (seed ^ (seed >>> 32)) * 0x9e37_79b9_7f4a_7c15L;
        return bound == 0 ? 0 : (int) ((mixed >>> 33) % bound);
    }
}
