package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostScenarioTest {
    private FakeController controller;
    private Terminal terminal;

    @BeforeEach
    void start() throws IOException {
        controller = new FakeController();
        terminal = Terminal.at(controller);
        for (String host : List.of("h1", "h2", "h3")) {
            controller.have(
                    "hosts/" + host,
                    "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"zone\":\"a\"}}".formatted(host));
        }
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void joinTokenPrintsTheTokenAlone() {
        Run run = terminal.run("host", "join-token", "h1");
        assertEquals("join-me\n", run.out());
        assertTrue(run.err().contains("2026-01-02T00:00:00Z"));
    }

    @Test
    void hostsAreClosedByNameAndOpenedAgain() {
        Run run = terminal.run("host", "cordon", "h1", "h3");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("host h1 changed\nhost h3 changed\n", run.err());
        assertEquals(List.of("false", "", "false"), schedulable());
        assertEquals("host h1 is as asked already\n", terminal.run("host", "cordon", "h1").err());
        terminal.run("host", "uncordon", "h1");
        assertEquals(List.of("true", "", "false"), schedulable());
    }

    @Test
    void allOfARackAreClosedOverAllPagesOfTheList() {
        Run run = terminal.run("host", "cordon", "--zone", "a", "--rack", "r1");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals(List.of("false", "false", "false"), schedulable());
        assertTrue(
                controller.requests().stream()
                        .anyMatch(one -> one.contains("zone=a") && one.contains("rack=r1")),
                () -> controller.requests().toString());
    }

    @Test
    void aDryRunClosesNothing() {
        assertEquals(Exit.OK, terminal.run("host", "cordon", "--zone", "a", "--dry-run").exit());
        assertEquals(List.of("", "", ""), schedulable());
    }

    @Test
    void whichHostsMustBeSaidInOneWay() {
        for (String words : List.of("", "h1 --zone a", "--rack r1", "h1 --rack r1")) {
            String[] line = ("host cordon " + words).strip().split(" ");
            assertEquals(Exit.USAGE, terminal.run(line).exit(), words);
        }
        assertEquals(
                Exit.USAGE,
                terminal.run("host", "cordon", "--zone", "a", "--digest", "d").exit(),
                "a plan is of one");
    }

    @Test
    void aZoneWithoutHostsIsNotFound() throws IOException {
        try (FakeController empty = new FakeController()) {
            Run run = Terminal.at(empty).run("host", "cordon", "--zone", "b");
            assertEquals(Exit.NOT_FOUND, run.exit());
            assertTrue(run.err().contains("host list -o wide"), run.err());
        }
    }

    private List<String> schedulable() {
        return List.of("h1", "h2", "h3").stream()
                .map(host -> Tree.textAt(controller.resource("hosts/" + host), "spec.schedulable"))
                .toList();
    }
}
