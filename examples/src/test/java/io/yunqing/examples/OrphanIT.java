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
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What somebody else left on a real host: found, put aside, put back, deleted, and never touched unasked. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OrphanIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(1);

    private static final int HOST = 1;

    /** Agents look at files every 30 s. */
    private static final Duration FOUND_WITHIN = Duration.ofSeconds(90);

    private static final String LEGACY = "11111111-2222-3333-4444-555555555555";
    private static final String LOST = "0198f1a2-7b3c-7def-8123-0000000000aa";

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;
    private final Testbed testbed;
    private final Path files;

    OrphanIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
        testbed = cloud.testbed();
        files = testbed.pool(HOST).resolve("instances").resolve(LOST);
    }

    @Test
    @Order(1)
    void aCloudOfItsOwnHasNone() throws IOException {
        yqctl.ok(
                "instance",
                "create",
                "web",
                "--flavor",
                "tiny",
                "--image",
                "yunqing-guest",
                "--volume",
                "data=1",
                "--power",
                "OFF",
                "--wait=90s");
        assertEquals(0, orphans("").size());
    }

    @Test
    @Order(2)
    void whatSomebodyLeftIsFoundAndLeftAlone() throws IOException {
        Path definition =
                Files.writeString(
                        cloud.folder().resolve("legacy.xml"),
                        """
                        <domain type='qemu'><name>legacy</name><uuid>%s</uuid><memory unit='MiB'>32</memory>
                        <os><type arch='x86_64' machine='q35'>hvm</type></os></domain>
                        """
                                .formatted(LEGACY));
        testbed.virsh(HOST, "define", definition.toString());
        testbed.virsh(HOST, "start", "legacy", "--paused");
        Files.createDirectories(files);
        Files.writeString(files.resolve("disk.qcow2"), "what a department once wrote");
        Until.holds("both are found", FOUND_WITHIN, () -> orphans("").size() == 2);
        String list = yqctl.ok("orphan", "list", "--type", "DOMAIN");
        assertTrue(list.contains("legacy") && list.contains("PAUSED"), list);
        assertTrue(yqctl.ok("orphan", "show", name("INSTANCE_FILES")).contains("28 B"));
        assertTrue(domains().contains(LEGACY));
        assertTrue(Files.exists(files));
    }

    @Test
    @Order(3)
    void itIsPutAsideByAnAgentThatIsKilledMeanwhile() throws IOException {
        yqctl.ok("orphan", "quarantine", name("DOMAIN"), "--reason", "nobody knows it");
        yqctl.ok("orphan", "quarantine", name("INSTANCE_FILES"));
        cloud.agent(HOST).kill();
        cloud.agent(HOST).start();
        Until.holds(
                "both are put aside",
                FOUND_WITHIN,
                () -> orphans("?quarantined=true").size() == 2 && !Files.exists(files));
        assertFalse(domains().contains(LEGACY), domains());
        String web = rest.get(Cloud.instancePath("web")).body().at("/metadata/id").asText();
        assertTrue(domains().contains(web), domains());
    }

    @Test
    @Order(4)
    void itComesBackAsItWas() throws IOException {
        yqctl.ok("orphan", "release", name("DOMAIN"), "--wait=60s");
        yqctl.ok("orphan", "release", name("INSTANCE_FILES"), "--wait=60s");
        assertTrue(testbed.virsh(HOST, "dumpxml", "legacy").contains(LEGACY));
        assertEquals("what a department once wrote", Files.readString(files.resolve("disk.qcow2")));
    }

    @Test
    @Order(5)
    void onlyWhatWasPutAsideIsDeleted() throws IOException {
        Outcome early = yqctl.run("orphan", "delete", name("INSTANCE_FILES"), "--yes");
        assertTrue(early.err().contains("is not known to be in quarantine"), early.toString());
        for (String type : new String[] {"INSTANCE_FILES", "DOMAIN"}) {
            String name = name(type);
            yqctl.ok("orphan", "quarantine", name, "--wait=60s");
            yqctl.ok("orphan", "delete", name, "--yes", "--wait=60s");
        }
        assertEquals(0, orphans("").size());
        assertFalse(Files.exists(files));
        assertFalse(domains().contains(LEGACY), domains());
        yqctl.ok("instance", "delete", "web", "--yes", "--wait=60s");
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    private JsonNode orphans(String filters) throws IOException {
        return rest.get("/v1/orphans" + filters).body().path("items");
    }

    private String name(String type) throws IOException {
        return orphans("?type=" + type).path(0).path("metadata").path("name").asText();
    }

    private String domains() throws IOException {
        return testbed.virsh(HOST, "list", "--all", "--uuid");
    }
}
