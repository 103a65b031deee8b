package io.yunqing.controller.placement;

import io.yunqing.controller.placement.NearestMiss.Barred;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The sentence of a refusal: the smallest change that makes it a yes. */
final class Remedy {
    /** How many names a sentence lists at most. */
    private static final int LISTED = 8;

    private final FleetView view;
    private final Request request;
    private final Where where;

    private Remedy(FleetView view, Request request) {
        this.view = view;
        this.request = request;
        this.where = request.where();
    }

    static String sentence(FleetView view, Request request, NearestMiss miss) {
        Remedy remedy = new Remedy(view, request);
        String sentence = remedy.impossible();
        return sentence != null ? sentence : remedy.possible(miss);
    }

    /** What no host could ever meet. */
    private @Nullable String impossible() {
        String contradiction = Company.contradiction(request.rules());
        if (contradiction != null) {
            return contradiction;
        }
        Set<String> both = new TreeSet<>(where.required());
        both.retainAll(where.forbidden());
        if (!both.isEmpty()) {
            return "trait %s is both required and forbidden: drop one of the two"
                    .formatted(String.join(", ", both));
        }
        if (view.size() == 0) {
            return "there is no host yet: create one and let its agent join";
        }
        return Stream.of(
                        unknown(
                                "zone",
                                optional(where.zone()),
                                host -> List.of(host.location().zone())),
                        unknown("rack", optional(where.rack()), Remedy::rack),
                        unknown("trait", where.required(), Host::traits),
                        unknown("storage pool", where.pools(), Host::pools))
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse(null);
    }

    private static Set<String> optional(@Nullable String name) {
        return name == null ? Set.of() : Set.of(name);
    }

    private static Collection<String> rack(Host host) {
        String rack = host.location().rack();
        return rack == null ? List.of() : List.of(rack);
    }

    /** That a word asked for is said of no host; empty if all are. */
    private String unknown(
            String kind, Set<String> asked, Function<Host, Collection<String>> words) {
        if (asked.isEmpty()) {
            return "";
        }
        Set<String> missing = new TreeSet<>(asked);
        Set<String> known = new TreeSet<>();
        for (int i = 0; i < view.bound(); i++) {
            if (view.present(i)) {
                known.addAll(words.apply(view.host(i)));
            }
        }
        missing.removeAll(known);
        if (missing.isEmpty()) {
            return "";
        }
        return "no host has the %s %s: %s"
                .formatted(
                        kind,
                        String.join(", ", missing),
                        known.isEmpty() ? "none has any" : "ask for one of " + listed(known));
    }

    private static String listed(Set<String> names) {
        String some = String.join(", ", names.stream().limit(LISTED).toList());
        return names.size() > LISTED ? some + ", …" : some;
    }

    private String possible(NearestMiss miss) {
        Constraint asked =
                miss.strictest(
                        Constraint.ZONE,
                        Constraint.RACK,
                        Constraint.TRAIT,
                        Constraint.POOL,
                        Constraint.NETWORK,
                        Constraint.NUMA,
                        Constraint.GROUP);
        // What the requester can change comes before what only operators can.
        Constraint by =
                asked != null
                        ? asked
                        : miss.strictest(
                                Constraint.SCHEDULABLE, Constraint.REPORTING, Constraint.EXCLUSIVE);
        Shortage shortage = miss.shortage();
        if (shortage == null) {
            return by == null
                    ? "each host breaks more than one constraint: drop or mend first what turned away most"
                    : barred(by, miss.barred(by));
        }
        return by == null
                ? shortage.sentence()
                : shortage.sentence() + "; or: " + barred(by, miss.barred(by));
    }

    private String barred(Constraint by, @Nullable Barred barred) {
        if (barred == null) {
            throw new IllegalArgumentException(by + " bars no host");
        }
        String name = view.host(barred.example()).name();
        return barred.hosts() == 1
                ? "host %s has room but is %s".formatted(name, but(by, barred.example()))
                : "%d hosts, such as %s, have room but are %s"
                        .formatted(barred.hosts(), name, but(by, barred.example()));
    }

    private String but(Constraint by, int index) {
        Host host = view.host(index);
        return switch (by) {
            case ZONE ->
                    "not in zone %s: leave the zone open, or ask for zone %s"
                            .formatted(where.zone(), host.location().zone());
            case RACK ->
                    "not in rack %s: leave the rack open, or ask for another"
                            .formatted(where.rack());
            case TRAIT -> traits(host);
            case POOL ->
                    "without reach of storage pool %s: drop it from the request, or connect it there"
                            .formatted(listed(without(where.pools(), host.pools())));
            case NETWORK ->
                    "out of reach of tenants' networks: start its agent with --underlay, or ask for no network";
            case NUMA -> numa(index);
            case GROUP -> group(index);
            case SCHEDULABLE ->
                    "closed to new instances, or without the processor of their zone: see which (yqctl host)";
            case REPORTING -> "not heard from: bring its agent back";
            case EXCLUSIVE -> "kept for one tenant: open it to others";
        };
    }

    private String traits(Host host) {
        Set<String> missing = without(where.required(), host.traits());
        if (!missing.isEmpty()) {
            return "without the trait %s: drop it from the request".formatted(listed(missing));
        }
        Set<String> unwanted = new TreeSet<>(where.forbidden());
        unwanted.retainAll(host.traits());
        return "with the forbidden trait %s: allow it".formatted(listed(unwanted));
    }

    private String numa(int index) {
        int nodes = view.host(index).numaNodes();
        List<String> parts = new ArrayList<>();
        for (int r = 0; r < request.amounts().length(); r++) {
            long part = view.limit(index, r) / nodes;
            if (view.fallsIntoNodes(r) && request.amounts().at(r) > part) {
                parts.add("%d %s".formatted(part, view.resourceName(r)));
            }
        }
        return "of %d NUMA nodes with %s each: ask for at most that, or for any number of nodes"
                .formatted(nodes, String.join(" and ", parts));
    }

    private String group(int index) {
        GroupRule rule = view.company().broken(index);
        if (rule == null) {
            throw new IllegalArgumentException("no group rules out the host at " + index);
        }
        String scope = rule.scope().word();
        String in = rule.scope() == Scope.HOST ? "on" : "in";
        return rule.kind() == GroupRule.Kind.AFFINITY
                ? "not %s the %s of group %s, as strict affinity demands: make room there, or make the rule soft"
                        .formatted(in, scope, rule.group())
                : "%s a %s with group %s, which strict anti-affinity forbids: add a %s, or make the rule soft"
                        .formatted(in, scope, rule.group(), scope);
    }

    private static Set<String> without(Set<String> names, Set<String> known) {
        Set<String> rest = new TreeSet<>(names);
        rest.removeAll(known);
        return rest;
    }
}
