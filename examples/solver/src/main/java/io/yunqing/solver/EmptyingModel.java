package io.yunqing.solver;

import com.google.ortools.sat.BoolVar;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverStatus;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.sat.LinearExprBuilder;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.Rebalancing.Move;
import io.yunqing.controller.placement.Resident;
import io.yunqing.controller.placement.Where;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Emptying hosts as CP-SAT is told of it: which hosts are emptied, and where each of their instances goes. The rules are those of
 * our plans. As no host both gives and takes, the moves of a solution are allowed in any order.
 *
 * <p>Hosts with more instances than there may be moves are left out, and so are pairs of instance and host that can never be: the
 * solver need not find that out.
 */
final class EmptyingModel {
    private static final int MEMORY = UsedFleet.RESOURCES.indexOf("memoryMiB");
    private static final long MIB_PER_GIB = 1024;

    /** More choices than this are not built: they take gigabytes before the solver has begun. */
    private static final int MOST_CHOICES = 5_000_000;

    private final FleetView fleet;
    private final int most;
    private final CpModel model = new CpModel();
    private final Map<String, List<Integer>> takers = new HashMap<>();

    /** Which hosts may be emptied, by index. */
    private final Map<Integer, Source> sources = new LinkedHashMap<>();

    private final Map<Integer, List<Choice>> byTarget = new HashMap<>();
    private final List<Choice> choices = new ArrayList<>();

    private record Source(List<Resident> residents, BoolVar emptied) {
        long memoryGiB() {
            return residents.stream().mapToLong(EmptyingModel::memoryGiB).sum();
        }
    }

    /** That an instance goes somewhere. */
    private record Choice(Resident resident, int from, int to, BoolVar made) {}

    /**
     * What the solver came to.
     *
     * @param best whether it has proved that nothing is better
     */
    record Solution(List<Move> moves, boolean best) {}

    private EmptyingModel(FleetView fleet, int most) {
        this.fleet = fleet;
        this.most = most;
    }

    /** The model, or null if it would be too large. */
    static @Nullable EmptyingModel of(FleetView fleet, List<Resident> residents, int most) {
        EmptyingModel built = new EmptyingModel(fleet, most);
        return built.state(residents) ? built : null;
    }

    private boolean state(List<Resident> all) {
        Map<Integer, List<Resident>> byHost = new LinkedHashMap<>();
        for (Resident resident : all) {
            byHost.computeIfAbsent(fleet.indexOf(resident.host()), _ -> new ArrayList<>())
                    .add(resident);
        }
        byHost.forEach((host, some) -> {
            if (fleet.reporting(host) && some.size() <= most) {
                sources.put(host, new Source(some, model.newBoolVar("")));
            }
        });
        for (int i = 0; i < fleet.bound(); i++) {
            if (fleet.reporting(i) && fleet.schedulable(i) && !Replay.idle(fleet, i)) {
                String zone = fleet.host(i).location().zone();
                takers.computeIfAbsent(zone, _ -> new ArrayList<>()).add(i);
            }
        }
        for (Map.Entry<Integer, Source> source : sources.entrySet()) {
            for (Resident resident : source.getValue().residents()) {
                leavesWithItsHost(resident, source.getKey(), source.getValue());
                if (choices.size() > MOST_CHOICES) {
                    return false;
                }
            }
        }
        byTarget.forEach(this::fits);
        LinearExprBuilder moves = LinearExpr.newBuilder();
        sources.values()
                .forEach(source -> moves.addTerm(source.emptied(), source.residents().size()));
        model.addLessOrEqual(moves, most);
        model.maximize(gain());
        return true;
    }

    private void leavesWithItsHost(Resident resident, int from, Source source) {
        LinearExprBuilder goes = LinearExpr.newBuilder();
        for (int target : takers.getOrDefault(fleet.host(from).location().zone(), List.of())) {
            if (target != from && mayGo(resident, target)) {
                Choice choice = new Choice(resident, from, target, model.newBoolVar(""));
                goes.add(choice.made());
                choices.add(choice);
                byTarget.computeIfAbsent(target, _ -> new ArrayList<>()).add(choice);
            }
        }
        model.addEquality(goes, source.emptied());
    }

    private boolean mayGo(Resident resident, int target) {
        Host host = fleet.host(target);
        Where where = resident.request().where();
        UUID keptFor = host.exclusiveOwner();
        return (keptFor == null || keptFor.equals(resident.request().owner()))
                && (where.zone() == null || where.zone().equals(host.location().zone()))
                && host.traits().containsAll(where.required())
                && Collections.disjoint(host.traits(), where.forbidden())
                && fitsAlone(resident.request().amounts(), target);
    }

    private boolean fitsAlone(Amounts amounts, int target) {
        for (int r = 0; r < fleet.resources().size(); r++) {
            if (amounts.at(r) > fleet.free(target, r)) {
                return false;
            }
        }
        return true;
    }

    /** All that comes fits together; nothing comes to a host that is emptied. */
    private void fits(int target, List<Choice> coming) {
        for (int r = 0; r < fleet.resources().size(); r++) {
            LinearExprBuilder taken = LinearExpr.newBuilder();
            for (Choice choice : coming) {
                taken.addTerm(choice.made(), choice.resident().request().amounts().at(r));
            }
            Source source = sources.get(target);
            if (source != null) {
                taken.addTerm(source.emptied(), fleet.free(target, r));
            }
            model.addLessOrEqual(taken, fleet.free(target, r));
        }
    }

    /** A host more outweighs all that can be copied. */
    private LinearExprBuilder gain() {
        long ofOne =
                sources.values().stream()
                        .flatMap(source -> source.residents().stream())
                        .mapToLong(EmptyingModel::memoryGiB)
                        .max()
                        .orElse(0);
        LinearExprBuilder gain = LinearExpr.newBuilder();
        sources.values()
                .forEach(source ->
                        gain.addTerm(source.emptied(), most * ofOne + 1 - source.memoryGiB()));
        return gain;
    }

    private static long memoryGiB(Resident resident) {
        return resident.request().amounts().at(MEMORY) / MIB_PER_GIB;
    }

    int choices() {
        return choices.size();
    }

    /** Proposes a plan to begin with, of which every variable is told. */
    void hint(List<Move> plan) {
        Map<UUID, UUID> targets = new HashMap<>();
        Set<UUID> emptied = new HashSet<>();
        for (Move move : plan) {
            targets.put(move.resident().id(), move.to().id());
            emptied.add(move.from().id());
        }
        sources.forEach((host, source) ->
                model.addHint(source.emptied(), emptied.contains(fleet.host(host).id())));
        for (Choice choice : choices) {
            UUID target = targets.get(choice.resident().id());
            model.addHint(choice.made(), fleet.host(choice.to()).id().equals(target));
        }
    }

    /** Lets one thread look for so long. */
    Solution solve(double seconds) {
        CpSolver solver = new CpSolver();
        solver.getParameters().setMaxTimeInSeconds(seconds).setNumSearchWorkers(1);
        CpSolverStatus status = solver.solve(model);
        List<Move> moves = new ArrayList<>();
        if (status == CpSolverStatus.OPTIMAL || status == CpSolverStatus.FEASIBLE) {
            for (Choice choice : choices) {
                if (solver.booleanValue(choice.made())) {
                    moves.add(
                            new Move(
                                    choice.resident(),
                                    fleet.host(choice.from()),
                                    fleet.host(choice.to()),
                                    choice.resident().request().amounts().at(MEMORY),
                                    "the solver's choice"));
                }
            }
        }
        return new Solution(moves, status == CpSolverStatus.OPTIMAL);
    }
}
