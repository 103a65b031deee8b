package io.yunqing.controller.placement;

import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.PlacementExplanation.Candidate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a decision was made of, as numbers. It holds nothing of the view, so that it can be put into words at any time and by
 * any thread, or never.
 */
public final class Explanation {
    private final int hostsSeen;
    private final List<String> resources;
    private final int[] turnedAway;
    private final Host[] best;
    private final double[][] terms;
    private final @Nullable String miss;

    private Explanation(
            FleetView view,
            int[] turnedAway,
            Host[] best,
            double[][] terms,
            @Nullable String miss) {
        this.hostsSeen = view.size();
        this.resources = view.resources();
        this.turnedAway = turnedAway;
        this.best = best;
        this.terms = terms;
        this.miss = miss;
    }

    static Explanation refusal(FleetView view, int[] turnedAway, String miss) {
        return new Explanation(view, turnedAway, new Host[0], new double[0][], miss);
    }

    /** Of the hosts on the view's shortlist. */
    static Explanation choice(FleetView view, Request request, int[] turnedAway) {
        Shortlist list = view.shortlist();
        Host[] best = new Host[list.size()];
        double[][] terms = new double[list.size()][];
        for (int place = 0; place < best.length; place++) {
            int index = list.index(place);
            best[place] = view.host(index);
            double[] packing = PackingPolicy.terms(view, index, request.amounts());
            terms[place] =
                    request.social() ? joined(packing, view.company().terms(index)) : packing;
        }
        return new Explanation(view, turnedAway, best, terms, null);
    }

    /** How many hosts were considered. */
    public int hostsSeen() {
        return hostsSeen;
    }

    /** In words, as it is kept and shown. */
    public PlacementExplanation render() {
        return new PlacementExplanation(
                best.length == 0 ? null : best[0].name(), hostsSeen, counts(), candidates(), miss);
    }

    private Map<String, Integer> counts() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int verdict = 1; verdict < turnedAway.length; verdict++) {
            if (turnedAway[verdict] > 0) {
                counts.put(word(verdict), turnedAway[verdict]);
            }
        }
        return counts;
    }

    private String word(int verdict) {
        Constraint constraint = Constraint.of(verdict);
        return constraint != null
                ? constraint.word()
                : FleetView.resourceName(resources, verdict - Constraint.FIRST_RESOURCE);
    }

    private List<Candidate> candidates() {
        List<Candidate> candidates = new ArrayList<>();
        for (int place = 0; place < best.length; place++) {
            Map<String, Double> named = new LinkedHashMap<>();
            double score = 0;
            for (int i = 0; i < terms[place].length; i++) {
                double term = rounded(terms[place][i]);
                if (term != 0) {
                    named.put(name(i), term);
                }
                score += term;
            }
            candidates.add(new Candidate(best[place].name(), rounded(score), named));
        }
        return candidates;
    }

    private static String name(int term) {
        int packing = PackingPolicy.TERMS.size();
        return term < packing ? PackingPolicy.TERMS.get(term) : Company.TERMS.get(term - packing);
    }

    private static double[] joined(double[] first, double[] second) {
        double[] all = new double[first.length + second.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static double rounded(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }
}
