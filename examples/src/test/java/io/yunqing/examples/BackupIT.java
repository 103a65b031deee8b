package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Store;
import io.yunqing.examples.cloud.Testbed;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Backups of a volume of a guest on one host, which become volumes of a guest on another. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BackupIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(2);

    private static final Duration BOOT = Duration.ofSeconds(90);
    private static final int HERE = 1;
    private static final int THERE = 2;

    /**
     * Says what is on each of its volumes of 1 GiB. If it has a larger one as well, that is a bell: it fills the other one, and
     * whenever the bell's size changes it writes over some of that, zeros too. What it says goes past the pipe that it is run behind, which
     * would keep it until its end.
     */
    private static final String GUEST =
            """
            #!/bin/sh
            exec >/dev/ttyS0
            digest() { echo 3 >/proc/sys/vm/drop_caches; head -c 33554432 $1 | sha256sum | cut -c 1-64; }
            for one in /sys/block/vd*; do
                serial=$(cat $one/serial)
                [ ${#serial} = 20 ] || continue
                if [ "$(cat $one/size)" = 2097152 ]; then
                    disk=/dev/${one##*/}
                    echo "volume $serial holds $(digest $disk)"
                else
                    bell=$one
                fi
            done
            [ -n "$bell" ] || exit 0
            dd if=/dev/urandom of=$disk bs=1M count=16 conv=notrunc 2>/dev/null
            sync
            echo "written 0 $(digest $disk)"
            rings=0
            while true; do
                was=$(cat $bell/size)
                while [ "$(cat $bell/size)" = "$was" ]; do sleep 0.3; done
                rings=$((rings + 1))
                dd if=/dev/urandom of=$disk bs=64k seek=$((rings * 20)) count=4 conv=notrunc 2>/dev/null
                dd if=/dev/zero of=$disk bs=64k seek=$((rings * 2)) count=2 conv=notrunc 2>/dev/null
                sync
                echo "written $rings $(digest $disk)"
            done
            """;

    /** Backups that become volumes again, and how often the bell had rung when they were taken. */
    private static final List<String> KEPT = List.of("far-two", "one", "two", "three");

    private static final List<Integer> WHEN = List.of(1, 1, 2, 3);

    private static @Nullable Store store;

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;
    private final Testbed testbed;
    private final Path vault = cloud.folder().resolve("vault");

    BackupIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
        testbed = cloud.testbed();
    }

    @AfterAll
    static void closeStore() {
        if (store != null) {
            store.close();
        }
    }

    @Test
    @Order(1)
    void aBucketKeepsWhatAGuestWritesWhileItRuns() throws IOException {
        store = Store.start(Files.createDirectories(cloud.folder().resolve("store")), "backups");
        yqctl.ok("repository", "create", "far", "--url", store.url(), "--bucket", "backups");
        yqctl.ok("repository", "set", "far", "--prefix", "city");
        create("web", "futian", "--volume", "data=1", "--volume", "bell=2", "--wait=90s");
        awaitWritten(0);
        yqctl.ok("volume", "backup", "web-data", "--name", "far-one", "--repository", "far");
        Until.holds(
                "its host says that it has no key",
                Duration.ofSeconds(30),
                () -> lastError("backups", "far-one").contains("is not there; write it"));
        for (int host : List.of(HERE, THERE)) {
            Store.writeKeys(cloud.storeKeys(host));
        }
        awaitBackup("far-one");
        assertEquals("FULL", status("backups", "far-one").path("type").asText());
        yqctl.ok("volume", "set", "web-bell", "--size-gib", "3", "--wait=60s");
        awaitWritten(1);
        JsonNode two = backUp("far-two", "far");
        assertEquals("INCREMENTAL", two.path("type").asText(), two.toString());
        assertTrue(two.path("bytes").asLong() < 2 << 20, two.toString());
    }

    @Test
    @Order(2)
    void aFullBackupIsTakenWhileTheGuestRuns() throws IOException {
        Files.createDirectories(vault);
        yqctl.ok("repository", "create", "vault", "--url", "file://" + vault);
        JsonNode one = backUp("one", "vault");
        assertEquals("FULL", one.path("type").asText(), one.toString());
        assertTrue(one.path("bytes").asLong() > 16 << 20, one.toString());
        assertEquals("ATTACHED", phase("web-data"));
    }

    @Test
    @Order(3)
    void theNextHoldsOnlyWhatTheGuestWroteSince() throws IOException {
        yqctl.ok("volume", "set", "web-bell", "--size-gib", "4", "--wait=60s");
        awaitWritten(2);
        JsonNode two = backUp("two", "vault");
        assertEquals("INCREMENTAL", two.path("type").asText(), two.toString());
        assertEquals("one", two.path("base").asText());
        assertTrue(two.path("bytes").asLong() < 2 << 20, two.toString());
    }

    @Test
    @Order(4)
    void itGoesOnAfterKilledAgentsAndLibvirtds() throws IOException {
        cloud.agent(HERE).kill();
        testbed.killLibvirt(HERE);
        cloud.agent(HERE).start();
        yqctl.ok("volume", "set", "web-bell", "--size-gib", "5", "--wait=60s");
        awaitWritten(3);
        yqctl.ok("volume", "backup", "web-data", "--name", "three", "--repository", "vault");
        cloud.agent(HERE).kill();
        cloud.agent(HERE).start();
        awaitBackup("three");
        JsonNode three = status("backups", "three");
        assertEquals("INCREMENTAL", three.path("type").asText(), three.toString());
        assertTrue(three.path("bytes").asLong() < 2 << 20, three.toString());
    }

    @Test
    @Order(5)
    void onAnotherHostGuestsReadWhatWasWrittenThen() throws IOException {
        create("far", "baoan", "--power", "STOPPED", "--wait=60s");
        for (String name : KEPT) {
            yqctl.ok(
                    "volume",
                    "create",
                    "back-" + name,
                    "--from-backup",
                    name,
                    "--size-gib",
                    "1",
                    "--instance",
                    "far",
                    "--wait=60s");
        }
        yqctl.ok("instance", "start", "far", "--wait=90s");
        for (int i = 0; i < KEPT.size(); i++) {
            String serial = status("volumes", "back-" + KEPT.get(i)).path("serial").asText();
            awaitLine("far", "volume %s holds %s".formatted(serial, written(WHEN.get(i))));
        }
    }

    /** It could not write down what it knew of what had changed. */
    @Test
    @Order(6)
    void afterAKilledQemuTheNextIsFull() throws IOException {
        testbed.exec(HERE, "sh", "-c", "kill -9 $(cat /run/libvirt/qemu/yq-*-web-*.pid)");
        Until.holds(
                "the guest has started anew and writes",
                BOOT,
                () -> yqctl.ok("instance", "log", "web").split("written 0", -1).length == 3);
        JsonNode four = backUp("four", "vault");
        assertEquals("FULL", four.path("type").asText(), four.toString());
        assertTrue(
                four.path("fullReason").asText().contains("not known for certain"),
                four.toString());
        JsonNode five = backUp("five", "vault");
        assertEquals("INCREMENTAL", five.path("type").asText(), five.toString());
    }

    @Test
    @Order(7)
    void aDamagedBackupNeverBecomesAVolume() throws IOException {
        Path file = files("two");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        yqctl.ok(
                "volume",
                "create",
                "bad",
                "--from-backup",
                "three",
                "--size-gib",
                "1",
                "--instance",
                "far");
        Until.holds(
                "its host refuses it", Duration.ofSeconds(60), () -> phase("bad").equals("FAILED"));
        String why = lastError("volumes", "bad");
        assertTrue(why.contains("is damaged: its file has sha256"), why);
        String id = volume("bad").path("metadata").path("id").asText();
        try (var found = Files.list(testbed.pool(THERE).resolve("volumes"))) {
            assertEquals(
                    List.of(),
                    found.map(path -> path.getFileName().toString())
                            .filter(name -> name.equals(id + ".qcow2"))
                            .toList());
        }
        yqctl.ok("volume", "detach", "bad");
        yqctl.ok("volume", "delete", "bad", "--yes", "--wait=60s");
    }

    @Test
    @Order(8)
    void backupsOutliveTheirVolumeAndGoLastFirst() throws IOException {
        yqctl.ok("volume", "detach", "web-data", "--wait=60s");
        yqctl.ok("volume", "delete", "web-data", "--yes", "--wait=60s");
        assertEquals(4, yqctl.run("backup", "delete", "one", "--yes").exit());
        for (String name : List.of("five", "four", "three", "two", "one", "far-two", "far-one")) {
            yqctl.ok("backup", "delete", name, "--yes", "--wait=60s");
        }
        assertEquals(List.of("yunqing-repository"), filesIn(vault));
        assertEquals(List.of("city/yunqing-repository"), filesIn(bucket()));
        yqctl.ok("repository", "delete", "vault", "--yes");
        yqctl.ok("repository", "delete", "far", "--yes");
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    private void create(String name, String zone, String... more) throws IOException {
        Path guest = Files.writeString(cloud.folder().resolve("guest"), GUEST);
        String[] line = {
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
            "@" + guest
        };
        String[] all = new String[line.length + more.length];
        System.arraycopy(line, 0, all, 0, line.length);
        System.arraycopy(more, 0, all, line.length, more.length);
        yqctl.ok(all);
    }

    private static Path bucket() {
        return Objects.requireNonNull(store).bucket("backups");
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(path -> folder.relativize(path).toString())
                    .toList();
        }
    }

    private JsonNode backUp(String name, String repository) throws IOException {
        yqctl.ok("volume", "backup", "web-data", "--name", name, "--repository", repository);
        awaitBackup(name);
        return status("backups", name);
    }

    private void awaitBackup(String name) {
        Until.holds(
                "backup " + name + " is in the repository",
                Duration.ofSeconds(60),
                () -> status("backups", name).path("phase").asText().equals("AVAILABLE"));
    }

    private void awaitWritten(int rings) {
        Until.holds("the guest has written " + rings, BOOT, () -> !written(rings).isEmpty());
    }

    /** The digest of what the guest wrote the last time that it said so. */
    private String written(int rings) throws IOException {
        Matcher found =
                Pattern.compile("written " + rings + " ([0-9a-f]{64})")
                        .matcher(yqctl.ok("instance", "log", "web"));
        return found.find() ? found.group(1) : "";
    }

    private void awaitLine(String instance, String line) {
        Until.holds(
                "the console of " + instance + " says " + line,
                BOOT,
                () -> yqctl.ok("instance", "log", instance).contains(line));
    }

    private Path files(String backup) throws IOException {
        String id =
                rest.get("/v1/tenants/" + Cloud.TENANT + "/backups/" + backup)
                        .body()
                        .path("metadata")
                        .path("id")
                        .asText();
        try (var all = Files.walk(vault)) {
            return all.filter(path -> path.endsWith(id + ".qcow2")).findFirst().orElseThrow();
        }
    }

    private JsonNode volume(String name) throws IOException {
        return rest.get("/v1/tenants/" + Cloud.TENANT + "/volumes/" + name).body();
    }

    private String lastError(String nouns, String name) throws IOException {
        return status(nouns, name).path("lastError").path("message").asText();
    }

    private String phase(String volume) throws IOException {
        return status("volumes", volume).path("phase").asText();
    }

    private JsonNode status(String nouns, String name) throws IOException {
        return rest.get("/v1/tenants/%s/%s/%s".formatted(Cloud.TENANT, nouns, name))
                .body()
                .path("status");
    }
}
