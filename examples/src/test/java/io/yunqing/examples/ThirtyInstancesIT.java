package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program.Outcome;
import io.yunqing.examples.cloud.Rest;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Thirty instances with a volume each on three hosts, of which some run: what a department asks of its machines and disks, through yqctl, while the
 * libvirt of one host is away for a minute.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ThirtyInstancesIT {
    private static final int HOSTS = 3;

    /** Those that run, called {@code app}; the others, {@code spare}, are made and stay off. */
    private static final int RUNNING = 15;

    private static final int SPARE = 15;

    /** The host whose libvirt is away. */
    private static final int SILENT = 3;

    private static final Duration AWAY = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(HOSTS);

    /** Says what is on the volume, and writes its name there. */
    private static final String GUEST =
            """
            #!/bin/sh
            for disk in /sys/block/vd*; do
                serial=$(cat $disk/serial)
                [ ${#serial} = 20 ] || continue
                echo "volume $serial holds <$(dd if=/dev/${disk##*/} bs=16 count=1 2>/dev/null | tr -d '\\0')>"
                hostname | dd of=/dev/${disk##*/} bs=16 conv=sync,notrunc 2>/dev/null
                sync
            done
            """;

    private final Cloud cloud = FIXTURE.cloud();
    private final Testbed testbed = cloud.testbed();
    private final Yqctl yqctl;
    private final Rest rest;

    /** Which domains the silent host ran, and as which. */
    private static Set<String> before = Set.of();

    private static Instant silentSince = Instant.MAX;

    ThirtyInstancesIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
    }

    @Test
    @Order(1)
    void thirtyStartTogetherEachWithItsVolume() throws IOException {
        Path guest = Files.writeString(cloud.folder().resolve("guest"), GUEST);
        for (int host = 1; host <= HOSTS; host++) {
            yqctl.ok("host", "set", Cloud.hostName(host), "--overcommit", "vcpus=8");
        }
        yqctl.ok(
                "tenant",
                "set",
                Cloud.TENANT,
                "--limit",
                "vcpus=40",
                "--limit",
                "memoryMiB=8192",
                "--limit",
                "storageGiB=100");
        yqctl.ok(
                "flavor",
                "create",
                "tiny-plus",
                "--vcpus",
                "1",
                "--memory-mib",
                "160",
                "--root-disk-gib",
                "1");
        yqctl.ok("placement-group", "create", "even", "--policy", "spread", "--scope", "host");
        create("spare", SPARE, guest, "--power", "OFF");
        create("app", RUNNING, guest);
        Path vault = Files.createDirectory(cloud.folder().resolve("vault"));
        yqctl.ok("repository", "create", "vault", "--url", "file://" + vault);
        var onHost = new TreeMap<String, Integer>();
        instances().forEach(one -> onHost.merge(host(one), 1, Integer::sum));
        assertEquals("{host-1=10, host-2=10, host-3=10}", onHost.toString());
        for (int number = 1; number <= RUNNING; number++) {
            awaitLine("app-" + number, holds("app-" + number + "-data", ""));
        }
        assertEquals((RUNNING + SPARE) * 2, used("storageGiB"));
    }

    private void create(String name, int count, Path guest, String... more) throws IOException {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "instance",
                                "create",
                                name,
                                "--count",
                                String.valueOf(count),
                                "--group",
                                "even",
                                "--flavor",
                                "tiny",
                                "--image",
                                "yunqing-guest",
                                "--volume",
                                "data=1",
                                "--user-data",
                                "@" + guest,
                                "--wait=" + PATIENCE.toSeconds() + "s"));
        line.addAll(List.of(more));
        yqctl.ok(line.toArray(String[]::new));
    }

    /** Table lines are INSTANCE, ENVIRONMENT, FROM, TO and more. */
    @Test
    @Order(2)
    void theLossOfEachHostAndOfAZoneIsRehearsed() throws IOException {
        for (int host = 1; host <= HOSTS; host++) {
            String name = Cloud.hostName(host);
            List<String> lines = yqctl.ok("ha", "simulate", "host", name).lines().skip(1).toList();
            assertEquals(10, lines.size(), name);
            var onHost = new TreeMap<String, Integer>();
            for (String line : lines) {
                String[] cells = line.split(" +");
                assertEquals(name, cells[2], line);
                onHost.merge(cells[3], 1, Integer::sum);
            }
            assertEquals(Set.of(5), Set.copyOf(onHost.values()), "spread as their group asks");
            assertFalse(onHost.containsKey(name));
        }
        // Two of the hosts; the third takes what its processors allow, each promised eight times.
        int homeless = Math.max(0, 20 - (8 * Runtime.getRuntime().availableProcessors() - 10));
        Outcome zone = yqctl.run("ha", "simulate", "zone", "futian", "--most", "5");
        assertEquals(homeless == 0 ? 0 : 5, zone.exit(), zone.toString());
        assertTrue(
                zone.err()
                        .contains(
                                "20 instances displaced, %d of them find no host"
                                        .formatted(homeless)),
                zone.err());
        assertTrue(zone.err().contains("15 more"), zone.err());
    }

    @Test
    @Order(3)
    void theLibvirtOfOneHostGoesAway() throws IOException {
        before = domains();
        assertEquals(on(SILENT).size(), before.size());
        testbed.endLibvirt(SILENT);
        silentSince = Instant.now();
        Until.holds(
                "its instances are not seen any more",
                Duration.ofSeconds(30),
                () -> phases(SILENT).equals(Set.of("UNOBSERVED")));
    }

    @Test
    @Order(4)
    void machinesAreStoppedStartedAndMadeLarger() throws IOException {
        List<String> mine = on(1);
        yqctl.ok("instance", "stop", mine.get(0), "--wait=60s");
        yqctl.ok("instance", "stop", mine.get(1), "--force", "--wait=60s");
        yqctl.ok("instance", "pause", mine.get(2), "--wait=60s");
        yqctl.ok("instance", "reboot", mine.get(3), "--force");
        yqctl.ok("instance", "rebuild", mine.get(4), "--yes");
        yqctl.ok("instance", "resize", mine.get(0), "--flavor", "tiny-plus", "--wait=60s");
        yqctl.ok("instance", "start", mine.get(0), mine.get(1), mine.get(2));
        yqctl.ok("instance", "set", mine.get(2), "--deletion-protection", "true");
        assertTrue(yqctl.run("instance", "delete", mine.get(2), "--yes").exit() != 0);
        yqctl.ok("instance", "set", mine.get(2), "--deletion-protection", "false");
        for (int one : List.of(0, 1, 3, 4)) {
            awaitLine(mine.get(one), holds(mine.get(one) + "-data", mine.get(one)));
        }
        Until.holds(
                "all are as they were asked",
                PATIENCE,
                () -> phases(1).equals(Set.of("RUNNING", "STOPPED")));
        assertEquals(mine.size(), testbed.runningDomains(1).size());
        String domain = instance(mine.get(0)).at("/metadata/id").asText();
        assertTrue(testbed.virsh(1, "dominfo", domain).contains("163840 KiB"));
        Until.holds(
                "what it uses is measured",
                PATIENCE,
                () -> yqctl.run("instance", "stats", mine.get(0)).out().contains("vda"));
        assertTrue(yqctl.ok("instance", "history", mine.get(0)).contains("STOPPED"));
    }

    @Test
    @Order(5)
    void disksKeepWhatWasWritten() throws IOException {
        String own = on(2).get(0);
        String other = on(2).get(1);
        String data = own + "-data";
        yqctl.ok("volume", "set", data, "--size-gib", "2", "--wait=60s");
        yqctl.ok("volume", "snapshot", data, "--name", "before", "--wait=60s");
        yqctl.ok("instance", "stop", own, "--wait=60s");
        yqctl.ok("instance", "stop", other, "--force", "--wait=60s");
        yqctl.ok("volume", "detach", data, "--wait=60s");
        yqctl.ok("volume", "attach", data, "--instance", other, "--wait=60s");
        yqctl.ok("instance", "start", other, "--wait=60s");
        awaitLine(other, holds(data, own));
        yqctl.ok("instance", "stop", other, "--wait=60s");
        yqctl.ok("volume", "detach", data, "--wait=60s");
        yqctl.ok("volume", "restore", data, "--from", "before", "--yes", "--wait=60s");
        yqctl.ok("volume", "attach", data, "--instance", own, "--wait=60s");
        yqctl.ok(
                "volume",
                "create",
                "clone",
                "--copy-of",
                "before",
                "--size-gib",
                "2",
                "--instance",
                own,
                "--wait=60s");
        yqctl.ok("instance", "start", own);
        awaitLine(own, holds("clone", own));
        awaitLine(own, holds(data, own));
        yqctl.ok("volume", "backup", data, "--name", "kept", "--repository", "vault", "--wait=60s");
        String far = on(1).getLast();
        yqctl.ok(
                "volume",
                "create",
                "again",
                "--from-backup",
                "kept",
                "--size-gib",
                "2",
                "--instance",
                far,
                "--wait=60s");
        yqctl.ok("instance", "reboot", far, "--force", "--wait=60s");
        awaitLine(far, holds("again", own));
    }

    @Test
    @Order(6)
    void afterAMinuteNothingOfTheSilentHostHasChanged() throws IOException {
        Until.pause(Duration.between(Instant.now(), silentSince.plus(AWAY)));
        assertEquals(Set.of("UNOBSERVED"), phases(SILENT));
        for (String name : on(SILENT)) {
            JsonNode status = instance(name).path("status");
            assertEquals("HypervisorUnobserved", status.at("/conditions/0/type").asText());
            Instant seen = Instant.parse(status.path("observedAt").asText());
            assertTrue(seen.isBefore(silentSince.plusSeconds(5)), status::toString);
        }
        testbed.startLibvirt(SILENT);
        Until.holds(
                "all are as they were",
                PATIENCE,
                () -> phases(SILENT).equals(Set.of("RUNNING", "STOPPED")));
        assertEquals(before, domains(), "none was started again");
    }

    @Test
    @Order(7)
    void nothingIsLeftOfThem() throws IOException {
        yqctl.ok(all("instance", "delete"));
        yqctl.ok(all("volume", "delete"));
        yqctl.ok(all("backup", "delete"));
        assertEquals(0, used("storageGiB"));
        for (int host = 1; host <= HOSTS; host++) {
            assertEquals(List.of(), testbed.domains(host));
        }
        assertEquals("[]", rest.get("/v1/orphans").body().path("items").toString());
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    private String[] all(String noun, String verb) throws IOException {
        List<String> line = new ArrayList<>(List.of(noun, verb));
        yqctl.ok(noun, "list", "-o", "name").lines().forEach(line::add);
        line.add("--yes");
        line.add("--wait=" + PATIENCE.toSeconds() + "s");
        return line.toArray(String[]::new);
    }

    private List<JsonNode> instances() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        rest.get("/v1/tenants/" + Cloud.TENANT + "/instances")
                .body()
                .path("items")
                .forEach(all::add);
        return all;
    }

    private static String host(JsonNode instance) {
        return instance.at("/status/host").asText();
    }

    /** The names of the instances that are to run on a host. */
    private List<String> on(int host) throws IOException {
        return instances().stream()
                .filter(one -> host(one).equals(Cloud.hostName(host)))
                .map(one -> one.at("/metadata/name").asText())
                .filter(name -> name.startsWith("app"))
                .toList();
    }

    private Set<String> phases(int host) throws IOException {
        var phases = new TreeSet<String>();
        instances().stream()
                .filter(one -> host(one).equals(Cloud.hostName(host)))
                .forEach(one -> phases.add(one.at("/status/phase").asText()));
        return phases;
    }

    private JsonNode instance(String name) throws IOException {
        return rest.get(Cloud.instancePath(name)).body();
    }

    /** What runs on the silent host, with the numbers that libvirt gave them when they were started. */
    private Set<String> domains() throws IOException {
        var running = new TreeSet<String>();
        for (UUID domain : testbed.runningDomains(SILENT)) {
            running.add(domain + " " + testbed.virsh(SILENT, "domid", domain.toString()));
        }
        return running;
    }

    private String holds(String volume, String what) throws IOException {
        String path = "/v1/tenants/" + Cloud.TENANT + "/volumes/" + volume;
        String serial = rest.get(path).body().at("/status/serial").asText();
        return "volume %s holds <%s>".formatted(serial, what);
    }

    private void awaitLine(String instance, String line) {
        Until.holds(
                "the console of " + instance + " says " + line,
                PATIENCE,
                () -> yqctl.ok("instance", "log", instance).contains(line));
    }

    private long used(String resource) throws IOException {
        return rest.get("/v1/tenants/" + Cloud.TENANT)
                .body()
                .at("/status/used/" + resource)
                .asLong();
    }
}
