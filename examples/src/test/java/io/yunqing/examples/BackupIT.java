package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program;
import io.yunqing.examples.cloud.Program.Outcome;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Testbed;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Backups of a guest's volume, and volumes made from them on another host. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BackupIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(2);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int NEAR = 1;
    private static final int FAR = 2;

    /** At each start says what is on each of its volumes, and writes its name behind that. */
    private static final String GUEST =
            """
            #!/bin/sh
            for disk in /sys/block/vd*; do
                serial=$(cat $disk/serial)
                [ ${#serial} = 20 ] || continue
                was=$(dd if=/dev/${disk##*/} bs=64 count=1 2>/dev/null | tr -d '\\0')
                echo "volume $serial holds <$was>"
                echo -n "$was$(hostname)." | dd of=/dev/${disk##*/} bs=64 conv=sync,notrunc 2>/dev/null
                sync
            done
            """;

    private final Cloud cloud = FIXTURE.cloud();
    private final Testbed testbed = cloud.testbed();
    private final Path vault = cloud.folder().resolve("vault");
    private final Yqctl yqctl;
    private final Rest rest;

    BackupIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
    }

    @Test
    @Order(1)
    void aRunningGuestsVolumeIsBackedUpAndThenOnlyWhatChanged() throws IOException {
        Files.createDirectory(vault);
        yqctl.ok("repository", "create", "vault", "--url", "file://" + vault);
        create("db", "futian", "--volume", "data=1");
        backup("full");
        yqctl.ok("instance", "reboot", "db", "--wait=90s");
        awaitLine("db", "volume %s holds <db.>".formatted(serial("db-data")));
        awaitBoots("db", 2);
        backup("more");
        JsonNode full = status("full");
        JsonNode more = status("more");
        assertEquals("FULL", full.path("type").asText());
        assertEquals("INCREMENTAL", more.path("type").asText(), more::toString);
        assertEquals("full", more.path("base").asText());
        assertTrue(
                more.path("bytes").asLong() <= full.path("bytes").asLong(),
                () -> full + " " + more);
        assertEquals(full.path("sha256").asText(), sha256(file("full")));
        Outcome refused = yqctl.run("backup", "delete", "full", "--yes");
        assertTrue(refused.err().contains("more"), refused.err());
    }

    @Test
    @Order(2)
    void anAgentKilledWhileItTakesOneTakesItOnce() throws IOException {
        yqctl.ok(
                "volume",
                "backup",
                "db-data",
                "--name",
                "killed",
                "--repository",
                "vault",
                "--full");
        cloud.agent(NEAR).kill();
        cloud.agent(NEAR).start();
        await("killed", "AVAILABLE");
        assertEquals("FULL", status("killed").path("type").asText());
        yqctl.ok("backup", "delete", "killed", "--yes", "--wait=60s");
        assertEquals(2, files(".qcow2"), "one for each");
        assertEquals(0, files(".part"));
    }

    @Test
    @Order(3)
    void onAnotherHostAGuestFindsWhatWasWrittenBeforeEach() throws IOException {
        create("far", "baoan");
        yqctl.ok("instance", "stop", "far", "--wait=60s");
        restore("of-full", "full", "far");
        restore("of-more", "more", "far");
        yqctl.ok("instance", "start", "far", "--wait=60s");
        awaitLine("far", "volume %s holds <db.>".formatted(serial("of-full")));
        awaitLine("far", "volume %s holds <db.db.>".formatted(serial("of-more")));
        assertEquals(Cloud.hostName(FAR), volume("of-more").at("/status/host").asText());
    }

    @Test
    @Order(4)
    void aVolumeThatNobodyHasIsEqualToWhatIsMadeOfItsBackup() throws IOException {
        yqctl.ok("instance", "stop", "db", "--wait=60s");
        yqctl.ok("instance", "stop", "far", "--wait=60s");
        yqctl.ok("volume", "detach", "db-data", "--wait=60s");
        backup("still");
        restore("of-still", "still", "far");
        assertEquals(
                0,
                Program.run(
                                List.of(
                                        "qemu-img",
                                        "compare",
                                        disk(NEAR, "db-data").toString(),
                                        disk(FAR, "of-still").toString()),
                                Map.of(),
                                PATIENCE)
                        .exit());
    }

    @Test
    @Order(5)
    void whatIsDamagedInTheRepositoryBecomesNoVolume() throws IOException {
        flip(file("full"));
        yqctl.ok(
                "volume",
                "create",
                "of-damaged",
                "--from-backup",
                "more",
                "--size-gib",
                "1",
                "--instance",
                "far");
        Until.holds(
                "what is wrong is said",
                PATIENCE,
                () ->
                        volume("of-damaged")
                                .at("/status/lastError/message")
                                .asText()
                                .contains("damaged"));
        assertNotEquals("ATTACHED", volume("of-damaged").at("/status/phase").asText());
        assertTrue(Files.notExists(disk(FAR, "of-damaged")));
        flip(file("full"));
        Until.holds(
                "it is made once the file is whole again",
                Duration.ofMinutes(2),
                () -> volume("of-damaged").at("/status/phase").asText().equals("ATTACHED"));
    }

    @Test
    @Order(6)
    void backupsOutliveTheirVolumeAndNothingIsLeftOfThoseThatAreDeleted() throws IOException {
        yqctl.ok("instance", "delete", "db", "far", "--yes", "--wait=60s");
        yqctl.ok(
                "volume",
                "delete",
                "db-data",
                "of-full",
                "of-more",
                "of-still",
                "of-damaged",
                "--yes",
                "--wait=60s");
        assertEquals("AVAILABLE", status("still").path("phase").asText());
        for (String backup : List.of("still", "more", "full")) {
            yqctl.ok("backup", "delete", backup, "--yes", "--wait=60s");
        }
        assertEquals(0, files(".qcow2"));
        assertEquals(0, files(".json"));
        yqctl.ok("repository", "delete", "vault", "--yes");
        assertEquals("[]", rest.get("/v1/orphans").body().path("items").toString());
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
            "@" + guest,
            "--wait=90s"
        };
        String[] all = new String[line.length + more.length];
        System.arraycopy(line, 0, all, 0, line.length);
        System.arraycopy(more, 0, all, line.length, more.length);
        yqctl.ok(all);
        awaitBoots(name, 1);
    }

    private void backup(String name) throws IOException {
        yqctl.ok(
                "volume",
                "backup",
                "db-data",
                "--name",
                name,
                "--repository",
                "vault",
                "--wait=90s");
    }

    private void restore(String volume, String backup, String instance) throws IOException {
        yqctl.ok(
                "volume",
                "create",
                volume,
                "--from-backup",
                backup,
                "--size-gib",
                "1",
                "--instance",
                instance,
                "--wait=90s");
    }

    private void await(String backup, String phase) {
        Until.holds(
                "backup " + backup + " is " + phase,
                PATIENCE,
                () -> status(backup).path("phase").asText().equals(phase));
    }

    private void awaitBoots(String instance, int times) {
        Until.holds(
                "boot %d of %s".formatted(times, instance),
                PATIENCE,
                () ->
                        yqctl.ok("instance", "log", instance)
                                        .split("yunqing-guest: ready after", -1)
                                        .length
                                == times + 1);
    }

    private void awaitLine(String instance, String line) {
        Until.holds(
                "the console of " + instance + " says " + line,
                PATIENCE,
                () -> yqctl.ok("instance", "log", instance).contains(line));
    }

    private JsonNode status(String backup) throws IOException {
        return rest.get("/v1/tenants/" + Cloud.TENANT + "/backups/" + backup).body().path("status");
    }

    private JsonNode volume(String name) throws IOException {
        return rest.get("/v1/tenants/" + Cloud.TENANT + "/volumes/" + name).body();
    }

    private String serial(String volume) throws IOException {
        return volume(volume).at("/status/serial").asText();
    }

    private Path disk(int host, String volume) throws IOException {
        String id = volume(volume).at("/metadata/id").asText();
        return testbed.pool(host).resolve("volumes").resolve(id + ".qcow2");
    }

    /** A backup's file in the repository. */
    private Path file(String backup) throws IOException {
        String id =
                rest.get("/v1/tenants/" + Cloud.TENANT + "/backups/" + backup)
                        .body()
                        .at("/metadata/id")
                        .asText();
        try (var files = Files.walk(vault)) {
            return files.filter(one -> one.endsWith(id + ".qcow2")).findFirst().orElseThrow();
        }
    }

    private long files(String suffix) throws IOException {
        try (var files = Files.walk(vault)) {
            return files.filter(one -> one.toString().endsWith(suffix)).count();
        }
    }

    private static String sha256(Path file) throws IOException {
        return Program.output(List.of("sha256sum", file.toString()), Map.of(), PATIENCE)
                .substring(0, 64);
    }

    /** Turns one byte in the middle of a file over, and with the second call back. */
    private static void flip(Path file) throws IOException {
        try (var open = new RandomAccessFile(file.toFile(), "rw")) {
            long middle = open.length() / 2;
            open.seek(middle);
            int was = open.read();
            open.seek(middle);
            open.write(~was);
        }
    }
}
