package io.yunqing.examples.fleet;

import io.yunqing.examples.bench.Figures;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.fleet.Centre.Cost;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What thousands of hosts cost their controller: to join, to stand by, and to be given instances. */
public final class FleetBench {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration PROGRESS = Duration.ofSeconds(5);

    private final Centre centre;
    private final Fleet fleet;
    private final Figures figures;

    private FleetBench(Centre centre, Fleet fleet, Figures figures) {
        this.centre = centre;
        this.fleet = fleet;
        this.figures = figures;
    }

    public static void main(String[] given) throws Exception {
        Map<String, Integer> defaults = new LinkedHashMap<>();
        defaults.put("hosts", 1000);
        defaults.put("instances", -1);
        defaults.put("connections", 8);
        defaults.put("seconds", 30);
        Arguments arguments = new Arguments(given, defaults);
        int hosts = arguments.get("hosts");
        int asked = arguments.get("instances");
        int instances = asked < 0 ? Math.min(hosts, 2000) : asked;
        try (Centre centre = Centre.start("bench-fleet");
                Fleet fleet = new Fleet(centre, cpus(hosts, instances))) {
            FleetBench bench = new FleetBench(centre, fleet, new Figures("fleet"));
            bench.figures.tell("hosts", hosts, "").tell("instances", instances, "");
            bench.join(hosts, arguments.get("connections"));
            bench.standBy(Duration.ofSeconds(arguments.get("seconds")));
            bench.run(instances, arguments.get("connections"));
            bench.figures.publish();
        }
    }

    /** So many that the fleet is four fifths full in the end: a policy that packs then still uses nearly all hosts. */
    static int cpus(int hosts, int instances) {
        return Math.max(1, (int) Math.ceil(1.25 * instances / hosts));
    }

    private void join(int hosts, int connections) throws Exception {
        Tally tally = fleet.tally();
        Thread telling =
                Fleet.telling(
                        PROGRESS,
                        () ->
                                System.out.printf(
                                        "%d of %d hosts have joined, %d are heard%n",
                                        fleet.hosts(), hosts, tally.heard()));
        long begin = System.nanoTime();
        fleet.addHosts(hosts, connections);
        double joined = secondsSince(begin);
        Until.holds("all hosts are heard", PATIENCE, () -> tally.heard() == hosts);
        double heard = secondsSince(begin);
        telling.interrupt();
        Until.holds("all are CURRENT", PATIENCE, () -> fleet.hostsIn("CURRENT") == hosts);
        figures.tell("joined_per_second", hosts / joined, "/s")
                .tell("all_current", heard, "s")
                .tell("faults_joining", tally.faults(), "");
    }

    private void standBy(Duration time) throws Exception {
        Until.pause(Duration.ofSeconds(10));
        Tally tally = fleet.tally();
        tally.reports().clear();
        Cost before = centre.cost();
        Until.pause(time);
        Cost after = centre.cost();
        double seconds = (after.nanos() - before.nanos()) / 1e9;
        figures.tell("reports_per_second", tally.reports().count() / seconds, "/s")
                .tell("report_p50", tally.reports().millis(0.5), "ms")
                .tell("report_p99", tally.reports().millis(0.99), "ms")
                .tell("controller_cpu", before.percent(after, true), "% of one")
                .tell("postgres_cpu", before.percent(after, false), "% of one")
                .tell("controller_memory", after.memoryMiB(), "MiB");
    }

    private void run(int instances, int connections) throws Exception {
        if (instances == 0) {
            return;
        }
        Tally tally = fleet.tally();
        Thread telling =
                Fleet.telling(
                        PROGRESS,
                        () ->
                                System.out.printf(
                                        "%d of %d instances are admitted, %d run%n",
                                        fleet.instances(), instances, tally.running()));
        long begin = System.nanoTime();
        fleet.addInstances(instances, connections);
        double admitted = secondsSince(begin);
        Until.holds("all instances run", PATIENCE, () -> tally.running() == instances);
        double running = secondsSince(begin);
        telling.interrupt();
        Until.holds("all are RUNNING", PATIENCE, () -> fleet.instancesIn("RUNNING") == instances);
        figures.tell("admitted_per_second", instances / admitted, "/s")
                .tell("all_running", running, "s")
                .tell("post_to_agent_p50", tally.wishes().millis(0.5), "ms")
                .tell("post_to_agent_p99", tally.wishes().millis(0.99), "ms")
                .tell("faults", tally.faults(), "");
    }

    static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
