package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Shape;
import io.yunqing.examples.cloud.Testbed;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A guest whose root disk is in a pool that two hosts share, and hosts that are cut off, lose their agents, stand still and die. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FenceIT {
    @RegisterExtension
    static final CloudFixture FIXTURE =
            new CloudFixture(Shape.of(2).withLinks().withLease(Duration.ofSeconds(8)));

    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Pattern COUNT = Pattern.compile("count (\\d+)");

    /** Counts on the root disk, behind all that is in the image, so that who starts it elsewhere sees how far it was. */
    private static final String GUEST =
            """
            #!/bin/sh
            exec >/dev/ttyS0
            at="bs=512 count=1"
            while true; do
                n=$(dd if=/dev/vda $at skip=1600000 iflag=direct 2>/dev/null | tr -cd 0-9)
                n=$((${n:-0} + 1))
                printf '%-512s' $n | dd of=/dev/vda $at seek=1600000 conv=notrunc,fsync oflag=direct 2>/dev/null
                echo "count $n"
                sleep 0.5
            done
            """;

    private final Cloud cloud = FIXTURE.cloud();
    private final Testbed testbed = cloud.testbed();
    private final Yqctl yqctl;
    private final Rest rest;

    FenceIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
    }

    @Test
    @Order(1)
    void aGuestStartsFromAVolumeThatBothHostsSee() throws IOException {
        Path san = Files.createDirectories(cloud.folder().resolve("san"));
        yqctl.ok("pool", "create", "san", "--url", "file://" + san, "--shared", "true");
        Until.holds(
                "both hosts see it",
                SOON,
                () -> rest.get("/v1/pools/san").body().path("status").path("seenBy").asInt() == 2);
        yqctl.ok("tier", "create", "shared", "--pool", "san");
        yqctl.ok(
                "flavor",
                "create",
                "ha",
                "--vcpus",
                "1",
                "--memory-mib",
                "128",
                "--root-disk-gib",
                "1",
                "--tier",
                "shared");
        yqctl.ok("network", "create", "lan", "--cidr", "10.0.0.0/24");
        Path guest = Files.writeString(cloud.folder().resolve("guest"), GUEST);
        yqctl.ok(
                "instance",
                "create",
                "web",
                "--flavor",
                "ha",
                "--image",
                "yunqing-guest",
                "--network",
                "lan",
                "--user-data",
                "@" + guest,
                "--wait=90s");
        counts(0);
        assertTrue(status("web").path("allocated").path("storageGiB").isMissingNode());
        assertEquals("web-root", status("web").path("volumes").path(0).asText());
    }

    /** The one that is cut off ends it first, and says so when it is back. */
    @Test
    @Order(2)
    void aHostThatIsCutOffEndsItBeforeItStartsElsewhere() throws IOException {
        int lost = host();
        int safe = 3 - lost;
        int before = counts(0);
        cloud.link(lost).cut();
        Instant started = awaitRunning(safe);
        assertEquals(List.of(), testbed.runningDomains(lost));
        assertTrue(counts(before) > before, "with what it had written");
        JsonNode fence = fence(lost);
        assertEquals("LEASE", fence.path("spec").path("proof").asText());
        assertEquals(1, fence.path("status").path("restarted").asInt(), fence.toString());
        cloud.link(lost).mend();
        Until.holds(
                "it is heard again",
                SOON,
                () -> fence(lost).path("status").path("phase").asText().equals("RETURNED"));
        Instant ended =
                Instant.parse(fence(lost).path("status").path("stopped").path("at").asText());
        assertTrue(ended.isBefore(started), ended + " is before " + started);
        awaitNothingOn(lost);
    }

    /** Who else would end it than somebody who is not the agent? */
    @Test
    @Order(3)
    void itsGuestEndsAlsoWhenTheAgentIsKilled() throws IOException {
        int lost = host();
        int safe = 3 - lost;
        int before = counts(0);
        cloud.agent(lost).kill();
        awaitRunning(safe);
        assertEquals(List.of(), testbed.runningDomains(lost));
        assertTrue(counts(before) > before);
        cloud.agent(lost).start();
        awaitNothingOn(lost);
    }

    /** It cannot end its guest while it stands still; the lock on the disk keeps the other one from starting until it has. */
    @Test
    @Order(4)
    void aHostThatStoodStillWritesNothingMoreWhenItGoesOn() throws IOException {
        int lost = host();
        int safe = 3 - lost;
        counts(0);
        List<Long> frozen = processes(lost);
        signal("STOP", frozen);
        try {
            Until.holds("it is taken for lost", SOON, () -> host() == safe);
            Until.holds(
                    "the disk is locked",
                    SOON,
                    () -> status("web").path("lastError").path("message").asText().contains("lock"),
                    this::describe);
            assertEquals(List.of(), testbed.runningDomains(safe));
        } finally {
            signal("CONT", frozen);
        }
        int last = counted();
        awaitRunning(safe);
        Until.holds("it is ended", SOON, () -> testbed.runningDomains(lost).isEmpty());
        assertTrue(counts(last) > last);
        awaitNothingOn(lost);
    }

    @Test
    @Order(5)
    void afterAllHostsHaveLostTheirPowerItComesBackByItself() throws IOException {
        counts(0);
        cloud.controller().kill();
        for (int host = 1; host <= cloud.hosts(); host++) {
            signal("KILL", processes(host));
            testbed.endLibvirt(host);
        }
        for (int host = 1; host <= cloud.hosts(); host++) {
            testbed.startLibvirt(host);
            cloud.agent(host).start();
        }
        cloud.controller().start();
        cloud.awaitController();
        Until.holds("it runs", SOON, () -> running() == 1, this::describe);
        int before = counted();
        assertTrue(counts(before) > before);
        assertEquals(1, running(), "once");
    }

    @Test
    @Order(6)
    void nothingIsLeft() throws IOException {
        yqctl.ok("instance", "delete", "web", "--yes", "--wait=90s");
        Until.holds(
                "its root disk is gone",
                SOON,
                () -> !yqctl.ok("volume", "list", "--output", "json").contains("web-root"));
        try (var files = Files.list(cloud.folder().resolve("san/volumes"))) {
            assertEquals(List.of(), files.toList());
        }
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
        assertTrue(yqctl.ok("orphan", "list", "--output", "json").contains("[]"));
    }

    // --- Words ---

    private JsonNode status(String instance) throws IOException {
        return rest.get(Cloud.instancePath(instance)).body().path("status");
    }

    private int host() throws IOException {
        String name = status("web").path("host").asText();
        return name.equals(Cloud.hostName(1)) ? 1 : 2;
    }

    private JsonNode fence(int host) throws IOException {
        JsonNode all = rest.get("/v1/fences?host=" + Cloud.hostName(host)).body().path("items");
        return all.path(all.size() - 1);
    }

    /** Returns when it was seen to run there; at no moment on the way it runs twice. */
    private Instant awaitRunning(int host) {
        Until.holds(
                "it runs on host " + host,
                SOON,
                () -> {
                    assertTrue(running() <= 1, "it runs twice");
                    return testbed.runningDomains(host).size() == 1;
                },
                this::describe);
        return Instant.now();
    }

    private int running() throws IOException {
        int running = 0;
        for (int host = 1; host <= cloud.hosts(); host++) {
            running += guests(host).size();
        }
        return running;
    }

    private void awaitNothingOn(int host) {
        Until.holds(
                "nothing of it is left on host " + host,
                SOON,
                () -> testbed.domains(host).isEmpty() && testbed.instanceFolders(host).isEmpty());
        Until.holds("it runs", SOON, () -> status("web").path("phase").asText().equals("RUNNING"));
    }

    /** Waits until it has counted on from what it said before; returns how far. */
    private int counts(int behind) throws IOException {
        Until.holds("it counts", SOON, () -> counted() > behind, this::describe);
        assertFalse(counted() > behind + 500, "from where it was");
        return counted();
    }

    private int counted() throws IOException {
        return COUNT.matcher(yqctl.ok("instance", "log", "web"))
                .results()
                .map(MatchResult::group)
                .map(line -> Integer.parseInt(line.substring("count ".length())))
                .reduce(0, (_, last) -> last);
    }

    /** The agent, its guard, libvirt and guests of a host. */
    private List<Long> processes(int host) throws IOException {
        List<Long> all = new ArrayList<>(guests(host));
        all.addAll(named("agents/" + host + "/guard.sock"));
        all.addAll(named("agents/" + host + "/join-token"));
        return all;
    }

    private List<Long> guests(int host) throws IOException {
        return named(testbed.pool(host) + "/instances/");
    }

    private static List<Long> named(String word) throws IOException {
        Program.Outcome found = Program.run(List.of("pgrep", "-f", "--", word), Map.of(), SOON);
        return found.out().lines().map(Long::valueOf).toList();
    }

    private static void signal(String name, List<Long> processes) throws IOException {
        for (Long process : processes) {
            Program.run(List.of("kill", "-" + name, process.toString()), Map.of(), SOON);
        }
    }

    private String describe() {
        try {
            return status("web").toString();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
