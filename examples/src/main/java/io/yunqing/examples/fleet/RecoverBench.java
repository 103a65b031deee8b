package io.yunqing.examples.fleet;

import io.yunqing.examples.bench.Figures;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Until;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** How long a fleet is without its controller when that is killed and started again. */
public final class RecoverBench {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Duration PROGRESS = Duration.ofSeconds(5);

    private RecoverBench() {}

    public static void main(String[] given) throws Exception {
        Map<String, Integer> defaults = new LinkedHashMap<>();
        defaults.put("hosts", 500);
        defaults.put("instances", 1000);
        defaults.put("connections", 16);
        defaults.put("down", 5);
        Arguments arguments = new Arguments(given, defaults);
        int hosts = arguments.get("hosts");
        int instances = arguments.get("instances");
        int connections = arguments.get("connections");
        try (Centre centre = Centre.start("bench-recover");
                Fleet fleet = new Fleet(centre, FleetBench.cpus(hosts, instances + 1))) {
            Tally tally = fleet.tally();
            Thread telling =
                    Fleet.telling(
                            PROGRESS,
                            () ->
                                    System.out.printf(
                                            "%d hosts, %d heard; %d instances admitted, %d run%n",
                                            fleet.hosts(),
                                            tally.heard(),
                                            fleet.instances(),
                                            tally.running()));
            fleet.addHosts(hosts, connections);
            Until.holds("all hosts are heard", PATIENCE, () -> tally.heard() == hosts);
            fleet.addInstances(instances, connections);
            Until.holds("all instances run", PATIENCE, () -> tally.running() == instances);
            recover(centre, fleet, hosts, instances, arguments.get("down"));
            telling.interrupt();
        }
    }

    private static void recover(
            Centre centre, Fleet fleet, int hosts, int instances, int secondsDown)
            throws Exception {
        Tally tally = fleet.tally();
        System.out.println("the controller is killed");
        centre.kill();
        Until.pause(Duration.ofSeconds(secondsDown));
        tally.nobodyIsHeard();
        long begin = System.nanoTime();
        centre.start();
        double ready = FleetBench.secondsSince(begin);
        Rest rest = centre.rest();
        Until.holds(
                "it admits",
                PATIENCE,
                () -> {
                    fleet.addInstance(rest, "after-all");
                    return true;
                });
        double admits = FleetBench.secondsSince(begin);
        Until.holds("all hosts are heard", PATIENCE, () -> tally.heard() == hosts);
        double heard = FleetBench.secondsSince(begin);
        Until.holds(
                "all instances run", PATIENCE, () -> fleet.instancesIn("RUNNING") == instances + 1);
        double running = FleetBench.secondsSince(begin);
        new Figures("recover")
                .tell("hosts", hosts, "")
                .tell("instances", instances, "")
                .tell("ready", ready, "s")
                .tell("admits", admits, "s")
                .tell("all_heard", heard, "s")
                .tell("all_running", running, "s")
                .tell("hosts_judged_down", centre.rest().lines("/v1/hosts?state=UNREACHABLE"), "")
                .publish();
    }
}
