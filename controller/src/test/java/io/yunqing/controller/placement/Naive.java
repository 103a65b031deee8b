package io.yunqing.controller.placement;

import io.yunqing.controller.placement.GroupRule.Kind;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The constraints once more, as plainly as they can be said. */
final class Naive {
    private final FleetView view;
    private final Request request;

    Naive(FleetView view, Request request) {
        this.view = view;
        this.request = request;
    }

    /** By constraint, how many hosts it is the first to rule out. */
    Map<String, Integer> turnedAway() {
        Map<String, Integer> counts = new TreeMap<>();
        for (int index : RandomFleet.present(view)) {
            String first = firstBroken(index);
            if (first != null) {
                counts.merge(first, 1, Integer::sum);
            }
        }
        return counts;
    }

    @Nullable String firstBroken(int index) {
        Host host = view.host(index);
        Where where = request.where();
        if (!view.reporting(index)) {
            return "reporting";
        } else if (!view.schedulable(index)) {
            return "schedulable";
        } else if (host.exclusiveOwner() != null
                && !host.exclusiveOwner().equals(request.owner())) {
            return "exclusive";
        } else if (where.zone() != null && !host.location().zone().equals(where.zone())) {
            return "zone";
        } else if (where.rack() != null && !where.rack().equals(host.location().rack())) {
            return "rack";
        } else if (!host.traits().containsAll(where.required())
                || !Collections.disjoint(host.traits(), where.forbidden())) {
            return "trait";
        } else if (!host.pools().containsAll(where.pools())) {
            return "pool";
        } else if (where.networked() && !host.networked()) {
            return "network";
        } else if (request.singleNuma() && !fitsNode(index)) {
            return "numa";
        } else if (contradictory()
                || !request.rules().stream().allMatch(rule -> kept(rule, host))) {
            return "group";
        }
        for (int r = 0; r < TestHost.RESOURCES.size(); r++) {
            if (request.amounts().at(r) > 0
                    && view.used(index, r) + request.amounts().at(r) > view.limit(index, r)) {
                return TestHost.RESOURCES.get(r);
            }
        }
        return null;
    }

    private boolean fitsNode(int index) {
        int nodes = view.host(index).numaNodes();
        return request.amounts().at(0) <= view.limit(index, 0) / nodes
                && request.amounts().at(1) <= view.limit(index, 1) / nodes;
    }

    private boolean contradictory() {
        return request.rules().stream()
                .filter(rule -> rule.strict() && rule.kind() == Kind.AFFINITY)
                .anyMatch(together ->
                        request.rules().stream()
                                .anyMatch(apart ->
                                        apart.strict()
                                                && apart.kind() == Kind.ANTI_AFFINITY
                                                && apart.group().equals(together.group())
                                                && together.scope().within(apart.scope())));
    }

    private boolean kept(GroupRule rule, Host host) {
        if (!rule.strict()) {
            return true;
        }
        boolean near =
                rule.members().keySet().stream()
                        .map(this::present)
                        .filter(Objects::nonNull)
                        .anyMatch(member -> sameDomain(member, host, rule.scope()));
        return rule.kind() == Kind.AFFINITY ? near || rule.members().isEmpty() : !near;
    }

    private @Nullable Host present(UUID id) {
        int index = view.indexOf(id);
        return index < 0 ? null : view.host(index);
    }

    static boolean sameDomain(Host one, Host other, Scope scope) {
        return switch (scope) {
            case HOST -> one.id().equals(other.id());
            case RACK -> one.location().equals(other.location());
            case ZONE -> one.location().zone().equals(other.location().zone());
        };
    }
}
