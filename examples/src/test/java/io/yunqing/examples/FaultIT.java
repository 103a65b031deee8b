package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Shape;
import io.yunqing.examples.cloud.Testbed;
import io.yunqing.examples.cloud.Testbed.Disk;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What hangs, is full or cannot be heard is said; meanwhile nothing is guessed, and afterwards all is as it was asked. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultIT {
    @RegisterExtension
    static final CloudFixture FIXTURE =
            new CloudFixture(
                    Shape.of(1).withDisks(16 << 10).withLinks().withLease(Duration.ofSeconds(8)));

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int HOST = 1;

    private final Cloud cloud = FIXTURE.cloud();
    private final Testbed testbed = cloud.testbed();
    private final Yqctl yqctl;
    private final Rest rest;

    FaultIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
    }

    @Test
    @Order(1)
    void behindAFrozenLibvirtdNothingReadsOffAndNothingIsChanged() throws Exception {
        create("calm", "--wait=60s");
        create("still", "--power", "OFF", "--wait=60s");
        String before = testbed.virsh(HOST, "domid", id("calm"));
        Set<String> phases = new TreeSet<>();
        testbed.freezeLibvirt(HOST);
        Until.holds("it is not seen any more", PATIENCE, () -> sees(phases, "UNOBSERVED"));
        assertEquals(Set.of("RUNNING", "UNOBSERVED"), phases);
        JsonNode unseen = rest.get(Cloud.instancePath("calm")).body().path("status");
        JsonNode reason = unseen.path("conditions").path(0);
        assertEquals("HypervisorUnobserved", reason.path("type").asText(), unseen::toString);
        assertTrue(reason.path("message").asText().contains("libvirt"), unseen::toString);
        assertTrue(Instant.parse(reason.path("since").asText()).isBefore(Instant.now()));
        assertTrue(Instant.parse(unseen.path("observedAt").asText()).isBefore(Instant.now()));
        assertEquals("CURRENT", host().path("state").asText(), "its agent is heard");
        yqctl.ok("instance", "start", "still");
        testbed.thawLibvirt(HOST);
        cloud.awaitPhase("calm", "RUNNING", PATIENCE);
        cloud.awaitPhase("still", "RUNNING", PATIENCE);
        assertEquals(before, testbed.virsh(HOST, "domid", id("calm")), "it was not started again");
    }

    @Test
    @Order(2)
    void aLibvirtThatKnowsOfNothingIsNotBelievedWhileGuestsRun() throws Exception {
        String before = processes();
        Set<String> phases = new TreeSet<>();
        testbed.forgetDomains(HOST);
        assertEquals(List.of(), testbed.domains(HOST), "an empty answer");
        Until.holds("it is not seen any more", PATIENCE, () -> sees(phases, "UNOBSERVED"));
        yqctl.ok("instance", "stop", "still", "--force");
        Instant seen = Instant.parse(host().path("observedAt").asText());
        Until.holds(
                "its agent speaks on",
                PATIENCE,
                () ->
                        sees(phases, "UNOBSERVED")
                                && Instant.parse(host().path("observedAt").asText())
                                        .isAfter(seen.plusSeconds(5)));
        phases.remove("RUNNING");
        assertEquals(Set.of("UNOBSERVED"), phases, "never that it is off");
        String why = status("calm").path("conditions").path(0).path("message").asText();
        assertTrue(why.contains("libvirt does not name instance"), why);
        assertEquals(List.of(), testbed.domains(HOST), "nothing was made anew");
        assertEquals(before, processes());
        testbed.recallDomains(HOST);
        cloud.awaitPhase("calm", "RUNNING", PATIENCE);
        cloud.awaitPhase("still", "STOPPED", PATIENCE);
        assertTrue(before.contains(processes().strip()), "it was not started again");
        yqctl.ok("instance", "start", "still", "--wait=60s");
    }

    @Test
    @Order(3)
    void behindASilentLinkGuestsRunOnAndWhatIsAskedIsDoneAfterwards() throws Exception {
        String before = testbed.virsh(HOST, "domid", id("calm"));
        Set<String> phases = new TreeSet<>();
        cloud.link(HOST).silence();
        Until.holds("it is not heard any more", PATIENCE, () -> sees(phases, "UNOBSERVED"));
        assertEquals(Set.of("RUNNING", "UNOBSERVED"), phases);
        assertEquals("UNREACHABLE", host().path("state").asText());
        yqctl.ok("instance", "stop", "still", "--force");
        assertEquals(2, testbed.runningDomains(HOST).size(), "nobody was told");
        cloud.link(HOST).mend();
        cloud.awaitPhase("calm", "RUNNING", PATIENCE);
        cloud.awaitPhase("still", "STOPPED", PATIENCE);
        assertEquals(before, testbed.virsh(HOST, "domid", id("calm")), "it was not started again");
        cloud.link(HOST).cut();
        yqctl.ok("instance", "start", "still");
        cloud.link(HOST).mend();
        cloud.awaitPhase("still", "RUNNING", PATIENCE);
    }

    @Test
    @Order(4)
    void inAFullPoolNothingIsHalfMade() throws Exception {
        Until.holds(
                "it is admitted before its host says that it is full", PATIENCE, this::filledBelow);
        Until.holds(
                "what to do is said", PATIENCE, () -> error("late").contains("free some space"));
        cloud.awaitPhase("late", "FAILED", PATIENCE);
        assertFalse(testbed.domains(HOST).toString().contains(id("late")));
        assertFalse(Files.exists(testbed.disk(HOST, id("late"))));
        Until.holds("its host says so", PATIENCE, this::nearlyFull);
        var refused =
                yqctl.run("volume", "create", "more", "--instance", "calm", "--size-gib", "1");
        assertNotEquals(0, refused.exit(), refused::toString);
        assertTrue(refused.toString().contains("below 10 % nothing new comes"), refused::toString);
        JsonNode pool = host().at("/pools/0");
        assertTrue(pool.path("freeMiB").asLong() <= 200, pool::toString);
        assertTrue(
                pool.path("writtenMiB").asLong() < pool.path("promisedMiB").asLong() / 2,
                () -> "its disks are sparse: " + pool);
        testbed.empty(HOST, Disk.POOL);
        cloud.awaitPhase("late", "RUNNING", PATIENCE);
        Until.holds("its host has room again", PATIENCE, () -> !nearlyFull());
    }

    /** Fills the pool under an instance that is admitted for the room there was; gives the room back if it was not. */
    private boolean filledBelow() throws IOException {
        testbed.fill(HOST, Disk.POOL, 200);
        boolean admitted =
                yqctl.run(
                                        "instance",
                                        "create",
                                        "late",
                                        "--flavor",
                                        "tiny",
                                        "--image",
                                        "yunqing-guest")
                                .exit()
                        == 0;
        if (!admitted) {
            testbed.empty(HOST, Disk.POOL);
        }
        return admitted;
    }

    private boolean nearlyFull() throws IOException {
        return host().path("conditions").findValuesAsText("type").contains("PoolNearlyFull");
    }

    @Test
    @Order(5)
    void whatLibvirtRefusesIsSaidInItsWordsAndDoneWhenItCan() throws Exception {
        String before = testbed.virsh(HOST, "domid", id("calm"));
        testbed.breakQemu(HOST);
        yqctl.ok("instance", "stop", "still", "--force", "--wait=60s");
        yqctl.ok("instance", "start", "still");
        cloud.awaitPhase("still", "FAILED", PATIENCE);
        assertTrue(error("still").contains("qemu"), error("still"));
        assertEquals("RUNNING", status("calm").path("phase").asText());
        assertEquals("shut off", testbed.virsh(HOST, "domstate", id("still")));
        testbed.mendQemu(HOST);
        cloud.awaitPhase("still", "RUNNING", PATIENCE);
        assertEquals(before, testbed.virsh(HOST, "domid", id("calm")), "it was not concerned");
    }

    @Test
    @Order(6)
    void aHungDiskCostsItsOwnLane() throws Exception {
        yqctl.ok("instance", "stop", "still", "--force", "--wait=60s");
        long calm = started("still");
        yqctl.ok("instance", "stop", "still", "--force", "--wait=60s");
        testbed.hang(HOST, Disk.VOLUMES);
        List<String> volumes = List.of("one", "two", "three");
        for (String volume : volumes) {
            yqctl.ok("volume", "create", volume, "--instance", "calm", "--size-gib", "1");
        }
        long hung = started("still");
        System.err.printf("a start took %d ms, and %d ms beside a hung disk%n", calm, hung);
        create("fresh", "--wait=60s");
        for (String volume : volumes) {
            assertTrue(
                    volume(volume).at("/status/lastError").isMissingNode(),
                    "that had not to wait until what hangs was given up");
        }
        Instant heard = Instant.parse(host().path("observedAt").asText());
        Until.holds(
                "its agent is heard again",
                PATIENCE,
                () -> Instant.parse(host().path("observedAt").asText()).isAfter(heard));
        assertEquals("CURRENT", host().path("state").asText());
        for (String volume : volumes) {
            assertNotEquals(
                    "ATTACHED", phase(volume), "all that came before the disk was released");
        }
        testbed.release(HOST, Disk.VOLUMES);
        for (String volume : volumes) {
            Until.holds(volume + " is there", PATIENCE, () -> phase(volume).equals("ATTACHED"));
        }
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    /** The host's guests, as its kernel numbers them. */
    private String processes() throws IOException {
        return testbed.exec(HOST, "pgrep", "-f", "^[^ ]*/qemu-system");
    }

    private long started(String instance) throws IOException {
        long begin = System.nanoTime();
        yqctl.ok("instance", "start", instance, "--wait=60s");
        return Duration.ofNanos(System.nanoTime() - begin).toMillis();
    }

    private void create(String name, String... more) throws IOException {
        var line =
                new ArrayList<>(
                        List.of(
                                "instance",
                                "create",
                                name,
                                "--flavor",
                                "tiny",
                                "--image",
                                "yunqing-guest"));
        line.addAll(List.of(more));
        yqctl.ok(line.toArray(String[]::new));
    }

    /** Notes the phase that a running guest is in, and says whether it is the awaited one. */
    private boolean sees(Set<String> phases, String awaited) throws IOException {
        String phase = status("calm").path("phase").asText();
        phases.add(phase);
        return phase.equals(awaited);
    }

    private JsonNode status(String instance) throws IOException {
        return rest.get(Cloud.instancePath(instance)).body().path("status");
    }

    private String error(String instance) throws IOException {
        return status(instance).path("lastError").toString();
    }

    private String id(String instance) throws IOException {
        return rest.get(Cloud.instancePath(instance)).body().at("/metadata/id").asText();
    }

    private String phase(String volume) throws IOException {
        return volume(volume).at("/status/phase").asText();
    }

    private JsonNode volume(String name) throws IOException {
        return rest.get("/v1/tenants/" + Cloud.TENANT + "/volumes/" + name).body();
    }

    private JsonNode host() throws IOException {
        return rest.get("/v1/hosts/" + Cloud.hostName(HOST)).body().path("status");
    }
}
