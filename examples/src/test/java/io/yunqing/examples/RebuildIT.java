package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program.Outcome;
import io.yunqing.examples.cloud.Rest;
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

/** A real guest that says at each start what is at the end of its root disk and of its volume, and writes its name there. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RebuildIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(1);

    private static final String NAME = "web";
    private static final Duration BOOT = Duration.ofSeconds(90);

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;

    RebuildIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
    }

    @Test
    @Order(1)
    void whatAGuestWroteIsThereAfterAReboot() throws IOException {
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
                "@" + guest("first"),
                "--wait=90s");
        awaitLine("first: vdc holds <>");
        awaitReady(1);
        yqctl.ok("instance", "reboot", NAME, "--wait=90s");
        awaitLine("first: vda holds <web>");
        awaitReady(2);
    }

    @Test
    @Order(2)
    void rebuiltByAnAgentThatIsKilledItStartsOnAFreshDiskOnce() throws IOException {
        String id = id();
        yqctl.ok(
                "instance",
                "rebuild",
                NAME,
                "--user-data",
                "@" + guest("second"),
                "--yes",
                "--reason",
                "its system was broken");
        cloud.agent(1).kill();
        cloud.agent(1).start();
        awaitLine("second: vda holds <>");
        awaitLine("second: vdc holds <web>");
        cloud.awaitPhase(NAME, "RUNNING", BOOT);
        assertEquals(id, id());
        yqctl.ok("instance", "reboot", NAME, "--wait=90s");
        awaitLine("second: vda holds <web>");
    }

    @Test
    @Order(3)
    void protectedItIsNotRebuilt() throws IOException {
        yqctl.ok("instance", "set", NAME, "--deletion-protection", "true");
        Outcome refused = yqctl.run("instance", "rebuild", NAME, "--yes");
        assertTrue(refused.err().contains("would be deleted"), refused.err());
        yqctl.ok("instance", "set", NAME, "--deletion-protection", "false");
        yqctl.ok("instance", "delete", NAME, "--yes", "--wait=60s");
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    private Path guest(String life) throws IOException {
        return Files.writeString(
                cloud.folder().resolve(life),
                """
                #!/bin/sh
                for disk in vda vdc; do
                    last=$(($(cat /sys/block/$disk/size) - 1))
                    echo "%s: $disk holds <$(dd if=/dev/$disk bs=512 skip=$last count=1 2>/dev/null | tr -d '\\0')>"
                    hostname | dd of=/dev/$disk bs=512 seek=$last conv=sync,notrunc 2>/dev/null
                done
                sync
                """
                        .formatted(life));
    }

    private void awaitLine(String line) {
        Until.holds("the console says " + line, BOOT, () -> console().contains(line));
    }

    private void awaitReady(int times) {
        Until.holds(
                "it is ready",
                BOOT,
                () -> console().split("yunqing-guest: ready after", -1).length - 1 == times);
    }

    private String console() throws IOException {
        return yqctl.ok("instance", "log", NAME);
    }

    private String id() throws IOException {
        return rest.get(Cloud.instancePath(NAME)).body().at("/metadata/id").asText();
    }
}
