package io.yunqing.controller.placement;

import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How many members of a group are in each domain of a scope, and what that is worth to a host there. Kept and filled again, so
 * that counting leaves no garbage.
 */
final class Tally {
    private Scope scope = Scope.HOST;
    private int[] counts = new int[0];

    /** By host, its domain; none where each host is its own. */
    private int @Nullable [] numbers;

    /** By the number of members in a host's domain, what is added to its key. */
    private int[] prices = new int[1];

    private int[] touched = new int[0];
    private int domains;
    private int most;
    private boolean elsewhere;

    void fill(FleetView view, Scope wanted, Map<UUID, Integer> members) {
        for (int i = 0; i < domains; i++) {
            counts[touched[i]] = 0;
        }
        scope = wanted;
        numbers = view.numbers(scope);
        domains = 0;
        most = 0;
        elsewhere = false;
        if (counts.length < view.domains(scope)) {
            counts = new int[Math.max(view.domains(scope), 2 * counts.length)];
        }
        if (touched.length < members.size()) {
            touched = Arrays.copyOf(touched, Math.max(members.size(), 2 * touched.length));
        }
        members.forEach((host, count) -> add(view, view.indexOf(host), count));
    }

    private void add(FleetView view, int index, int count) {
        if (index < 0) {
            elsewhere = true;
            return;
        }
        int domain = view.domain(index, scope);
        if (counts[domain] == 0) {
            touched[domains++] = domain;
        }
        counts[domain] += count;
        most = Math.max(most, counts[domain]);
    }

    /** Sets what a host is given for the number of members in its domain. */
    void price(IntToDoubleFunction score) {
        if (prices.length <= most) {
            prices = new int[2 * most + 1];
        }
        for (int count = 0; count <= most; count++) {
            prices[count] = Ranking.sum(0, score.applyAsDouble(count));
        }
    }

    int price(int index) {
        return prices[at(index)];
    }

    /** The highest price that a host can have. */
    int highestPrice(FleetView view) {
        int highest = domains < view.domains(scope) ? prices[0] : 0;
        for (int i = 0; i < domains; i++) {
            highest = Math.max(highest, prices[counts[touched[i]]]);
        }
        return highest;
    }

    /** Takes out of a set the hosts in whose domain members are. */
    void removeWithMembers(Bits hosts) {
        if (numbers == null) {
            for (int i = 0; i < domains; i++) {
                hosts.set(touched[i], false);
            }
        } else {
            hosts.keepIf(index -> at(index) == 0);
        }
    }

    /** Takes out of a set the hosts in whose domain no members are. */
    void removeWithoutMembers(Bits hosts) {
        hosts.keepIf(index -> at(index) > 0);
    }

    int at(int index) {
        return counts[numbers == null ? index : numbers[index]];
    }

    /** The largest count of a domain. */
    int most() {
        return most;
    }

    /** Whether there are no members at all, be it on hosts that are not in the fleet. */
    boolean empty() {
        return domains == 0 && !elsewhere;
    }
}
