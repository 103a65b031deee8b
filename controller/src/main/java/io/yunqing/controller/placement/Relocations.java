package io.yunqing.controller.placement;

import io.yunqing.controller.placement.Rebalancing.Move;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A copy of the fleet on which residents are moved one after the other, each to where it would be placed anew. Who plans may
 * close hosts and lower limits on it: that rules out more, and never allows what the fleet does not.
 */
final class Relocations {
    /** How often a host is looked for before an attempt ends with what it has. */
    private static final int MOST_TRIES = 4_000;

    private final FleetView fleet;
    private final long seed;
    private final int memory;
    private final Moves groups = new Moves();
    private final Map<UUID, List<Resident>> byHost = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private int tries;

    private record Step(Resident resident, int from, int to, String reason) {}

    Relocations(FleetView fleet, Collection<Resident> residents, long seed) {
        this.fleet = fleet;
        this.seed = seed;
        this.memory = fleet.resources().indexOf(PackingPolicy.MEMORY);
        for (Resident resident : residents) {
            byHost.computeIfAbsent(resident.host(), _ -> new ArrayList<>()).add(resident);
        }
        Comparator<Resident> largestFirst =
                Comparator.comparingLong((Resident resident) -> -memoryMiB(resident))
                        .thenComparing(Resident::id);
        byHost.values().forEach(some -> some.sort(largestFirst));
    }

    FleetView fleet() {
        return fleet;
    }

    /** Who was on the host at first, the largest first. */
    List<Resident> residents(int host) {
        return byHost.getOrDefault(fleet.host(host).id(), List.of());
    }

    long memoryMiB(Resident resident) {
        return memory < 0 ? 0 : resident.request().amounts().at(memory);
    }

    /**
     * Moves a resident to the best host of its zone. Returns whether there is one; if not, nothing has changed.
     *
     * @param from where it is; must be closed, so that it is not chosen itself
     */
    boolean move(Resident resident, int from, String reason) {
        Host source = fleet.host(from);
        Request request = resident.request().in(source.location().zone());
        groups.left(request, source.id());
        tries++;
        if (Placement.choose(fleet, request.after(groups), seed)
                instanceof Decision.Chosen chosen) {
            groups.joined(request, chosen.host().id());
            fleet.take(chosen.index(), request.amounts());
            fleet.give(from, request.amounts());
            steps.add(new Step(resident, from, chosen.index(), reason));
            return true;
        }
        groups.joined(request, source.id());
        return false;
    }

    /** Takes moves back until only so many are left. */
    void backTo(int count) {
        while (steps.size() > count) {
            Step step = steps.removeLast();
            Request request = step.resident().request();
            fleet.give(step.to(), request.amounts());
            fleet.take(step.from(), request.amounts());
            groups.left(request, fleet.host(step.to()).id());
            groups.joined(request, fleet.host(step.from()).id());
        }
    }

    int count() {
        return steps.size();
    }

    /** Where residents have come to since there were so many moves. */
    Set<Integer> targetsSince(int count) {
        Set<Integer> targets = new HashSet<>();
        steps.subList(count, steps.size()).forEach(step -> targets.add(step.to()));
        return targets;
    }

    /** Begins another attempt. */
    void begin() {
        tries = 0;
    }

    /** Whether to be content with what was found. */
    boolean triedEnough() {
        return tries >= MOST_TRIES;
    }

    List<Move> moves() {
        return steps.stream()
                .map(step ->
                        new Move(
                                step.resident(),
                                fleet.host(step.from()),
                                fleet.host(step.to()),
                                memoryMiB(step.resident()),
                                step.reason()))
                .toList();
    }
}
