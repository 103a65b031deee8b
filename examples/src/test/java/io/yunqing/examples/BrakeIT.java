package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Shape;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Four hosts with an instance each that may be started on any other, of which three are lost to the controller at once. */
class BrakeIT {
    @RegisterExtension
    static final CloudFixture FIXTURE =
            new CloudFixture(Shape.of(4).withLinks().withLease(Duration.ofSeconds(8)));

    private static final Duration SOON = Duration.ofSeconds(90);

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;

    BrakeIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
    }

    @Test
    void manyAtOnceAreNotJudgedAndGoOnWhereTheyWere() throws IOException {
        Path san = Files.createDirectories(cloud.folder().resolve("san"));
        yqctl.ok("pool", "create", "san", "--url", "file://" + san, "--shared", "true");
        Until.holds(
                "all hosts see it",
                SOON,
                () -> rest.get("/v1/pools/san").body().path("status").path("seenBy").asInt() == 4);
        yqctl.ok("tier", "create", "shared", "--pool", "san");
        yqctl.ok(
                "flavor",
                "create",
                "ha",
                "--vcpus",
                "1",
                "--memory-mib",
                "64",
                "--root-disk-gib",
                "1",
                "--tier",
                "shared");
        yqctl.ok("network", "create", "lan", "--cidr", "10.0.0.0/24");
        yqctl.ok("placement-group", "create", "apart", "--policy", "APART", "--scope", "HOST");
        yqctl.ok(
                "instance",
                "create",
                "web",
                "--count",
                "4",
                "--flavor",
                "ha",
                "--image",
                "yunqing-guest",
                "--network",
                "lan",
                "--group",
                "apart",
                "--power",
                "PAUSED",
                "--wait=90s");
        Map<String, String> before = hosts();
        assertEquals(4, before.values().stream().distinct().count(), before.toString());

        for (int host : List.of(1, 2, 3)) {
            cloud.link(host).cut();
        }
        Until.holds("the brake is on", SOON, () -> availability().has("brake"));
        assertEquals(1, yqctl.run("ha", "status").exit());
        for (int host : List.of(1, 2, 3)) {
            Until.holds(
                    "host " + host + " has ended what may be started elsewhere",
                    SOON,
                    () -> cloud.testbed().runningDomains(host).isEmpty());
        }
        assertTrue(availability().has("brake"), availability().toString());
        assertEquals(0, availability().path("fenced").asInt());
        assertEquals(before, hosts(), "nothing was given away");

        for (int host : List.of(1, 2, 3)) {
            cloud.link(host).mend();
        }
        Until.holds("the brake is off", SOON, () -> !availability().has("brake"));
        Until.holds("all are there again", SOON, () -> phases().equals(List.of("PAUSED")));
        assertEquals(before, hosts());
        assertEquals(0, rest.get("/v1/fences").body().path("items").size());
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    private JsonNode availability() throws IOException {
        return rest.get("/v1/availability").body();
    }

    private Map<String, String> hosts() throws IOException {
        Map<String, String> hosts = new TreeMap<>();
        for (JsonNode one : instances()) {
            hosts.put(
                    one.path("metadata").path("name").asText(),
                    one.path("status").path("host").asText());
        }
        return hosts;
    }

    private List<String> phases() throws IOException {
        return instances().findValuesAsText("phase").stream().distinct().toList();
    }

    private JsonNode instances() throws IOException {
        return rest.get("/v1/tenants/" + Cloud.TENANT + "/instances").body().path("items");
    }
}
