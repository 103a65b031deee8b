package io.yunqing.controller.placement.speed;

import io.yunqing.api.PlacementExplanation;
import io.yunqing.controller.placement.Decision;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Explanation;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Placement;
import io.yunqing.controller.placement.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** How long one thread takes to choose a host, and to put the reasons into words: see docs/benchmarks.md. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PlacementBench {
    /** Microseconds for a decision among 10,000 hosts. */
    private static final int GOAL = 50;

    private static final int GOAL_HOSTS = 10_000;

    /** Instances that are there at once, of those that the benchmark places. */
    private static final int LIVING = 1024;

    private static final int REQUESTS = 1 << 14;
    private static final double MICROS_PER_SECOND = 1e6;

    @Param({"1000", "10000", "100000"})
    public int hosts;

    private FleetView view;
    private final Request[] requests = new Request[REQUESTS];
    private final Request[] members = new Request[REQUESTS];
    private final Request[] living = new Request[LIVING];
    private final int[] places = new int[LIVING];
    private Explanation explanation;
    private int next;

    /** Fills the fleet and lets the first instances come. */
    @Setup
    public void fill() {
        LoadedFleet fleet = new LoadedFleet(hosts);
        view = fleet.view();
        for (int i = 0; i < REQUESTS; i++) {
            requests[i] = fleet.request();
            members[i] = fleet.member();
        }
        for (int i = 0; i < REQUESTS; i++) {
            decide();
        }
    }

    /** One instance comes and the one goes that has been there longest, so that the fleet stays as full as it is. */
    @Benchmark
    public Decision decide() {
        return decide(requests);
    }

    /** The same for members of groups. */
    @Benchmark
    public Decision decideInGroups() {
        return decide(members);
    }

    private Decision decide(Request[] from) {
        Request request = from[next & (REQUESTS - 1)];
        int slot = next++ & (LIVING - 1);
        Request oldest = living[slot];
        if (oldest != null) {
            view.give(places[slot], oldest.amounts());
        }
        Decision decision = Placement.choose(view, request, 0);
        if (decision instanceof Chosen chosen) {
            view.take(chosen.index(), request.amounts());
            living[slot] = request;
            places[slot] = chosen.index();
            explanation = decision.explanation();
        } else {
            living[slot] = null;
        }
        return decision;
    }

    /** The reasons of a decision, in words. */
    @Benchmark
    public PlacementExplanation explain() {
        return explanation.render();
    }

    /**
     * @param arguments where to write the figures; the seconds of a round; how many rounds
     */
    public static void main(String[] arguments) throws IOException, RunnerException {
        TimeValue round = TimeValue.seconds(Integer.parseInt(arguments[1]));
        int rounds = Integer.parseInt(arguments[2]);
        OptionsBuilder options = new OptionsBuilder();
        options.include(PlacementBench.class.getName())
                .forks(1)
                .threads(1)
                .warmupTime(round)
                .warmupIterations(rounds)
                .measurementTime(round)
                .measurementIterations(rounds)
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend("-Xmx2g", "-XX:+UseCompactObjectHeaders");
        List<String> figures = new ArrayList<>();
        for (RunResult result : new Runner(options.build()).run()) {
            figures.addAll(figures(result));
        }
        Files.write(Path.of(arguments[0]), figures);
    }

    private static List<String> figures(RunResult result) {
        int hosts = Integer.parseInt(result.getParams().getParam("hosts"));
        double micros = result.getPrimaryResult().getScore();
        boolean goalHosts = hosts == GOAL_HOSTS;
        if (result.getParams().getBenchmark().endsWith("explain")) {
            return goalHosts
                    ? List.of("explanation_micros_at_%d_hosts %f us".formatted(hosts, micros))
                    : List.of();
        }
        List<String> figures = new ArrayList<>();
        boolean groups = result.getParams().getBenchmark().endsWith("decideInGroups");
        figures.add(
                "micros%s_at_%d_hosts %f us%s"
                        .formatted(
                                groups ? "_in_groups" : "",
                                hosts,
                                micros,
                                goalHosts ? " <= " + GOAL : ""));
        if (groups) {
            return figures;
        }
        figures.add("decisions_at_%d_hosts %f /s".formatted(hosts, MICROS_PER_SECOND / micros));
        if (goalHosts) {
            figures.add(
                    "bytes_at_%d_hosts %f B"
                            .formatted(
                                    hosts,
                                    result.getSecondaryResults()
                                            .get("gc.alloc.rate.norm")
                                            .getScore()));
        }
        return figures;
    }
}
