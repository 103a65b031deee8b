package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A volume of a pool that two hosts share: {@code web} is on the first host, {@code far} on the second. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PoolIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(2);

    private static final Duration BOOT = Duration.ofSeconds(90);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int THERE = 2;

    /** Says what it finds on each volume that it gets, and writes something else there. */
    private static final String GUEST =
            """
            #!/bin/sh
            exec >/dev/ttyS0
            digest() { echo 3 >/proc/sys/vm/drop_caches; head -c 8388608 $1 | sha256sum | cut -c 1-64; }
            seen=
            while true; do
                now=
                for one in /sys/block/vd*; do
                    serial=$(cat $one/serial)
                    [ ${#serial} = 20 ] || continue
                    now="$now $serial"
                    case "$seen" in *$serial*) continue ;; esac
                    disk=/dev/${one##*/}
                    echo "found $serial $(digest $disk)"
                    dd if=/dev/urandom of=$disk bs=1M count=4 conv=notrunc 2>/dev/null
                    sync
                    echo "wrote $serial $(digest $disk)"
                done
                seen=$now
                sleep 0.3
            done
            """;

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;
    private final Path san = cloud.folder().resolve("san");

    PoolIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
    }

    @Test
    @Order(1)
    void bothHostsSeeThePoolAndItIsCountedOnce() throws IOException {
        Files.createDirectories(san);
        yqctl.ok("pool", "create", "san", "--url", "file://" + san, "--shared", "true");
        Until.holds(
                "both hosts see it", SOON, () -> pool().path("status").path("seenBy").asInt() == 2);
        long size = Files.getFileStore(san).getTotalSpace() >> 20;
        assertEquals(size, pool().path("status").path("sizeMiB").asLong());
        assertEquals("[]", pool().path("status").path("conditions").toString());
        yqctl.ok("tier", "create", "shared", "--pool", "san");
        assertEquals(4, yqctl.run("pool", "delete", "san", "--yes").exit(), "a tier names it");
    }

    @Test
    @Order(2)
    void aGuestWritesToAVolumeInThePool() throws IOException {
        create("web", "futian");
        create("far", "baoan");
        yqctl.ok("instance", "list", "--phase", "RUNNING");
        yqctl.ok(
                "volume",
                "create",
                "data",
                "--size-gib",
                "1",
                "--tier",
                "shared",
                "--instance",
                "web",
                "--wait=60s");
        said("web", "wrote", 1);
        assertEquals(List.of(id() + ".qcow2"), files(san.resolve("volumes")));
        assertEquals(
                List.of(), files(cloud.testbed().pool(1).resolve("volumes")), "not in its host's");
        assertEquals(1024, pool().path("status").path("promisedMiB").asLong());
        yqctl.ok("volume", "snapshot", "data", "--name", "before", "--wait=60s");
    }

    @Test
    @Order(3)
    void aGuestOnAnotherHostReadsWhatWasWritten() throws IOException {
        String written = said("web", "wrote", 1);
        yqctl.ok("volume", "detach", "data", "--wait=60s");
        cloud.agent(THERE).kill();
        yqctl.ok("volume", "attach", "data", "--instance", "far");
        cloud.agent(THERE).start();
        Until.holds("it is attached", SOON, () -> phase("data").equals("ATTACHED"));
        assertEquals("baoan", status("data").path("zone").asText());
        assertEquals(written, said("far", "found", 1));
        yqctl.ok("volume", "set", "data", "--size-gib", "2", "--wait=60s");
    }

    /** The snapshot was taken on the other host, and is taken along. */
    @Test
    @Order(4)
    void itIsRestoredWhereItIsNow() throws IOException {
        String written = said("web", "wrote", 1);
        said("far", "wrote", 1);
        yqctl.ok("volume", "detach", "data", "--wait=60s");
        yqctl.ok("volume", "restore", "data", "--from", "before", "--yes", "--wait=60s");
        yqctl.ok("volume", "attach", "data", "--instance", "far", "--wait=60s");
        assertEquals(written, said("far", "found", 2));
    }

    /** As if it were not mounted: its volumes are not lost, nothing is made in its place, and all else goes on. */
    @Test
    @Order(5)
    void aPoolThatIsAwayHidesItsVolumesAndNoOthers() throws IOException {
        Path away = san.resolveSibling("away");
        Files.move(san, away);
        Files.createDirectories(san);
        Until.holds("it is not seen", SOON, () -> phase("data").equals("UNOBSERVED"));
        assertTrue(
                status("data").path("conditions").toString().contains("is not marked as pool san"),
                status("data").toString());
        create("more", "baoan", "--volume", "own=1");
        assertEquals("ATTACHED", phase("more-own"));
        assertEquals(List.of(), files(san));
        Files.delete(san);
        Files.move(away, san);
        Until.holds("it is seen again", SOON, () -> phase("data").equals("ATTACHED"));
    }

    @Test
    @Order(6)
    void nothingIsLeft() throws IOException {
        yqctl.ok("volume", "detach", "data", "--wait=60s");
        yqctl.ok("volume", "delete", "data", "before", "--yes", "--wait=60s");
        assertEquals(List.of(), files(san.resolve("volumes")));
        yqctl.ok("tier", "delete", "shared", "--yes");
        yqctl.ok("pool", "delete", "san", "--yes");
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
        assertTrue(yqctl.ok("orphan", "list", "--output", "json").contains("[]"));
        for (int host : List.of(1, THERE)) {
            Until.holds(
                    "host " + host + " has let go of it",
                    SOON,
                    () -> !cloud.testbed().virsh(host, "pool-list", "--all").contains("yunqing-"));
        }
    }

    private void create(String name, String zone, String... more) throws IOException {
        Path guest = Files.writeString(cloud.folder().resolve("guest"), GUEST);
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "instance",
                                "create",
                                name,
                                "--flavor",
                                "tiny",
                                "--image",
                                "yunqing-guest",
                                "--zone",
                                zone,
                                "--user-data",
                                "@" + guest,
                                "--wait=90s"));
        line.addAll(List.of(more));
        yqctl.ok(line.toArray(String[]::new));
    }

    /** The digest that a guest said for the volume for the so-manieth time. */
    private String said(String instance, String word, int time) {
        Pattern line = Pattern.compile(word + " \\S{20} ([0-9a-f]{64})");
        List<String> digests = new ArrayList<>();
        Until.holds(
                instance + " has " + word + " something for the time " + time,
                BOOT,
                () -> {
                    digests.clear();
                    Matcher found = line.matcher(yqctl.ok("instance", "log", instance));
                    while (found.find()) {
                        digests.add(found.group(1));
                    }
                    return digests.size() >= time;
                });
        return digests.get(time - 1);
    }

    private static List<String> files(Path folder) throws IOException {
        try (var all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    private JsonNode pool() throws IOException {
        return rest.get("/v1/pools/san").body();
    }

    private String id() throws IOException {
        return volume("data").path("metadata").path("id").asText();
    }

    private String phase(String volume) throws IOException {
        return status(volume).path("phase").asText();
    }

    private JsonNode status(String volume) throws IOException {
        return volume(volume).path("status");
    }

    private JsonNode volume(String name) throws IOException {
        return rest.get("/v1/tenants/" + Cloud.TENANT + "/volumes/" + name).body();
    }
}
