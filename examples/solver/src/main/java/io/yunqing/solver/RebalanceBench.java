package io.yunqing.solver;

import com.google.ortools.Loader;
import io.yunqing.controller.placement.Rebalancing;
import io.yunqing.controller.placement.Rebalancing.Goal;
import io.yunqing.controller.placement.Rebalancing.Move;
import io.yunqing.controller.placement.Rebalancing.Wish;
import io.yunqing.solver.EmptyingModel.Solution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Hosts emptied a second by our plans and by CP-SAT's, of the same fleets: see docs/benchmarks.md. */
public final class RebalanceBench {
    private static final List<Integer> HOSTS = List.of(30, 100, 1_000, 10_000);
    private static final List<Integer> MOST_MOVES = List.of(20, 200);
    private static final List<Integer> LIMITS = List.of(1, 5, 30);

    /** For so long plans are made before the clock starts, as by a controller that has run for a while. */
    private static final double WARM_UP_SECONDS = 2;

    private static final int TURNS = 5;
    private static final double MIB_PER_GIB = 1024;

    private final List<Double> gainPerSecond = new ArrayList<>();
    private final List<Double> emptied = new ArrayList<>();
    private final List<Double> copied = new ArrayList<>();
    private final Map<String, List<Double>> seconds = new LinkedHashMap<>();

    /**
     * A plan that was played back.
     *
     * @param hosts how many it empties
     */
    private record Found(int hosts, List<Move> moves, double seconds) {
        double copiedGiB() {
            return moves.stream().mapToLong(Move::memoryMiB).sum() / MIB_PER_GIB;
        }

        double perSecond() {
            return hosts / seconds;
        }
    }

    private RebalanceBench() {}

    /**
     * @param arguments where to write the figures; how many fleets of each size
     */
    public static void main(String[] arguments) throws IOException {
        Loader.loadNativeLibraries();
        int fleets = Integer.parseInt(arguments[1]);
        RebalanceBench bench = new RebalanceBench();
        System.out.printf(
                "%6s %5s %5s  %-12s %7s %5s %10s %9s %9s%n",
                "hosts",
                "fleet",
                "most",
                "plan of",
                "emptied",
                "moves",
                "copied GiB",
                "seconds",
                "hosts/s");
        for (int hosts : HOSTS) {
            for (int seed = 1; seed <= fleets; seed++) {
                for (int most : MOST_MOVES) {
                    bench.compare(hosts, seed, most);
                }
            }
        }
        Files.write(Path.of(arguments[0]), bench.figures());
    }

    private void compare(int hosts, int seed, int most) {
        UsedFleet fleet = new UsedFleet(hosts, seed);
        String title = "%6d %5d %5d".formatted(hosts, seed, most);
        Found ours = ours(fleet, most);
        tell(title, "ours", ours, "");
        seconds.computeIfAbsent(
                        "seconds_at_%d_hosts_%d_moves".formatted(hosts, most),
                        _ -> new ArrayList<>())
                .add(ours.seconds());
        long begin = System.nanoTime();
        EmptyingModel model = EmptyingModel.of(fleet.view(), fleet.residents(), most);
        double building = secondsSince(begin);
        if (model == null) {
            System.out.printf("%s  CP-SAT: too many choices to build a model of%n", title);
            return;
        }
        System.out.printf(
                "%s  CP-SAT: %d choices, built in %.2f s%n", title, model.choices(), building);
        List<Found> alone = solver(title, "CP-SAT", model, fleet, most, building);
        model.hint(ours.moves());
        List<Found> hinted = solver(title, "hinted", model, fleet, most, building + ours.seconds());
        weigh(ours, alone, hinted);
    }

    /** A solver without a plan counts as if it had emptied one host. */
    private void weigh(Found ours, List<Found> alone, List<Found> hinted) {
        double fastest =
                alone.stream()
                        .mapToDouble(found -> Math.max(1, found.hosts()) / found.seconds())
                        .max()
                        .orElseThrow();
        gainPerSecond.add(ours.perSecond() / fastest);
        Found best =
                Stream.concat(alone.stream(), hinted.stream())
                        .max(
                                Comparator.comparingInt(Found::hosts)
                                        .thenComparingDouble(found -> -found.copiedGiB()))
                        .orElseThrow();
        if (best.hosts() > 0) {
            emptied.add((double) ours.hosts() / best.hosts());
        }
        if (best.hosts() > 0 && best.hosts() == ours.hosts()) {
            copied.add(ours.copiedGiB() / best.copiedGiB());
        }
    }

    private static Found ours(UsedFleet fleet, int most) {
        Wish wish = new Wish(Goal.EMPTY, most, 0.8, null);
        long warm = System.nanoTime();
        List<Move> moves = List.of();
        while (secondsSince(warm) < WARM_UP_SECONDS) {
            moves = Rebalancing.plan(fleet.view(), fleet.residents(), wish, 0).moves();
        }
        List<Double> turns = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            long begin = System.nanoTime();
            Rebalancing.plan(fleet.view(), fleet.residents(), wish, 0);
            turns.add(secondsSince(begin));
        }
        return new Found(Replay.emptied(fleet.view(), moves, most), moves, median(turns));
    }

    private static List<Found> solver(
            String title,
            String who,
            EmptyingModel model,
            UsedFleet fleet,
            int most,
            double before) {
        List<Found> all = new ArrayList<>();
        boolean best = false;
        for (int limit : LIMITS) {
            if (!best) {
                long begin = System.nanoTime();
                Solution solution = model.solve(limit);
                double took = before + secondsSince(begin);
                best = solution.best();
                Found found =
                        new Found(
                                Replay.emptied(fleet.view(), solution.moves(), most),
                                solution.moves(),
                                took);
                tell(title, who + " " + limit + " s", found, best ? "proved best" : "");
                all.add(found);
            }
        }
        return all;
    }

    private static void tell(String title, String who, Found found, String remark) {
        System.out.printf(
                "%s  %-12s %7d %5d %10.0f %9.4f %9.1f  %s%n",
                title,
                who,
                found.hosts(),
                found.moves().size(),
                found.copiedGiB(),
                found.seconds(),
                found.perSecond(),
                remark);
    }

    private List<String> figures() {
        List<String> figures = new ArrayList<>();
        figures.add("gain_per_second_to_solver %f x >= 1".formatted(median(gainPerSecond)));
        figures.add("emptied_to_solver %f x".formatted(median(emptied)));
        figures.add("emptied_to_solver_least %f x".formatted(Collections.min(emptied)));
        figures.add("copied_to_solver %f x".formatted(median(copied)));
        seconds.forEach((name, all) -> figures.add("%s %f s".formatted(name, median(all))));
        return figures;
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
