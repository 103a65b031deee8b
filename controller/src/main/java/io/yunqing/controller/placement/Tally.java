package io.yunqing.controller.placement;

import java.util.Arrays;
import java.util.Map;
import java.util.UUID;

/** How many members of a group are in each domain of a scope. Kept and filled again, so that counting leaves no garbage. */
final class Tally {
    private Scope scope = Scope.HOST;
    private int[] counts = new int[0];
    private int[] touched = new int[0];
    private int domains;
    private int most;
    private boolean elsewhere;

    void fill(FleetView view, Scope wanted, Map<UUID, Integer> members) {
        for (int i = 0; i < domains; i++) {
            counts[touched[i]] = 0;
        }
        scope = wanted;
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

    int at(FleetView view, int index) {
        return counts[view.domain(index, scope)];
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
