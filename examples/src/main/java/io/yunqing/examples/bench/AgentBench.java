package io.yunqing.examples.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import io.yunqing.examples.cloud.Shape;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.fleet.Arguments;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What an agent takes of a core while nothing happens on its host: first without instances, then with many that stand still.
 *
 * <p>Guests are started paused: QEMU, libvirt and the agent keep all of a running guest but its processor time, which is not the
 * agent's.
 */
public final class AgentBench {
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    /** An agent that has just started, or just made a hundred instances, is still being compiled. */
    private static final Duration CALM = Duration.ofSeconds(60);

    private static final int TOLD_THREADS = 6;

    private final Cloud cloud;
    private final Rest rest;
    private final int instances;
    private final Duration quiet;

    private AgentBench(Cloud cloud, int instances, Duration quiet) throws IOException {
        this.cloud = cloud;
        this.rest = cloud.rest();
        this.instances = instances;
        this.quiet = quiet;
    }

    public static void main(String[] given) throws Exception {
        Map<String, Integer> defaults = new LinkedHashMap<>();
        defaults.put("instances", 100);
        defaults.put("seconds", 150);
        Arguments arguments = new Arguments(given, defaults);
        try (Cloud cloud = Cloud.start("bench-agent", Shape.of(1))) {
            new AgentBench(
                            cloud,
                            arguments.get("instances"),
                            Duration.ofSeconds(arguments.get("seconds")))
                    .run();
        }
    }

    private void run() throws IOException {
        Idleness empty = idle("without instances");
        makeRoom();
        for (int i = 1; i <= instances; i++) {
            create("idle-" + i);
        }
        Until.holds(
                "all instances are paused",
                PATIENCE,
                () -> paused() == instances,
                () -> "(%s of %d are)".formatted(pausedOrUnknown(), instances));
        Idleness full = idle("with %d paused instances".formatted(instances));
        new Figures("agent")
                .tell("instances", instances, "")
                .tell("seconds", (double) quiet.toSeconds(), "s")
                .tell("empty_core_percent", empty.agent(), "%")
                .hold("idle_core_percent", full.agent(), "%", 2)
                .tell("libvirtd_empty_percent", empty.libvirt(), "%")
                .tell("libvirtd_idle_percent", full.libvirt(), "%")
                .publish();
    }

    /** In percent of one core. */
    private record Idleness(double agent, double libvirt) {}

    private Idleness idle(String how) throws IOException {
        Until.pause(CALM);
        long agent = cloud.agent(1).pid();
        Map<String, CpuTime> threads = CpuTime.ofThreads(agent);
        CpuTime agentBefore = CpuTime.of(agent);
        CpuTime libvirtBefore = libvirtd();
        long begin = System.nanoTime();
        Until.pause(quiet);
        double seconds = (System.nanoTime() - begin) / 1e9;
        var idleness =
                new Idleness(
                        CpuTime.of(agent).percentSince(agentBefore, seconds),
                        libvirtd().percentSince(libvirtBefore, seconds));
        System.out.printf(
                "%s, for %.0f s: the agent took %.2f %% of a core, libvirtd %.2f %%; the agent's busiest threads:%n",
                how, seconds, idleness.agent(), idleness.libvirt());
        Map<String, Double> shares = new TreeMap<>();
        CpuTime.ofThreads(agent)
                .forEach((name, time) ->
                        shares.put(
                                name,
                                time.percentSince(
                                        threads.getOrDefault(name, CpuTime.NONE), seconds)));
        shares.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(TOLD_THREADS)
                .forEach(share ->
                        System.out.printf("  %-28s %.2f %%%n", share.getKey(), share.getValue()));
        return idleness;
    }

    /** Inside the host, as its processes have other numbers there. */
    private CpuTime libvirtd() throws IOException {
        return CpuTime.parse(
                cloud.testbed().exec(1, "sh", "-c", "cat /proc/$(cat /run/libvirtd.pid)/stat"));
    }

    /** One machine promises far more than it has, as paused guests take little of it; memory is not promised twice. */
    private void makeRoom() throws IOException {
        var host = cloud.folder().resolve("roomy.yaml");
        Files.writeString(
                host,
                """
                kind: Host
                metadata:
                  name: %s
                spec:
                  zone: futian
                  overcommit:
                    vcpus: 64
                    storageGiB: 64
                  reserved:
                    memoryMiB: 512
                ---
                kind: Tenant
                metadata:
                  name: %s
                spec:
                  application: business-registration
                  environment: PRODUCTION
                  limits:
                    vcpus: 1000
                    memoryMiB: 1000000
                    storageGiB: 10000
                """
                        .formatted(Cloud.hostName(1), Cloud.TENANT));
        cloud.yqctl().ok("apply", "-f", host.toString());
    }

    private void create(String name) throws IOException {
        Answer answer =
                rest.send(
                        "POST",
                        "/v1/tenants/" + Cloud.TENANT + "/instances",
                        Map.of("Idempotency-Key", UUID.randomUUID().toString()),
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"flavor\":\"tiny\",\"image\":\"yunqing-guest\",\"power\":\"PAUSED\"}}"
                                .formatted(name));
        if (answer.status() != 201) {
            throw new IOException("POST of " + name + ": " + answer);
        }
    }

    private int paused() throws IOException {
        JsonNode tenant = rest.get("/v1/tenants/" + Cloud.TENANT + "/instances?limit=500").body();
        int paused = 0;
        for (JsonNode instance : tenant.path("items")) {
            if (instance.at("/status/phase").asText().equals("PAUSED")) {
                paused++;
            }
        }
        return paused;
    }

    private String pausedOrUnknown() {
        try {
            return Integer.toString(paused());
        } catch (IOException e) {
            return e.toString();
        }
    }
}
