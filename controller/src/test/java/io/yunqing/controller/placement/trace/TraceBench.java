package io.yunqing.controller.placement.trace;

import io.yunqing.controller.placement.trace.Trace.HostSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * How few hosts serve a trace of virtual machines without a refusal, and how many machines are served on as few hosts as the
 * largest demand fills: our placement beside the known ways of choosing. A file first, then made-up traces of another shape.
 */
public final class TraceBench {
    /** Derived from a public data set; not part of the repository. */
    private static final String USUAL_FILE = "huawei-east-1.csv";

    private static final HostSize HOST = new HostSize(80, 180);

    /** For the usual file on the usual host, within 6 % of the bound of 54. */
    private static final double GOAL = 57;

    private static final int SYNTHETIC = 5;
    private static final int USAGE = 2;

    /** What was found, in lines of name, value, unit, and the goal if there is one. */
    private final List<String> figures = new ArrayList<>();

    private TraceBench() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        if (!Files.isReadable(file)) {
            System.err.printf(
                    "There is no trace at %s.%nGive one: ./dev bench trace FILE, with the columns id,vcpus,memory_gib,start_s,end_s%n",
                    file.normalize());
            System.exit(USAGE);
        }
        TraceBench bench = new TraceBench();
        bench.recorded(file);
        bench.synthetic();
        Files.write(Path.of(arguments[1]), bench.figures);
    }

    private void recorded(Path file) throws IOException {
        Trace trace;
        try {
            trace = Trace.read(file);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(USAGE);
            return;
        }
        Replay replay = new Replay(trace, HOST);
        int bound = trace.bound(HOST);
        System.out.printf(
                "%s: %d machines, hosts of %s, bound %d%n",
                file.getFileName(), trace.size(), HOST, bound);
        figures.add("hosts_bound " + bound + " hosts");
        boolean usual = file.endsWith(USUAL_FILE);
        policies(HOST)
                .forEach((name, policy) -> {
                    int hosts = replay.fewestHosts(policy);
                    if (usual && name.equals("ours")) {
                        figures.add("hosts_ours " + hosts + " hosts <= " + GOAL);
                    } else {
                        figures.add("hosts_" + name + " " + hosts + " hosts");
                    }
                });
        policies(HOST)
                .forEach((name, policy) ->
                        figures.add(
                                "served_%s %d requests"
                                        .formatted(name, replay.served(policy.apply(bound)))));
    }

    /** Hosts are the mean over all seeds, as one trace's outcome is a matter of luck by a host or two. */
    private void synthetic() {
        Map<String, Integer> sums = new LinkedHashMap<>();
        System.out.printf("%d made-up traces, hosts of %s%n", SYNTHETIC, SyntheticTrace.HOST);
        for (long seed = 1; seed <= SYNTHETIC; seed++) {
            Trace trace = SyntheticTrace.of(seed);
            Replay replay = new Replay(trace, SyntheticTrace.HOST);
            sums.merge("bound", trace.bound(SyntheticTrace.HOST), Integer::sum);
            policies(SyntheticTrace.HOST)
                    .forEach((name, policy) ->
                            sums.merge(name, replay.fewestHosts(policy), Integer::sum));
        }
        sums.forEach((name, sum) ->
                figures.add("synthetic_hosts_" + name + " " + (double) sum / SYNTHETIC + " hosts"));
    }

    /** By name, how a fleet of so many hosts chooses. */
    private static Map<String, IntFunction<Packer>> policies(HostSize size) {
        Map<String, IntFunction<Packer>> policies = new LinkedHashMap<>();
        policies.put("ours", hosts -> new EnginePacker(hosts, size));
        policies.put("first_fit", hosts -> new RulePacker(hosts, size, RulePacker.firstFit()));
        policies.put("best_fit", hosts -> new RulePacker(hosts, size, RulePacker.bestFit()));
        policies.put("worst_fit", hosts -> new RulePacker(hosts, size, RulePacker.worstFit()));
        policies.put("random", hosts -> new RulePacker(hosts, size, RulePacker.random(random())));
        return policies;
    }

    private static RandomGenerator random() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    }
}
