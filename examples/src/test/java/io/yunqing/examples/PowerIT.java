package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real guest that is started anew, made to stand still, rebuilt, and protected. Its console tells how often it has booted. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PowerIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(1);

    private static final String NAME = "web";
    private static final int HOST = 1;
    private static final Duration BOOT = Duration.ofSeconds(60);

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;
    private final Testbed testbed;

    PowerIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
        testbed = cloud.testbed();
    }

    @Test
    @Order(1)
    void rebootedItGoesOffByItselfAndBootsAgain() throws IOException {
        yqctl.ok(
                "instance",
                "create",
                NAME,
                "--flavor",
                "tiny",
                "--image",
                "yunqing-guest",
                "--volume",
                "data=1",
                "--user-data",
                "@" + life("first"),
                "--wait=90s");
        awaitBoots(1);
        yqctl.ok("instance", "reboot", NAME, "--wait=90s");
        awaitBoots(2);
        assertEquals(1, consoleCounts("first: vda holds <web>"), "what it wrote is still there");
        assertEquals(1, consoleCounts("yunqing-guest: power button"));
        assertEquals("running (booted)", domainState());
    }

    @Test
    @Order(2)
    void whatItUsesIsMeasured() throws IOException {
        Until.holds(
                "its guest has told its memory, and two measurements make a rate",
                BOOT,
                () -> measured().at("/memoryUsedMiB").asLong() > 0 && measured().has("cpus"));
        JsonNode use = measured();
        assertTrue(use.at("/cpuSeconds").asDouble() > 0, use::toString);
        assertTrue(use.at("/memoryResidentMiB").asLong() > 0, use::toString);
        assertEquals("vda", use.at("/disks/0/target").asText());
        assertTrue(use.at("/disks/0/readBytes").asLong() > 0, use::toString);
    }

    @Test
    @Order(3)
    void rebootedByForceItIsNotAsked() throws IOException {
        yqctl.ok("instance", "reboot", NAME, "--force", "--wait=90s");
        awaitBoots(3);
        assertEquals(1, consoleCounts("yunqing-guest: power button"));
    }

    @Test
    @Order(4)
    void anAgentKilledInTheMiddleRebootsItOnce() throws IOException {
        cloud.agent(HOST).kill();
        yqctl.ok("instance", "reboot", NAME);
        cloud.agent(HOST).start();
        Until.holds("it goes off", BOOT, () -> consoleCounts("yunqing-guest: power button") == 2);
        cloud.agent(HOST).kill();
        cloud.agent(HOST).start();
        awaitBoots(4);
        cloud.awaitPhase(NAME, "RUNNING", BOOT);
        assertEquals(2, consoleCounts("yunqing-guest: power button"));
    }

    @Test
    @Order(5)
    void pausedItStandsStillAndStartedItGoesOn() throws IOException {
        yqctl.ok("instance", "pause", NAME, "--wait=60s");
        assertEquals("paused (user)", domainState());
        yqctl.ok("instance", "start", NAME, "--wait=60s");
        assertEquals("running (unpaused)", domainState());
        assertEquals(4, boots());
    }

    @Test
    @Order(6)
    void whatSomebodyPausedBehindOurBackGoesOn() throws IOException {
        testbed.virsh(HOST, "suspend", id());
        Until.holds("it goes on", BOOT, () -> domainState().startsWith("running"));
    }

    @Test
    @Order(7)
    void aPausedGuestGoesOffWhenItIsAsked() throws IOException {
        yqctl.ok("instance", "pause", NAME, "--wait=60s");
        yqctl.ok("instance", "stop", NAME, "--wait=60s");
        assertEquals("shut off (shutdown)", domainState());
    }

    @Test
    @Order(8)
    void rebuiltByAnAgentThatIsKilledItStartsOnAFreshDiskOnce() throws IOException {
        String id = id();
        int before = boots();
        yqctl.ok(
                "instance",
                "rebuild",
                NAME,
                "--user-data",
                "@" + life("second"),
                "--yes",
                "--reason",
                "its system was broken");
        cloud.agent(HOST).kill();
        cloud.agent(HOST).start();
        awaitBoots(before + 1);
        assertEquals(1, consoleCounts("second: vda holds <>"));
        assertEquals(1, consoleCounts("second: vdc holds <web>"), "its volume is as it was");
        cloud.awaitPhase(NAME, "RUNNING", BOOT);
        assertEquals(id, id());
        yqctl.ok("instance", "reboot", NAME, "--wait=90s");
        awaitBoots(before + 2);
        assertEquals(1, consoleCounts("second: vda holds <web>"));
    }

    @Test
    @Order(9)
    void protectedItIsNeitherDeletedNorRebuilt() throws IOException {
        yqctl.ok("instance", "set", NAME, "--deletion-protection", "true");
        Outcome refused = yqctl.run("instance", "delete", NAME, "--yes");
        assertTrue(refused.err().contains("protected from being deleted"), refused.err());
        Outcome kept = yqctl.run("instance", "rebuild", NAME, "--yes");
        assertTrue(kept.err().contains("would be deleted"), kept.err());
        assertEquals("running (booted)", domainState());
        yqctl.ok("instance", "set", NAME, "--deletion-protection", "false");
        yqctl.ok("instance", "delete", NAME, "--yes", "--wait=60s");
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    /** User data by which the guest says what is at the end of its disk and of its volume, and writes its name there. */
    private Path life(String name) throws IOException {
        return Files.writeString(
                cloud.folder().resolve(name),
                """
                #!/bin/sh
                for disk in vda vdc; do
                    last=$(($(cat /sys/block/$disk/size) - 1))
                    echo "%s: $disk holds <$(dd if=/dev/$disk bs=512 skip=$last count=1 2>/dev/null | tr -d '\\0')>"
                    hostname | dd of=/dev/$disk bs=512 seek=$last conv=sync,notrunc 2>/dev/null
                done
                sync
                """
                        .formatted(name));
    }

    private JsonNode measured() throws IOException {
        return rest.get(Cloud.instancePath(NAME) + "/statistics").body();
    }

    private void awaitBoots(int number) {
        Until.holds("boot " + number, BOOT, () -> boots() == number);
    }

    private int boots() throws IOException {
        return consoleCounts("yunqing-guest: ready after");
    }

    private int consoleCounts(String words) throws IOException {
        return yqctl.ok("instance", "log", NAME).split(words, -1).length - 1;
    }

    private String domainState() throws IOException {
        return testbed.virsh(HOST, "domstate", "--reason", id());
    }

    private String id() throws IOException {
        return rest.get(Cloud.instancePath(NAME)).body().path("metadata").path("id").asText();
    }
}
