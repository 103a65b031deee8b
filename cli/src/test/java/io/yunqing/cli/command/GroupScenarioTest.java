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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupScenarioTest {
    private FakeController controller;
    private Terminal terminal;

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
    void aGroupIsMadeShownChangedAndDeletedLikeOtherNouns() {
        Run made =
                terminal.run(
                        "placement-group",
                        "create",
                        "t/db",
                        "--policy",
                        "apart",
                        "--scope",
                        "rack");
        assertEquals(Exit.OK, made.exit(), made.err());
        assertEquals("placement-group t/db created\n", made.err());
        assertEquals(
                "{policy=APART, scope=RACK}",
                Tree.textAt(controller.resource("tenants/t/placement-groups/db"), "spec"));
        Run list = terminal.run("placement-groups", "list");
        assertTrue(list.out().contains("APART") && list.out().contains("MEMBERS"), list.out());
        assertTrue(controller.requests().getLast().startsWith("GET /v1/placement-groups?"));
        Run show = terminal.run("placement-group", "show", "t/db");
        assertTrue(show.out().startsWith("PlacementGroup t/db"), show.out());
        assertFalse(show.out().contains("Why this host"), show.out());
        Run set = terminal.run("placement-group", "set", "t/db", "--strict", "false");
        assertEquals(Exit.OK, set.exit(), set.err());
        Run delete = terminal.run("placement-group", "delete", "t/db", "--yes");
        assertEquals("placement-group t/db deleted\n", delete.err());
        Run nameless = terminal.run("placement-group", "show", "db");
        assertTrue(nameless.err().contains("the name of a placement-group counts within"));
    }

    @Test
    void severalInstancesAreOneRequest() {
        controller.next(Fault.LOSE_ANSWER);
        Run run = create("t/web", "--group", "db", "--count", "3", "-o", "name");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("t/web-1\nt/web-2\nt/web-3\n", run.out());
        assertEquals("instance t/web-1..3 created\n", run.err());
        assertEquals(
                "db", Tree.textAt(controller.resource("tenants/t/instances/web-3"), "spec.group"));
        assertEquals(
                List.of("POST /v1/tenants/t/instance-sets", "POST /v1/tenants/t/instance-sets"),
                controller.requests());
        Run again = create("t/web", "--count", "4");
        assertEquals(Exit.CONFLICT, again.exit(), again.err());
        assertTrue(controller.resource("tenants/t/instances/web-4").isEmpty());
    }

    @Test
    void aSetIsPlannedAndAwaited() {
        Run plan = create("t/web", "--count", "2", "--dry-run");
        assertEquals(Exit.OK, plan.exit(), plan.err());
        assertTrue(plan.out().startsWith("instance t/web-1..2 would be created"), plan.out());
        assertTrue(plan.err().contains("--digest d1"), plan.err());
        assertTrue(controller.resource("tenants/t/instances/web-1").isEmpty());
        controller.phases("STARTING", "RUNNING", "RUNNING");
        Run run = create("t/web", "--count", "2", "--wait=30s", "-o", "json");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertTrue(run.err().contains("t/web-2: RUNNING"), run.err());
        assertTrue(run.out().startsWith("{\"items\":[{"), run.out());
    }

    @Test
    void aRefusedSetSaysWhichAndWhyAndACountIsChecked() {
        controller.refuse(
                Map.of(
                        "status", 409,
                        "code", "placement.no_host",
                        "kind", "CAPACITY",
                        "detail", "web-2, after 1 before it: none of 4 hosts can take it",
                        "remedy", "add a rack, or make the rule soft"));
        Run refused = create("t/web", "--count", "2");
        assertEquals(Exit.REFUSED, refused.exit());
        assertTrue(refused.err().contains("web-2, after 1 before it"), refused.err());
        assertTrue(refused.err().contains("add a rack"), refused.err());
        Run none = create("t/web", "--count", "0");
        assertEquals(Exit.USAGE, none.exit());
        assertTrue(none.err().contains("give 1 to 64"), none.err());
    }

    @Test
    void aSimulationSpeaksOfAGroup() throws IOException {
        controller.forecast(
                "{\"items\":[{\"flavor\":\"small\",\"count\":3,\"placed\":2,\"hosts\":{\"h1\":1,\"h2\":1},\"refusal\":{\"nearestMiss\":\"add a host\"}}]}");
        Run run = terminal.run("simulate", "small=3", "--tenant", "t", "--group", "db");
        assertEquals(Exit.REFUSED, run.exit(), run.err());
        assertTrue(run.out().contains("add a host"), run.out());
        assertEquals(
                "{\"tenant\":\"t\",\"items\":[{\"flavor\":\"small\",\"group\":\"db\",\"count\":3}]}",
                controller.requests().getLast());
    }

    private Run create(String name, String... more) {
        List<String> line =
                new ArrayList<>(
                        List.of("instance", "create", name, "--flavor", "f", "--image", "i"));
        line.addAll(List.of(more));
        return terminal.run(line.toArray(String[]::new));
    }
}
