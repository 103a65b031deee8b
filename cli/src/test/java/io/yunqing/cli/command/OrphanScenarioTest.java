package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrphanScenarioTest {
    private static final String PATH = "orphans/0d1f8a5c3b7e";

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
    void noneIsSaidToBeGoodNewsAndNoneIsMade() {
        Run list = terminal.run("orphan", "list");
        assertEquals(Exit.OK, list.exit());
        assertEquals("There is no orphan: all that the hosts show is in the books.\n", list.err());
        assertEquals(Exit.USAGE, terminal.run("orphan", "create", "x").exit());
        Run filtered = terminal.run("orphan", "list", "--type", "DOMAIN");
        assertTrue(filtered.err().contains("Drop a filter"), filtered.err());
    }

    @Test
    void oneIsListedShownPutAsideAndBackAndDeleted() throws IOException {
        have("FOUND");
        Run list =
                terminal.run(
                        "orphans",
                        "list",
                        "--host",
                        "rack1-07",
                        "--quarantined",
                        "false",
                        "-o",
                        "wide");
        for (String part : new String[] {"SIZE", "1.5 GiB", "VOLUME", "volumes/x.qcow2"}) {
            assertTrue(list.out().contains(part), list.out());
        }
        assertTrue(
                controller
                        .requests()
                        .getLast()
                        .startsWith("GET /v1/orphans?host=rack1-07&quarantined=false"),
                controller.requests().getLast());
        assertTrue(terminal.run("orphan", "list", "-o", "csv").out().contains("1610612736"));
        Run show = terminal.run("orphan", "show", "0d1f8a5c3b7e");
        assertTrue(show.out().contains("IdInTheBooks"), show.out());

        Run aside = terminal.run("orphan", "quarantine", "0d1f8a5c3b7e");
        assertEquals("orphan 0d1f8a5c3b7e changed\n", aside.err());
        assertEquals("true", quarantined());
        Run again = terminal.run("orphan", "quarantine", "0d1f8a5c3b7e");
        assertEquals("orphan 0d1f8a5c3b7e is as asked already\n", again.err());
        terminal.run("orphan", "release", "0d1f8a5c3b7e");
        assertEquals("false", quarantined());
        Run deleted = terminal.run("orphan", "delete", "0d1f8a5c3b7e", "--yes");
        assertEquals("orphan 0d1f8a5c3b7e deleted\n", deleted.err());
    }

    @Test
    void itIsWaitedForUntilItsHostHasPutItAside() throws IOException {
        have("QUARANTINED");
        Run aside = terminal.run("orphan", "quarantine", "0d1f8a5c3b7e", "--wait");
        assertEquals(Exit.OK, aside.exit(), aside.err());
        assertTrue(aside.err().contains("QUARANTINED on rack1-07"), aside.err());
    }

    private void have(String phase) throws IOException {
        controller.have(
                PATH,
                """
                {"kind":"Orphan","metadata":{"name":"0d1f8a5c3b7e","revision":1,"created":"2026-01-01T00:00:00Z"},
                 "spec":{"quarantined":false},
                 "status":{"phase":"%s","host":"rack1-07","zone":"site-a","type":"VOLUME","place":"volumes/x.qcow2",
                           "title":"x.qcow2","sizeBytes":1610612736,"modifiedAt":"2026-01-01T00:00:00Z",
                           "conditions":[{"type":"IdInTheBooks","message":"the books have its id elsewhere"}]}}
                """
                        .formatted(phase));
    }

    private String quarantined() {
        return Tree.textAt(controller.resource(PATH), "spec.quarantined");
    }
}
