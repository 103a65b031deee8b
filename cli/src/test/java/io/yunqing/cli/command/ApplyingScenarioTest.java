package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

class ApplyingScenarioTest {
    private static final String CITY =
            """
            {kind: Instance, metadata: {name: web, tenant: t}, spec: {flavor: f, image: i}}
            ---
            {kind: Department, metadata: {name: bureau}, spec: {parent: city}}
            ---
            {kind: Department, metadata: {name: city}, spec: {displayName: 市}}
            ---
            {kind: Tenant, metadata: {name: t}, spec: {application: a, environment: TEST, limits: {vcpus: 8}}}
            """;
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
    void appliedTwiceItChangesNothing() {
        Run first = terminal.fed(CITY).run("apply", "-f", "-");
        assertEquals(Exit.OK, first.exit(), first.err());
        assertEquals(
                """
                department/city created
                department/bureau created
                tenant/t created
                instance/t/web created
                """,
                first.out());
        Run second = terminal.fed(CITY).run("apply", "-f", "-");
        assertEquals(4, second.out().lines().filter(l -> l.endsWith(" unchanged")).count());
        assertTrue(
                controller.requests().stream().filter(r -> r.startsWith("PUT")).count() == 4,
                controller.requests()::toString);
    }

    @Test
    void whatAManifestLeavesOutStaysAsItIs() throws IOException {
        controller.have(
                "tenants/t/instances/web",
                "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"flavor\":\"f\",\"image\":\"i\",\"power\":\"STOPPED\"}}");
        controller.have(
                "tenants/t",
                "{\"spec\":{\"application\":\"a\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":4,\"x\":1}}}");
        String out = terminal.fed(CITY).run("apply", "-f", "-").out();
        assertTrue(out.contains("instance/t/web unchanged"), out);
        assertTrue(out.contains("tenant/t configured"), out);
        assertEquals("{vcpus=8}", Tree.textAt(controller.resource("tenants/t"), "spec.limits"));
    }

    @Test
    void nothingIsSentWhenOneDocumentIsWrong() throws IOException {
        Files.writeString(folder.resolve("1.yaml"), CITY);
        Files.writeString(
                folder.resolve("2.yml"), "kind: Zone\nmetadata: {name: a}\nspec: {name: b}\n");
        Files.writeString(folder.resolve("notes.txt"), "not a manifest");
        Run run = terminal.run("apply", "-f", folder.toString());
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains("2.yml:3:14: spec.name is not a field"), run.err());
        assertEquals(List.of(), controller.requests());
    }

    @Test
    void aLostAnswerOfACreationIsFoundAgain() {
        controller.next(Fault.LOSE_ANSWER);
        Run run =
                terminal.fed("{kind: Zone, metadata: {name: a}, spec: {displayName: A}}")
                        .run("apply", "-f", "-");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("1", Tree.textAt(controller.resource("zones/a"), "metadata.revision"));
    }

    @Test
    void whatFailsIsListedWithItsPlaceAndTheRestIsDone() throws IOException {
        controller.have("departments/city", "{\"spec\":{\"displayName\":\"市\"}}");
        controller.refuse(
                Map.of(
                        "status",
                        409,
                        "code",
                        "quota.exceeded",
                        "kind",
                        "CAPACITY",
                        "detail",
                        "no room"));
        Run run = terminal.fed(CITY).run("apply", "-f", "-");
        assertEquals(Exit.PARTLY_DONE, run.exit());
        assertTrue(run.out().contains("department/city unchanged"));
        assertTrue(run.err().contains("3 of 4 were not applied"), run.err());
        assertTrue(run.err().contains("-:7:1: tenant/t: no room (quota.exceeded)"), run.err());
    }

    @Test
    void aControllerThatDoesNotAnswerIsAskedOnce() {
        Run run = terminal.fed(CITY).run("apply", "-f", "-", "--server", "http://127.0.0.1:1");
        assertEquals(Exit.UNREACHABLE, run.exit());
        assertTrue(run.err().contains("4 of 4 were not applied"), run.err());
        assertTrue(run.err().contains("-:5:1: department/city: no answer"), run.err());
    }

    @Test
    void dryRunImaginesWhatComesBefore() {
        Run run = terminal.fed(CITY).run("apply", "-f", "-", "--dry-run");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertTrue(run.out().contains("department city would be created"), run.out());
        assertTrue(run.out().contains("once department/city exists"), run.out());
        assertTrue(run.out().contains("once tenant/t exists"), run.out());
        assertTrue(controller.resource("departments/city").isEmpty());
    }

    @Test
    void waitsForTheInstances() {
        controller.phases("STARTING", "RUNNING");
        Run run = terminal.fed(CITY).run("apply", "-f", "-", "--wait");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertTrue(run.err().contains("t/web: RUNNING"), run.err());
    }

    @Test
    void resultsAreAlsoForPrograms() {
        Run run = terminal.fed(CITY).run("apply", "-f", "-", "-o", "csv");
        assertTrue(run.out().contains("Instance,t,web,created\r\n"), run.out());
    }
}
