package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import io.yunqing.cli.fake.FakeController.Fault;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangingScenarioTest {
    private static final String TENANT =
            """
            {"metadata":{"labels":{"team":"web","x.y/z":"1"}},"spec":{"application":"a","environment":"TEST",
             "limits":{"vcpus":8,"memoryMiB":4096}}}
            """;
    private static final String WEB = "{\"spec\":{\"flavor\":\"f\",\"image\":\"i\"}}";

    private FakeController controller;
    private Terminal terminal;
    @TempDir Path folder;

    @BeforeEach
    void start() throws IOException {
        controller = new FakeController();
        terminal = Terminal.at(controller);
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void createSendsWhatTheFlagsSay() throws IOException {
        Path key = Files.writeString(folder.resolve("key.pub"), "ssh-ed25519 AAA me\n");
        Run run =
                terminal.run(
                        "instance",
                        "create",
                        "web",
                        "-t",
                        "t",
                        "--flavor",
                        "f",
                        "--image",
                        "i",
                        "--ssh-key",
                        "@" + key,
                        "--user-data",
                        "#cloud-config",
                        "--label",
                        "a=b");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("", run.out());
        assertEquals("instance t/web created\n", run.err());
        Map<String, Object> made = controller.resource("tenants/t/instances/web");
        assertEquals("[ssh-ed25519 AAA me]", Tree.textAt(made, "spec.sshKeys"));
        assertEquals("#cloud-config", Tree.textAt(made, "spec.userData"));
        assertEquals("{a=b}", Tree.textAt(made, "metadata.labels"));
    }

    @Test
    void createNamesAllThatIsMissingAndSendsNothing() {
        Run run = terminal.run("tenant", "create", "t", "--limit", "vcpus=8");
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains("--application") && run.err().contains("--environment"));
        assertFalse(run.err().contains("--limit"));
        assertEquals(List.of(), controller.requests());
        Run bad = terminal.run("tenant", "create", "t", "--limit", "vcpus=-1");
        assertTrue(bad.err().contains("--limit vcpus: -1 is out of range"), bad.err());
        Run shape = terminal.run("tenant", "create", "t", "--limit", "vcpus");
        assertTrue(shape.err().contains("--limit: 'vcpus' is not KEY=VALUE"), shape.err());
    }

    @Test
    void aLostAnswerIsAskedForAgainAndMakesOne() {
        controller.next(Fault.LOSE_ANSWER);
        Run run = terminal.run("zone", "create", "a");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("zone a created\n", run.err());
        assertEquals("1", Tree.textAt(controller.resource("zones/a"), "metadata.revision"));
    }

    @Test
    void resizeAsksForAnotherFlavorAndForNothingElse() throws IOException {
        controller.have("tenants/t/instances/web", WEB);
        Run run = terminal.run("instance", "resize", "t/web", "--flavor", "large");
        assertEquals(Exit.OK, run.exit(), run.err());
        Map<String, Object> now = controller.resource("tenants/t/instances/web");
        assertEquals("{flavor=large, image=i}", Tree.textAt(now, "spec"));
        Run again = terminal.run("instance", "resize", "t/web", "--flavor", "large");
        assertEquals("instance t/web is as asked already\n", again.err());
        assertEquals(Exit.USAGE, terminal.run("instance", "resize", "t/web").exit());
        controller.refuse(
                Map.of(
                        "status", 409,
                        "code", "instance.not_off",
                        "kind", "CONFLICT",
                        "detail", "spec.flavor: can be changed only while the instance is off",
                        "remedy", "stop it first"));
        Run running = terminal.run("instance", "resize", "t/web", "--flavor", "small");
        assertEquals(Exit.CONFLICT, running.exit(), running.err());
        assertTrue(running.err().contains("-> stop it first"), running.err());
    }

    @Test
    void setChangesWhatIsNamedAndNothingElse() throws IOException {
        controller.have("tenants/t", TENANT);
        Run run =
                terminal.run(
                        "tenant",
                        "set",
                        "t",
                        "--limit",
                        "vcpus=16",
                        "--limit",
                        "memoryMiB-",
                        "--label",
                        "team-",
                        "--label",
                        "new=1");
        assertEquals(Exit.OK, run.exit(), run.err());
        Map<String, Object> now = controller.resource("tenants/t");
        assertEquals("{vcpus=16}", Tree.textAt(now, "spec.limits"));
        assertEquals("a", Tree.textAt(now, "spec.application"));
        assertEquals("{x.y/z=1, new=1}", Tree.textAt(now, "metadata.labels"));
    }

    @Test
    void setOfWhatIsSoAlreadySendsNoChange() throws IOException {
        controller.have("tenants/t", TENANT);
        Run run = terminal.run("tenant", "set", "t", "--limit", "vcpus=8", "--label", "x.y/z=1");
        assertTrue(run.err().contains("is as asked already"), run.err());
        assertEquals(List.of("GET /v1/tenants/t"), controller.requests());
    }

    @Test
    void somebodyElsesOtherChangeIsKept() throws IOException {
        controller.have("tenants/t", TENANT);
        controller.overtakeWith(Map.of("environment", "PRODUCTION"));
        controller.next(Fault.OVERTAKE);
        Run run = terminal.run("tenant", "set", "t", "--limit", "vcpus=16");
        assertEquals(Exit.OK, run.exit(), run.err());
        Map<String, Object> now = controller.resource("tenants/t");
        assertEquals("PRODUCTION", Tree.textAt(now, "spec.environment"));
        assertEquals("16", Tree.textAt(now, "spec.limits.vcpus"));
    }

    @Test
    void somebodyElsesChangeOfTheSameFieldIsAConflict() throws IOException {
        controller.have("tenants/t", TENANT);
        controller.overtakeWith(Map.of("environment", "PRODUCTION"));
        controller.next(Fault.OVERTAKE);
        Run run = terminal.run("tenant", "set", "t", "--environment", "EMERGENCY");
        assertEquals(Exit.CONFLICT, run.exit());
        assertTrue(run.err().contains("spec.environment"), run.err());
        assertEquals(
                "PRODUCTION", Tree.textAt(controller.resource("tenants/t"), "spec.environment"));
    }

    @Test
    void aChangeWhoseAnswerWasLostIsNotAConflict() throws IOException {
        controller.have("tenants/t", TENANT);
        controller.next(Fault.LOSE_ANSWER);
        Run run = terminal.run("tenant", "set", "t", "--environment", "EMERGENCY");
        assertEquals(Exit.OK, run.exit(), run.err());
    }

    @Test
    void dryRunPrintsThePlanAndChangesNothing() throws IOException {
        controller.have("tenants/t", TENANT);
        Run run = terminal.run("tenant", "set", "t", "--environment", "EMERGENCY", "--dry-run");
        assertEquals(
                "tenant t would be changed\n  spec.environment: \"TEST\" -> \"EMERGENCY\"\n",
                run.out());
        assertTrue(run.err().contains("--digest d1"));
        assertEquals("TEST", Tree.textAt(controller.resource("tenants/t"), "spec.environment"));
        assertTrue(
                terminal.run("zone", "create", "z", "--display-name", "Z", "--dry-run")
                        .out()
                        .contains("would be created"));
        assertTrue(
                terminal.run("tenant", "delete", "t", "--dry-run")
                        .out()
                        .contains("would be deleted"));
        assertFalse(controller.resource("tenants/t").isEmpty());
    }

    @Test
    void aQuotaRefusalSaysWhichLimitAndWhatToDo() {
        controller.refuse(
                Map.of(
                        "status",
                        409,
                        "code",
                        "quota.exceeded",
                        "kind",
                        "CAPACITY",
                        "detail",
                        "tenant t may not use more",
                        "remedy",
                        "ask for more",
                        "errors",
                        List.of(
                                Map.of(
                                        "field",
                                        "limits.vcpus",
                                        "message",
                                        "too many",
                                        "limit",
                                        "8",
                                        "actual",
                                        "9")),
                        "explanation",
                        Map.of(
                                "hostsSeen",
                                2,
                                "turnedAway",
                                Map.of("memory", 2),
                                "nearestMiss",
                                "64 MiB less")));
        Run run = terminal.run("instance", "create", "t/web", "--flavor", "f", "--image", "i");
        assertEquals(Exit.REFUSED, run.exit());
        assertEquals(
                """
                yqctl: tenant t may not use more (quota.exceeded)
                  limits.vcpus: too many; limit: 8; given: 9
                  2 hosts considered
                    2 turned away by memory
                  nearest miss: 64 MiB less
                  -> ask for more
                """,
                run.err());
    }

    @Test
    void waitPrintsOneLineAChange() {
        controller.phases("SCHEDULED", "STARTING", "STARTING", "RUNNING");
        Run run =
                terminal.run(
                        "instance", "create", "t/web", "--wait", "--flavor", "f", "--image", "i");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals(
                "instance t/web created\nt/web: SCHEDULED\nt/web: STARTING\nt/web: RUNNING\n",
                run.err());
    }

    @Test
    void aWaitThatEndsClaimsNoFailure() {
        Run run =
                terminal.run(
                        "instance",
                        "create",
                        "t/web",
                        "--flavor",
                        "f",
                        "--image",
                        "i",
                        "--wait=5s");
        assertEquals(Exit.STILL_RUNNING, run.exit());
        assertTrue(run.err().contains("t/web is SCHEDULED after 5 s; the work goes on"), run.err());
    }

    @Test
    void deleteAsksForTheNameAndWithoutATerminalForYes() throws IOException {
        controller.have("zones/a", "{\"spec\":{}}");
        Run script = terminal.run("zone", "delete", "a");
        assertEquals(Exit.USAGE, script.exit());
        assertTrue(script.err().contains("--yes"));
        Run wrong = Terminal.at(controller).interactive("b\n").run("zone", "delete", "a");
        assertEquals(Exit.USAGE, wrong.exit());
        assertFalse(controller.resource("zones/a").isEmpty());
        Run right = Terminal.at(controller).interactive("a\n").run("zone", "delete", "a");
        assertEquals(Exit.OK, right.exit(), right.err());
        assertTrue(controller.resource("zones/a").isEmpty());
    }

    @Test
    void deleteOfSeveralIsPartlyDoneWhenOneIsNotThere() throws IOException {
        controller.have("zones/a", "{\"spec\":{}}");
        Run run = terminal.run("zone", "delete", "a", "b", "--yes");
        assertEquals(Exit.PARTLY_DONE, run.exit());
        assertTrue(run.err().contains("zone a deleted") && run.err().contains("b: refused"));
        assertEquals(Exit.NOT_FOUND, terminal.run("zone", "delete", "b", "--yes").exit());
    }

    @Test
    void deleteSurvivesALostAnswerAndAMovedRevisionButNotAnotherSpec() throws IOException {
        controller.have("zones/a", "{\"spec\":{}}");
        controller.next(Fault.LOSE_ANSWER);
        assertEquals(Exit.OK, terminal.run("zone", "delete", "a", "--yes").exit());
        controller.have("zones/a", "{\"spec\":{}}");
        controller.next(Fault.OVERTAKE);
        assertEquals(Exit.OK, terminal.run("zone", "delete", "a", "--yes").exit());
        controller.have("zones/a", "{\"spec\":{}}");
        controller.overtakeWith(Map.of("displayName", "kept on purpose"));
        controller.next(Fault.OVERTAKE);
        assertEquals(Exit.CONFLICT, terminal.run("zone", "delete", "a", "--yes").exit());
        assertFalse(controller.resource("zones/a").isEmpty());
    }

    @Test
    void deleteOfAnInstanceWaitsUntilItIsGone() throws IOException {
        controller.have("tenants/t/instances/web", WEB);
        assertEquals(Exit.OK, terminal.run("instance", "delete", "t/web", "--yes").exit());
        controller.phases("DELETING", "DELETING", "GONE");
        Run run = terminal.run("instance", "delete", "t/web", "--yes", "--wait");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertTrue(run.err().endsWith("t/web is gone\n"), run.err());
    }

    @Test
    void busyIsUnreachableAndSaysSo() {
        controller.next(Fault.BUSY);
        assertEquals(Exit.UNREACHABLE, terminal.run("zone", "create", "a").exit());
    }
}
