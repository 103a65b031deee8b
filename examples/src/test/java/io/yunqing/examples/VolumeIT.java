package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Testbed;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Volumes of real guests, which say at each start what is on each of theirs and then write their name there. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VolumeIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(1);

    private static final Duration BOOT = Duration.ofSeconds(60);
    private static final int HOST = 1;

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

    /** It writes to its volume as fast as that goes. */
    private static final String WRITER =
            """
            #!/bin/sh
            for disk in /sys/block/vd*; do
                serial=$(cat $disk/serial)
                [ ${#serial} = 20 ] || continue
                while :; do
                    dd if=/dev/zero of=/dev/${disk##*/} bs=1M count=64 conv=fsync,notrunc
                done >/dev/null 2>&1 &
            done
            """;

    private static final long MIB = 1 << 20;

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;
    private final Testbed testbed;

    VolumeIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
        testbed = cloud.testbed();
    }

    @Test
    @Order(1)
    void anInstanceStartsWithTheVolumesItCameWith() throws IOException {
        create("db", "--volume", "data=1");
        assertEquals("ATTACHED", phase("db-data"));
        awaitLine("db", "volume %s holds <>".formatted(serial("db-data")));
        assertEquals(2, storageUsed());
    }

    @Test
    @Order(2)
    void aRunningGuestGetsAnotherAndGivesItBack() throws IOException {
        yqctl.ok("volume", "create", "logs", "--instance", "db", "--size-gib", "1", "--wait=60s");
        assertTrue(disks("db").contains(id("logs")), disks("db"));
        yqctl.ok("volume", "detach", "logs", "--wait=60s");
        assertTrue(!disks("db").contains(id("logs")), disks("db"));
        yqctl.ok("volume", "delete", "logs", "--yes", "--wait=60s");
        assertEquals(List.of(id("db-data") + ".qcow2"), volumeFiles());
    }

    @Test
    @Order(3)
    void itGrowsWhileTheGuestRuns() throws IOException {
        yqctl.ok("volume", "set", "db-data", "--size-gib", "2", "--wait=60s");
        Until.holds(
                "libvirt shows the new size",
                Duration.ofSeconds(20),
                () -> blockInfo().contains("2147483648"));
        assertEquals(3, storageUsed());
    }

    @Test
    @Order(4)
    void aSnapshotIsTakenWhileTheGuestRuns() throws IOException {
        yqctl.ok("volume", "create", "logs", "--instance", "db", "--size-gib", "1", "--wait=60s");
        yqctl.ok("instance", "snapshot", "db", "--name", "before");
        Until.holds(
                "both snapshots are taken",
                Duration.ofSeconds(60),
                () ->
                        phase("before-db-data").equals("AVAILABLE")
                                && phase("before-logs").equals("AVAILABLE"));
        assertEquals("ATTACHED", phase("db-data"));
        assertEquals(7, storageUsed());
        yqctl.ok("volume", "detach", "logs", "--wait=60s");
        yqctl.ok("volume", "delete", "logs", "before-logs", "--yes", "--wait=60s");
    }

    @Test
    @Order(5)
    void whatWasWrittenIsThereAfterItWasAttachedElsewhere() throws IOException {
        yqctl.ok("instance", "stop", "db", "--wait=60s");
        yqctl.ok("volume", "detach", "db-data", "--wait=60s");
        create("web");
        yqctl.ok("instance", "stop", "web", "--wait=60s");
        yqctl.ok("volume", "attach", "db-data", "--instance", "web", "--wait=60s");
        yqctl.ok("instance", "start", "web", "--wait=60s");
        awaitLine("web", "volume %s holds <db>".formatted(serial("db-data")));
    }

    /** The guest has written its own name by now, over the other's. */
    @Test
    @Order(6)
    void whatWasOnASnapshotIsBackAfterARestoreAndOnAClone() throws IOException {
        yqctl.ok("instance", "stop", "web", "--wait=60s");
        yqctl.ok("volume", "detach", "db-data", "--wait=60s");
        yqctl.ok("volume", "restore", "db-data", "--from", "before-db-data", "--yes", "--wait=60s");
        yqctl.ok("volume", "attach", "db-data", "--instance", "web", "--wait=60s");
        yqctl.ok(
                "volume",
                "create",
                "clone",
                "--copy-of",
                "before-db-data",
                "--size-gib",
                "2",
                "--instance",
                "web",
                "--wait=60s");
        yqctl.ok("instance", "start", "web", "--wait=60s");
        awaitLine("web", "volume %s holds <db>".formatted(serial("clone")));
        String restored = "volume %s holds <db>".formatted(serial("db-data"));
        Until.holds(
                "the console of web says twice " + restored,
                BOOT,
                () -> yqctl.ok("instance", "log", "web").split(restored, -1).length == 3);
        yqctl.ok("volume", "detach", "clone", "--wait=60s");
        yqctl.ok("volume", "delete", "clone", "before-db-data", "--yes", "--wait=60s");
    }

    @Test
    @Order(7)
    void itOutlivesItsInstanceAndAKilledAgent() throws IOException {
        cloud.agent(HOST).kill();
        yqctl.ok("instance", "delete", "web", "db", "--yes");
        cloud.agent(HOST).start();
        Until.holds(
                "nobody has it",
                Duration.ofSeconds(60),
                () -> phase("db-data").equals("AVAILABLE"));
        assertEquals(List.of(id("db-data") + ".qcow2", id("db-data") + ".restore"), volumeFiles());
        assertEquals(2, storageUsed());
    }

    @Test
    @Order(8)
    void aFileThatIsGoneIsSaidAndNeverMadeAnew() throws IOException {
        Files.delete(testbed.pool(HOST).resolve("volumes").resolve(id("db-data") + ".qcow2"));
        Until.holds(
                "its host misses it",
                Duration.ofSeconds(90),
                () -> phase("db-data").equals("FAILED"));
        assertEquals(List.of(id("db-data") + ".restore"), volumeFiles());
        yqctl.ok("volume", "delete", "db-data", "--yes", "--wait=60s");
        assertEquals(0, storageUsed());
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    /** What its guest wrote is counted by QEMU. */
    @Test
    @Order(9)
    void aTierHoldsAGuestBackWhileItRuns() throws IOException {
        yqctl.ok("tier", "create", "slow", "--write-mibps", "1");
        createWith(WRITER, "busy", "--volume", "data=1");
        Until.holds("it writes freely", BOOT, () -> writtenPerSecond() > 8 * MIB);
        yqctl.ok("volume", "set", "busy-data", "--tier", "slow");
        awaitLimit(MIB);
        Until.holds("it is held back", BOOT, () -> writtenPerSecond() < 2 * MIB);
        assertTrue(writtenPerSecond() < 2 * MIB);
        yqctl.ok("tier", "set", "slow", "--write-mibps", "200", "--read-iops", "100");
        awaitLimit(200 * MIB);
        Until.holds("it writes faster", BOOT, () -> writtenPerSecond() > 8 * MIB);
        testbed.virsh(
                HOST, "blkdeviotune", domain("busy"), "vdc", "--write-bytes-sec", "5", "--live");
        awaitLimit(200 * MIB);
        yqctl.ok("instance", "stop", "busy", "--wait=60s");
        yqctl.ok("tier", "set", "slow", "--write-mibps", "1");
        awaitLimit(MIB);
        yqctl.ok("instance", "start", "busy", "--wait=60s");
        Until.holds("it writes again", BOOT, () -> writtenPerSecond() > 0);
        assertTrue(writtenPerSecond() < 2 * MIB);
        yqctl.ok("instance", "delete", "busy", "--yes", "--wait=60s");
        yqctl.ok("tier", "set", "slow", "--wipe", "ZERO");
        String wipe = "/v1/wipes/" + serial("busy-data");
        String file = id("busy-data") + ".qcow2";
        yqctl.ok("volume", "delete", "busy-data", "--yes");
        cloud.agent(HOST).kill();
        cloud.agent(HOST).start();
        Until.holds(
                "it is gone",
                Duration.ofSeconds(90),
                () -> rest.get(wipe).body().at("/status/removedAt").isTextual());
        JsonNode kept = rest.get(wipe).body().path("status");
        assertEquals("WIPED", kept.path("phase").asText(), kept.toString());
        assertTrue(kept.path("bytes").asLong() >= 64 * MIB, kept.toString());
        assertEquals(64, kept.path("sampleSha256").asText().length(), kept.toString());
        assertTrue(!volumeFiles().contains(file), volumeFiles().toString());
        assertTrue(yqctl.ok("wipe", "list").contains("busy-data"));
        yqctl.ok("tier", "delete", "slow", "--yes");
    }

    private void awaitLimit(long bytesPerSecond) {
        Until.holds(
                "libvirt shows a limit of " + bytesPerSecond,
                Duration.ofSeconds(60),
                () ->
                        testbed.virsh(HOST, "blkdeviotune", domain("busy"), "vdc")
                                .replace(" ", "")
                                .contains("write_bytes_sec:" + bytesPerSecond + "\n"));
    }

    /** By what QEMU says that it wrote within some seconds. */
    private long writtenPerSecond() throws IOException {
        long begin = System.nanoTime();
        long before = written();
        Until.pause(Duration.ofSeconds(4));
        return (written() - before) * 1_000_000_000 / (System.nanoTime() - begin);
    }

    private long written() throws IOException {
        return testbed.virsh(HOST, "domblkstat", domain("busy"), "vdc")
                .lines()
                .filter(line -> line.contains("wr_bytes"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".* ", "")))
                .sum();
    }

    private void create(String name, String... more) throws IOException {
        createWith(GUEST, name, more);
    }

    private void createWith(String script, String name, String... more) throws IOException {
        Path guest = Files.writeString(cloud.folder().resolve("guest"), script);
        String[] line = {
            "instance",
            "create",
            name,
            "--flavor",
            "tiny",
            "--image",
            "yunqing-guest",
            "--user-data",
            "@" + guest,
            "--wait=90s"
        };
        String[] all = new String[line.length + more.length];
        System.arraycopy(line, 0, all, 0, line.length);
        System.arraycopy(more, 0, all, line.length, more.length);
        yqctl.ok(all);
        awaitLine(name, "yunqing-guest: ready after");
    }

    private void awaitLine(String instance, String line) {
        Until.holds(
                "the console of " + instance + " says " + line,
                BOOT,
                () -> yqctl.ok("instance", "log", instance).contains(line));
    }

    private JsonNode volume(String name) throws IOException {
        return rest.get("/v1/tenants/" + Cloud.TENANT + "/volumes/" + name).body();
    }

    private String phase(String name) throws IOException {
        return volume(name).path("status").path("phase").asText();
    }

    private String serial(String name) throws IOException {
        return volume(name).path("status").path("serial").asText();
    }

    private String id(String name) throws IOException {
        return volume(name).path("metadata").path("id").asText();
    }

    private String disks(String instance) throws IOException {
        return testbed.virsh(HOST, "domblklist", "--details", domain(instance));
    }

    private String blockInfo() throws IOException {
        return testbed.virsh(HOST, "domblkinfo", domain("db"), "vdc");
    }

    private String domain(String instance) throws IOException {
        return rest.get(Cloud.instancePath(instance)).body().path("metadata").path("id").asText();
    }

    private List<String> volumeFiles() throws IOException {
        try (var files = Files.list(testbed.pool(HOST).resolve("volumes"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private long storageUsed() throws IOException {
        return rest.get("/v1/tenants/" + Cloud.TENANT)
                .body()
                .path("status")
                .path("used")
                .path("storageGiB")
                .asLong();
    }
}
