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
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real guests that say with which firmware, processor and disks they were started; and in which order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MachineIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(1);

    private static final int HOST = 1;
    private static final Duration BOOT = Duration.ofSeconds(90);

    /** Whoever is rescued writes on its root disk, and whoever is not reads it. */
    private static final String SPEAKING =
            """
            #!/bin/sh
            [ -d /sys/firmware/efi ] && echo firmware UEFI || echo firmware BIOS
            grep -m 1 'model name' /proc/cpuinfo
            for module in fat vfat nls_cp437 nls_ascii; do insmod /modules/$module.ko 2>/dev/null; done
            mkdir -p /tmp/root
            rescued=$(grep -lx root /sys/block/vd*/serial | cut -d / -f 4)
            if [ -n "$rescued" ]; then
                mount -t vfat "/dev/$rescued" /tmp/root && echo mended >/tmp/root/note && echo rescuing
            else
                mount -t vfat /dev/vda /tmp/root && echo "its note: $(cat /tmp/root/note 2>/dev/null || echo none)"
            fi
            umount /tmp/root
            """;

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;
    private final Testbed testbed;

    MachineIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
        testbed = cloud.testbed();
    }

    @Test
    @Order(1)
    void aHostStartsTheInstancesOfATenantInTheirOrder() throws Exception {
        create("web", "tiny", "yunqing-guest", "--start-order", "2", "--power", "OFF");
        create(
                "db",
                "tiny",
                "yunqing-guest",
                "--start-order",
                "1",
                "--start-delay-seconds",
                "3",
                "--power",
                "OFF");
        yqctl.ok("instance", "start", "db", "web");
        Until.holds(
                "it waits for its turn",
                BOOT,
                () -> status("web").path("conditions").toString().contains("waiting for db"));
        cloud.awaitPhase("web", "RUNNING", BOOT);
        assertTrue(domain("db") < domain("web"), "libvirt numbers them as they are started");
        awaitLine("web", "firmware BIOS");
        awaitLine("web", "its note: none");
        awaitLine("web", "QEMU Virtual CPU");
        yqctl.ok("instance", "stop", "db", "--force", "--wait=60s");
    }

    @Test
    @Order(2)
    void rescuedItIsStartedFromAnotherDiskAndSeesTheProcessorOfItsZone() throws Exception {
        String zone = status("web").path("zone").asText();
        Outcome unknown = yqctl.run("zone", "set", zone, "--cpu-model", "Cray-1");
        assertTrue(unknown.err().contains("spec.cpuModel"), unknown::toString);
        assertTrue(yqctl.ok("zone", "show", zone).contains("Westmere"));
        yqctl.ok("zone", "set", zone, "--cpu-model", "Westmere");
        yqctl.ok("instance", "rescue", "web", "--wait=90s");
        awaitLine("web", "rescuing");
        awaitLine("web", "Westmere");
        assertTrue(Files.exists(rescueDisk()), "it stands on a disk of its own");
        assertTrue(yqctl.ok("instance", "show", "web").contains("Rescued"));
    }

    @Test
    @Order(3)
    void unrescuedItHasItsOwnDiskAgainWithWhatWasWrittenMeanwhile() throws Exception {
        yqctl.ok("instance", "unrescue", "web", "--wait=90s");
        awaitLine("web", "its note: mended");
        assertFalse(Files.exists(rescueDisk()), "nothing of the rescue is left");
    }

    @Test
    @Order(4)
    void itBecomesLargerWhileItRuns() throws Exception {
        yqctl.ok(
                "flavor",
                "create",
                "larger",
                "--vcpus",
                "2",
                "--memory-mib",
                "256",
                "--root-disk-gib",
                "1");
        int before = domain("web");
        yqctl.ok("instance", "resize", "web", "--flavor", "larger", "--wait=60s");
        Until.holds(
                "its host has given it what it lacks",
                BOOT,
                () -> status("web").path("conditions").toString().equals("[]"));
        String now = testbed.virsh(HOST, "dominfo", id("web"));
        assertTrue(now.contains("262144 KiB"), now);
        assertEquals(
                "2", testbed.virsh(HOST, "vcpucount", id("web"), "--live", "--current").strip());
        assertEquals(before, domain("web"), "it was not started again");
        yqctl.ok("instance", "delete", "web", "--yes", "--wait=60s");
    }

    @Test
    @Order(5)
    void anImageForUefiIsStartedByIt() throws Exception {
        JsonNode image = rest.get("/v1/images/yunqing-guest").body().path("spec");
        yqctl.ok(
                "image",
                "create",
                "modern",
                "--url",
                image.path("url").asText(),
                "--sha256",
                image.path("sha256").asText(),
                "--format",
                "qcow2",
                "--min-disk-gib",
                "1",
                "--firmware",
                "uefi");
        yqctl.ok(
                "flavor",
                "create",
                "roomy",
                "--vcpus",
                "1",
                "--memory-mib",
                "256",
                "--root-disk-gib",
                "1");
        create("modern", "roomy", "modern");
        awaitLine("modern", "firmware UEFI");
        Path folder = folder("modern");
        assertTrue(Files.exists(folder.resolve("nvram.fd")), "what its firmware remembers");
        yqctl.ok("instance", "delete", "modern", "--yes", "--wait=60s");
        assertFalse(Files.exists(folder));
        assertEquals("[]", rest.get("/v1/orphans").body().path("items").toString());
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    private void create(String name, String flavor, String image, String... more)
            throws IOException {
        Path script = Files.createTempFile("yunqing", ".sh");
        Files.writeString(script, SPEAKING);
        String[] line = {
            "instance",
            "create",
            name,
            "--flavor",
            flavor,
            "--image",
            image,
            "--user-data",
            "@" + script,
            "--wait=90s"
        };
        yqctl.ok(Stream.concat(Arrays.stream(line), Arrays.stream(more)).toArray(String[]::new));
        Files.delete(script);
    }

    private void awaitLine(String instance, String line) {
        Until.holds(
                instance + " says: " + line,
                BOOT,
                () -> yqctl.ok("instance", "log", instance).contains(line));
    }

    private JsonNode status(String instance) throws IOException {
        return rest.get(Cloud.instancePath(instance)).body().path("status");
    }

    private int domain(String instance) throws IOException {
        return Integer.parseInt(testbed.virsh(HOST, "domid", id(instance)).strip());
    }

    private String id(String instance) throws IOException {
        return rest.get(Cloud.instancePath(instance)).body().at("/metadata/id").asText();
    }

    private Path folder(String instance) throws IOException {
        return testbed.pool(HOST).resolve("instances").resolve(id(instance));
    }

    private Path rescueDisk() throws IOException {
        return folder("web").resolve("rescue.qcow2");
    }
}
