package io.yunqing.controller.placement;

import io.yunqing.controller.placement.GroupRule.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request's groups say of each host: which are ruled out, and how far the others meet its wishes. One per view, set up
 * anew for each request that has groups.
 */
final class Company {
    static final List<String> TERMS = List.of("affinity", "antiAffinity", "spread");

    /** A wish that was expressed outweighs all that packing has to say. */
    static final double WISH_WEIGHT = 2.0;

    private final List<Tally> tallies = new ArrayList<>();
    private List<GroupRule> rules = List.of();
    private List<Spread> spreads = List.of();
    private boolean contradictory;

    void meet(FleetView view, Request request) {
        rules = request.rules();
        spreads = request.spreads();
        contradictory = contradiction(rules) != null;
        while (tallies.size() < rules.size() + spreads.size()) {
            tallies.add(new Tally());
        }
        for (int i = 0; i < rules.size(); i++) {
            tallies.get(i).fill(view, rules.get(i).scope(), rules.get(i).members());
        }
        for (int i = 0; i < spreads.size(); i++) {
            tallies.get(rules.size() + i)
                    .fill(view, spreads.get(i).scope(), spreads.get(i).members());
        }
    }

    /** The first two strict rules that no host can keep together, as a sentence. */
    static @Nullable String contradiction(List<GroupRule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            for (int j = 0; j < rules.size(); j++) {
                GroupRule together = rules.get(i);
                GroupRule apart = rules.get(j);
                if (together.strict()
                        && apart.strict()
                        && together.kind() == Kind.AFFINITY
                        && apart.kind() == Kind.ANTI_AFFINITY
                        && together.group().equals(apart.group())
                        && together.scope().within(apart.scope())) {
                    return "nothing can be on the same %s as the members of group %s and not on the same %s: drop one of the two rules, or make it soft"
                            .formatted(
                                    together.scope().word(),
                                    together.group(),
                                    apart.scope().word());
                }
            }
        }
        return null;
    }

    boolean allows(FleetView view, int index) {
        return !contradictory && broken(view, index) == null;
    }

    /** The first strict rule that the host breaks. */
    @Nullable GroupRule broken(FleetView view, int index) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).strict() && !met(view, index, i)) {
                return rules.get(i);
            }
        }
        return null;
    }

    private boolean met(FleetView view, int index, int rule) {
        Tally members = tallies.get(rule);
        return rules.get(rule).kind().met(members.empty(), members.at(view, index) > 0);
    }

    double score(FleetView view, int index) {
        return WISH_WEIGHT
                * (share(view, index, Kind.AFFINITY)
                        + share(view, index, Kind.ANTI_AFFINITY)
                        + evenness(view, index));
    }

    /** In the order of {@link #TERMS}. */
    double[] terms(FleetView view, int index) {
        return new double[] {
            WISH_WEIGHT * share(view, index, Kind.AFFINITY),
            WISH_WEIGHT * share(view, index, Kind.ANTI_AFFINITY),
            WISH_WEIGHT * evenness(view, index),
        };
    }

    /** Which share of the soft rules of a kind the host meets; 0 without any. */
    private double share(FleetView view, int index, Kind kind) {
        int all = 0;
        int met = 0;
        for (int i = 0; i < rules.size(); i++) {
            if (!rules.get(i).strict() && rules.get(i).kind() == kind) {
                all++;
                met += met(view, index, i) ? 1 : 0;
            }
        }
        return all == 0 ? 0 : (double) met / all;
    }

    /** 1 where none of the members are, 0 where most of them are, on average over the spreads; 0 without any. */
    private double evenness(FleetView view, int index) {
        double sum = 0;
        for (int i = 0; i < spreads.size(); i++) {
            Tally members = tallies.get(rules.size() + i);
            sum += members.most() == 0 ? 1 : 1 - (double) members.at(view, index) / members.most();
        }
        return spreads.isEmpty() ? 0 : sum / spreads.size();
    }
}
