package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program;
import io.yunqing.examples.cloud.Program.Outcome;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Testbed;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From nothing to a running machine and back to nothing, as an operator walks the road. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HappyRoadIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(2);

    private static final String NAME = "web-1";
    private static final Duration BOOT = Duration.ofSeconds(60);

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;
    private final Testbed testbed;

    HappyRoadIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
        testbed = cloud.testbed();
    }

    @Test
    @Order(1)
    void theExampleInstanceRuns() throws IOException {
        Path manifest = cloud.repository().manifests("city").resolve("instance.yaml");
        yqctl.ok("apply", "-f", manifest.toString(), "--wait=90s");
        assertEquals("RUNNING", phase());
        assertTrue(
                testbed.runningDomains(host()).contains(id()),
                "virsh list of its host shows it running");
        assertEquals(List.of(), testbed.domains(otherHost()), "and no other host has it");
    }

    @Test
    @Order(2)
    void itsConsoleShowsTheNameItWasGiven() {
        Until.holds(
                "the guest is ready",
                BOOT,
                () -> yqctl.ok("instance", "log", NAME).contains("yunqing-guest: ready after"));
    }

    @Test
    @Order(3)
    void itsConsoleShowsSeedAddressAndUserData() throws IOException {
        String log = yqctl.ok("instance", "log", NAME);
        String address = status().path("addresses").path(0).path("ip").asText();
        for (String line :
                List.of("hostname=" + NAME, "address=" + address, "商事登记 runs on " + NAME)) {
            assertTrue(log.contains(line), () -> "the console lacks " + line + ":\n" + log);
        }
    }

    @Test
    @Order(4)
    void showSaysPhaseHostReasonAddressAndEvents() throws IOException {
        String shown = yqctl.ok("instance", "show", NAME);
        String address = status().path("addresses").path(0).path("ip").asText();
        for (String word :
                List.of(
                        "RUNNING",
                        status().path("host").asText(),
                        address,
                        "2 hosts",
                        "created",
                        "phase")) {
            assertTrue(shown.contains(word), () -> "show lacks " + word + ":\n" + shown);
        }
    }

    @Test
    @Order(5)
    void metricsCountIt() {
        Until.holds(
                "the metrics page counts one running instance",
                Duration.ofSeconds(10),
                () -> gauge("yunqing_instances{phase=\"RUNNING\"}").equals("1.0"),
                this::ownMetrics);
    }

    @Test
    @Order(6)
    void promtoolHasNoComplaintAboutOurNames() throws IOException {
        boolean installed = Testbed.onPath("promtool");
        if (!installed) {
            System.err.println(
                    "The check of the metrics page is skipped: promtool is missing (Debian package prometheus)");
        }
        assumeTrue(installed);
        Path page = Files.writeString(cloud.folder().resolve("metrics"), rest.text("/q/metrics"));
        Outcome checked =
                Program.run(
                        List.of("sh", "-c", "promtool check metrics <" + page),
                        Map.of(),
                        Duration.ofSeconds(20));
        List<String> complaints =
                (checked.out() + checked.err())
                        .lines()
                        .filter(line -> line.contains("yunqing_"))
                        .toList();
        assertEquals(List.of(), complaints);
        // Else it has read nothing, and then complains of nothing.
        assertTrue(rest.text("/q/metrics").contains("# HELP yunqing_instances "));
    }

    @Test
    @Order(7)
    void itStopsByAskingTheGuest() throws IOException {
        yqctl.ok("instance", "stop", NAME, "--wait=60s");
        assertEquals("STOPPED", phase());
        assertEquals("shut off (shutdown)", domainState());
        Until.holds(
                "the console tells of the power button",
                Duration.ofSeconds(10),
                () -> yqctl.ok("instance", "log", NAME).contains("yunqing-guest: power button"));
    }

    @Test
    @Order(8)
    void itStartsAgainOnTheSameHost() throws IOException {
        int before = host();
        yqctl.ok("instance", "start", NAME, "--wait=60s");
        assertEquals("RUNNING", phase());
        assertEquals(before, host());
        assertEquals("running (booted)", domainState());
    }

    @Test
    @Order(9)
    void itStopsByForceWithoutTheGuest() throws IOException {
        yqctl.ok("instance", "stop", NAME, "--force", "--wait=60s");
        assertEquals("STOPPED", phase());
        assertEquals("shut off (destroyed)", domainState());
    }

    @Test
    @Order(10)
    void deletedItLeavesNothing() throws IOException {
        yqctl.ok("instance", "delete", NAME, "--yes", "--wait=60s");
        assertEquals(404, rest.get(Cloud.instancePath(NAME)).status());
        assertEquals(3, yqctl.run("instance", "show", NAME).exit());
        for (int host = 1; host <= cloud.hosts(); host++) {
            assertEquals(List.of(), testbed.domains(host), "domains of host " + host);
            assertEquals(List.of(), testbed.instanceFolders(host), "files of host " + host);
        }
        JsonNode used = rest.get("/v1/tenants/" + Cloud.TENANT).body().path("status").path("used");
        assertFalse(used.isMissingNode() || used.isEmpty(), used::toString);
        used.forEach(amount -> assertEquals(0, amount.asLong(), used::toString));
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    private JsonNode status() throws IOException {
        return rest.get(Cloud.instancePath(NAME)).body().path("status");
    }

    private String phase() throws IOException {
        return status().path("phase").asText();
    }

    private UUID id() throws IOException {
        return UUID.fromString(
                rest.get(Cloud.instancePath(NAME)).body().path("metadata").path("id").asText());
    }

    private String domainState() throws IOException {
        return testbed.virsh(host(), "domstate", "--reason", id().toString());
    }

    private int host() throws IOException {
        return status().path("host").asText().equals(Cloud.hostName(1)) ? 1 : 2;
    }

    private int otherHost() throws IOException {
        return 3 - host();
    }

    private String ownMetrics() {
        try {
            return rest.text("/q/metrics")
                    .lines()
                    .filter(line -> line.startsWith("yunqing_"))
                    .reduce("", (a, b) -> a + "\n" + b);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String gauge(String name) throws IOException {
        return rest.text("/q/metrics")
                .lines()
                // The plain text format may end the labels with a comma.
                .map(line -> line.replace(",}", "}"))
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }
}
