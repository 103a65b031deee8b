package io.yunqing.controller.placement;

import io.yunqing.controller.placement.GroupRule.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request's groups say of each host: which are ruled out, and how far the others meet its wishes. One per view, set up
 * anew for each request that has groups.
 */
final class Company implements Bonus {
    static final List<String> TERMS = List.of("affinity", "antiAffinity", "spread");

    /** A wish that was expressed outweighs all that packing has to say. */
    static final double WISH_WEIGHT = 2.0;

    private final FleetView view;
    private final List<Tally> tallies = new ArrayList<>();

    /** Of the soft rules and the spreads. */
    private final List<Tally> wishes = new ArrayList<>();

    private List<GroupRule> rules = List.of();
    private List<Spread> spreads = List.of();
    private boolean contradictory;

    Company(FleetView view) {
        this.view = view;
    }

    void meet(Request request) {
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
        price();
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

    /** Takes out of a set the hosts that a strict rule forbids. */
    void restrict(Bits hosts) {
        if (contradictory) {
            hosts.clear();
            return;
        }
        for (int i = 0; i < rules.size(); i++) {
            GroupRule rule = rules.get(i);
            Tally members = tallies.get(i);
            if (rule.strict() && rule.kind() == Kind.ANTI_AFFINITY) {
                members.removeWithMembers(hosts);
            } else if (rule.strict() && !members.empty()) {
                members.removeWithoutMembers(hosts);
            }
        }
    }

    boolean allows(int index) {
        return !contradictory && broken(index) == null;
    }

    /** The first strict rule that the host breaks. */
    @Nullable GroupRule broken(int index) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).strict() && !met(index, i)) {
                return rules.get(i);
            }
        }
        return null;
    }

    private boolean met(int index, int rule) {
        Tally members = tallies.get(rule);
        return rules.get(rule).kind().met(members.empty(), members.at(index) > 0);
    }

    /** What the wishes are worth, by how many members are near. */
    private void price() {
        wishes.clear();
        for (int i = 0; i < rules.size(); i++) {
            if (!rules.get(i).strict()) {
                Tally members = tallies.get(i);
                Kind kind = rules.get(i).kind();
                double worth = WISH_WEIGHT / softRules(kind);
                members.price(count -> kind.met(members.empty(), count > 0) ? worth : 0);
                wishes.add(members);
            }
        }
        for (int i = 0; i < spreads.size(); i++) {
            Tally members = tallies.get(rules.size() + i);
            members.price(count -> WISH_WEIGHT / spreads.size() * evenness(members, count));
            wishes.add(members);
        }
    }

    @Override
    public int most() {
        int most = 0;
        for (Tally wish : wishes) {
            most += wish.highestPrice(view);
        }
        return most;
    }

    @Override
    public int at(int index) {
        int sum = 0;
        for (int i = 0; i < wishes.size(); i++) {
            sum += wishes.get(i).price(index);
        }
        return sum;
    }

    /** In the order of {@link #TERMS}. */
    double[] terms(int index) {
        return new double[] {
            WISH_WEIGHT * share(index, Kind.AFFINITY),
            WISH_WEIGHT * share(index, Kind.ANTI_AFFINITY),
            WISH_WEIGHT * evenness(index),
        };
    }

    /** Which share of the soft rules of a kind the host meets; 0 without any. */
    private double share(int index, Kind kind) {
        int met = 0;
        for (int i = 0; i < rules.size(); i++) {
            if (!rules.get(i).strict() && rules.get(i).kind() == kind && met(index, i)) {
                met++;
            }
        }
        return met == 0 ? 0 : (double) met / softRules(kind);
    }

    private int softRules(Kind kind) {
        int count = 0;
        for (GroupRule rule : rules) {
            count += !rule.strict() && rule.kind() == kind ? 1 : 0;
        }
        return count;
    }

    /** On average over the spreads; 0 without any. */
    private double evenness(int index) {
        double sum = 0;
        for (int i = 0; i < spreads.size(); i++) {
            Tally members = tallies.get(rules.size() + i);
            sum += evenness(members, members.at(index));
        }
        return spreads.isEmpty() ? 0 : sum / spreads.size();
    }

    /** 1 where none of the members are, 0 where most of them are. */
    private static double evenness(Tally members, int count) {
        return members.most() == 0 ? 1 : 1 - (double) count / members.most();
    }
}
