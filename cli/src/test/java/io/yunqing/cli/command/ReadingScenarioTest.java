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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadingScenarioTest {
    private static final String WEB =
            """
            {"spec":{"flavor":"small","image":"debian"},"status":{"phase":"RUNNING","host":"h1",
             "zone":"a","addresses":[{"ip":"10.0.0.2/24","mac":"52:54"}],"allocated":{"vcpus":1},
             "observedAt":"2026-01-01T00:00:57Z",
             "placement":{"host":"h1","hostsSeen":3,"turnedAway":{"memory":1},
               "best":[{"host":"h1","score":1.5,"terms":{"free-memory":1.5}}]},
             "lastError":{"at":"2026-01-01T00:00:50Z","step":"start","message":"no domain\\u001b[2J","attempts":2},
             "conditions":[]}}
            """;
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
    void listFollowsAllPagesAndJsonStaysOneDocument() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            controller.have("zones/" + name, "{\"spec\":{}}");
        }
        assertEquals("a\nb\nc\n", terminal.run("zone", "list", "-o", "name").out());
        Map<String, Object> json =
                Tree.read(
                        terminal.run("zone", "list", "-o", "json")
                                .out()
                                .getBytes(StandardCharsets.UTF_8));
        assertEquals(3, Tree.mapsAt(json, "items").size());
        Run limited = terminal.run("zones", "list", "--limit", "2");
        assertTrue(limited.out().contains("b") && !limited.out().contains("c "));
        assertTrue(limited.err().contains("--cursor /v1/zones/b"), limited.err());
        assertEquals(
                "c\n", terminal.run("zone", "list", "-o", "name", "--cursor", "/v1/zones/b").out());
    }

    @Test
    void aSinglePageIsPrintedAsItCame() throws IOException {
        controller.have("zones/a", "{\"spec\":{}}");
        String out = terminal.run("zone", "list", "-o", "json").out();
        assertTrue(out.startsWith("{\"items\":[{\"kind\":\"Zone\""), out);
    }

    @Test
    void anEmptyListSaysWhatToDoNextOnStandardError() {
        Run run = terminal.run("host", "list");
        assertEquals(Exit.OK, run.exit());
        assertEquals("", run.out());
        assertTrue(run.err().contains("yqctl host create"));
        assertTrue(terminal.run("host", "list", "--zone", "z").err().contains("Drop a filter"));
        assertEquals("", terminal.run("host", "list", "-o", "csv").err());
    }

    @Test
    void filtersAndTenantsBecomeTheRequest() {
        terminal.run(
                "instance", "list", "-t", "reg", "--phase", "RUNNING", "-l", "a=b c", "-l", "d=e");
        assertEquals(
                "GET /v1/tenants/reg/instances?phase=RUNNING&label=a%3Db%20c&label=d%3De&limit=500",
                controller.requests().getLast());
        terminal.with("YQCTL_TENANT", "reg").run("instance", "list", "-A");
        assertEquals("GET /v1/instances?limit=500", controller.requests().getLast());
    }

    @Test
    void statsSayWhatIsUsedAndWhatIsNotKnownYet() throws IOException {
        controller.statistics(
                """
                {"measuredAt":"2026-01-01T00:00:57Z","cpuSeconds":12.345,"cpus":0.25,"overSeconds":15.0,
                 "memoryUsedMiB":40,"disks":[{"target":"vda","reads":1,"readBytes":1536,"readBytesPerSecond":0.0,
                 "writes":2,"writtenBytes":3145728,"writtenBytesPerSecond":100.0},
                 {"target":"vdc","volume":"web-data","reads":0,"readBytes":0,"writes":0,"writtenBytes":0}],
                 "nics":[{"receivedPackets":1,"receivedBytes":60,"sentPackets":0,"sentBytes":0}]}
                """);
        assertEquals(
                """
                  MEASURED      3 s ago
                  CPUS          0.25 processors in the mean of 15.00 s; 12.35 s since its guest was started
                  MEMORY USED   40 MiB
                  vda           read 1.5 KiB (0 B/s), written 3.0 MiB (100 B/s)
                  vdc web-data  read 0 B (?/s), written 0 B (?/s)
                  NETWORK       received 60 B (?/s), sent 0 B (?/s)
                """,
                terminal.run("instance", "stats", "t/web").out());
        assertTrue(
                terminal.run("instance", "stats", "t/web", "-o", "json")
                        .out()
                        .contains("\"cpus\":0.25"));
    }

    @Test
    void showSaysWhatIsKnownHowOldItIsAndWhy() throws IOException {
        controller.have("tenants/t/instances/web", WEB);
        String out = terminal.run("instance", "show", "t/web").out();
        for (String part :
                List.of(
                        "Instance t/web",
                        "RUNNING (observed 3 s ago)",
                        "10.0.0.2/24",
                        "h1 was chosen of 3 hosts considered",
                        "1 turned away by memory",
                        "h1 scored 1.5",
                        "start, attempt 2, 10 s ago",
                        "no domain?[2J",
                        "Instance created")) {
            assertTrue(out.contains(part), part + " in\n" + out);
        }
        assertTrue(out.startsWith("Instance t/web\n  TENANT     t\n  NAME       web\n"), out);
        String explained = terminal.run("instance", "explain", "t/web").out();
        assertTrue(explained.contains("h1 scored 1.5: free-memory 1.5"), explained);
    }

    @Test
    void showIsAlsoForPrograms() throws IOException {
        controller.have("tenants/t/instances/web", WEB);
        assertEquals("t/web\n", terminal.run("instance", "show", "t/web", "-o", "name").out());
        assertTrue(
                terminal.run("instance", "show", "t/web", "-o", "yaml")
                        .out()
                        .startsWith("kind: Instance\nmetadata:\n"));
        assertEquals(
                "t,web,RUNNING,h1,10.0.0.2/24,small,2026-01-01T00:00:57Z,debian,a,,,,,vcpus=1,id-1,,"
                        + "2026-01-01T00:00:00Z",
                terminal.run("instance", "show", "t/web", "-o", "csv")
                        .out()
                        .lines()
                        .toList()
                        .get(1));
    }

    @Test
    void whatIsNotThereOrNotAllowedOrNotAnsweringHasItsOwnExit() {
        assertEquals(Exit.NOT_FOUND, terminal.run("zone", "show", "none").exit());
        assertEquals(Exit.NOT_PERMITTED, terminal.run("zone", "list", "--token", "wrong").exit());
        Run silent = terminal.run("zone", "list", "--server", "http://127.0.0.1:1");
        assertEquals(Exit.UNREACHABLE, silent.exit());
        assertTrue(silent.err().contains("http://127.0.0.1:1"));
        assertEquals(Exit.USAGE, terminal.run("zone", "list", "--server", "cloud").exit());
        assertEquals(Exit.USAGE, terminal.run("instance", "show", "web").exit());
        assertEquals(Exit.USAGE, terminal.run("zone", "list", "-o", "xml").exit());
        assertEquals(Exit.USAGE, terminal.run("zone", "list", "--limit", "0").exit());
    }

    @Test
    void aPlanOfMovesIsShownWithWhatItCostsAndBrings() throws IOException {
        String json =
                """
                {"goal":"EMPTY","digest":"d","moves":[{"tenant":"t","instance":"web","from":"h2","to":"h1","memoryMiB":4096,
                 "reason":"host h2 is empty without it"}],"memoryMiB":4096,"gain":{"emptied":["h2"],"flavor":"large",
                 "before":{"hot":1,"hottestPercent":90,"instances":3},"after":{"hot":1,"hottestPercent":95,"instances":5}}}
                """;
        controller.forecast(json);
        Run run =
                terminal.run(
                        "rebalance",
                        "--goal",
                        "empty",
                        "--most",
                        "5",
                        "--above",
                        "85",
                        "--zone",
                        "z");
        assertEquals(Exit.OK, run.exit());
        assertEquals(
                "{\"goal\":\"EMPTY\",\"most\":5,\"abovePercent\":85,\"zone\":\"z\"}",
                controller.requests().getLast());
        assertEquals(
                "INSTANCE  FROM  TO  MEMORY MiB  REASON\n"
                        + "t/web     h2    h1  4096        host h2 is empty without it\n",
                run.out());
        for (String part :
                List.of(
                        "To copy: 4096 MiB",
                        "Empty afterwards: h2",
                        "the hottest at 90%, then 95%",
                        "large: 3 now, 5 afterwards")) {
            assertTrue(run.err().contains(part), part + " in\n" + run.err());
        }
        Run raw = terminal.run("rebalance", "--goal", "empty", "-o", "json");
        assertEquals(
                "d", Tree.textAt(Tree.read(raw.out().getBytes(StandardCharsets.UTF_8)), "digest"));
        assertEquals("", raw.err());
    }

    @Test
    void aPlanWithoutMovesSaysWhyAndNonsenseIsRefusedBeforeItIsSent() throws IOException {
        controller.forecast(
                "{\"moves\":[],\"memoryMiB\":0,\"gain\":{\"emptied\":[]},\"advice\":\"no host is hot: ask lower\"}");
        Run run = terminal.run("rebalance", "--goal", "relieve");
        assertEquals(Exit.OK, run.exit());
        assertEquals("", run.out());
        assertEquals("no host is hot: ask lower\n", run.err());
        assertEquals(Exit.USAGE, terminal.run("rebalance").exit());
        assertEquals(
                Exit.USAGE, terminal.run("rebalance", "--goal", "empty", "--most", "x").exit());
    }

    @Test
    void aRehearsedLossShowsWhoFindsAHostAndWhoDoesNot() throws IOException {
        controller.forecast(
                """
                {"scope":"rack","name":"z/r1","lostHosts":2,"environments":[{"environment":"PRODUCTION","displaced":2,"homeless":1,
                 "localGiB":12}],"instances":[{"tenant":"t","environment":"PRODUCTION","instance":"db","from":"h1","localGiB":10,
                 "refusal":{"nearestMiss":"h3 lacks 2 vcpus"}},{"tenant":"t","environment":"PRODUCTION","instance":"web","from":"h2",
                 "to":"h3","localGiB":2}],"leftOut":3}
                """);
        Run run =
                terminal.run(
                        "ha",
                        "simulate",
                        "rack",
                        "z/r1",
                        "--environment",
                        "production",
                        "--most",
                        "2");
        assertEquals(Exit.REFUSED, run.exit());
        assertEquals(
                "{\"zone\":\"z\",\"rack\":\"r1\",\"environment\":\"PRODUCTION\",\"most\":2}",
                controller.requests().getLast());
        assertEquals(
                """
                INSTANCE  ENVIRONMENT  FROM  TO  LOCAL GiB  NEAREST MISS
                t/db      PRODUCTION   h1    -   10         h3 lacks 2 vcpus
                t/web     PRODUCTION   h2    h3  2          -
                """,
                run.out());
        assertTrue(
                run.err().contains("PRODUCTION: 2 instances displaced, 1 of them find no host"),
                run.err());
        assertTrue(run.err().contains("3 more"), run.err());
    }

    @Test
    void aLossOfNobodySaysSoAndWhatIsLostMustBeSaid() throws IOException {
        controller.forecast(
                "{\"scope\":\"host\",\"name\":\"h1\",\"lostHosts\":1,\"environments\":[],\"instances\":[],\"leftOut\":0}");
        Run run = terminal.run("ha", "simulate", "host", "h1");
        assertEquals(Exit.OK, run.exit());
        assertEquals("", run.out());
        assertEquals("No instance is on host h1 (1 hosts)\n", run.err());
        for (String line :
                List.of("", "host", "h1", "rack r1", "zone z more", "host h1 --most x")) {
            List<String> words = new ArrayList<>(List.of("ha", "simulate"));
            words.addAll(line.isEmpty() ? List.of() : List.of(line.split(" ")));
            assertEquals(Exit.USAGE, terminal.run(words.toArray(String[]::new)).exit(), line);
        }
    }

    @Test
    void logPrintsTheWholeConsoleAsItIs() throws IOException {
        controller.have("tenants/t/instances/web", WEB);
        controller.console("boot\r\n\u001b[1mlogin 主机\n");
        Run run = terminal.run("instance", "log", "t/web");
        assertEquals("boot\r\n\u001b[1mlogin 主机\n", run.out());
        assertEquals(
                "boot\n^[[1mlogin 主机\n",
                terminal.interactive("").run("instance", "log", "t/web").out());
    }

    @Test
    void historyIsOldestFirst() throws IOException {
        controller.have("zones/a", "{\"spec\":{}}");
        controller.have("zones/b", "{\"spec\":{}}");
        controller.have("zones/a", "{\"spec\":{\"displayName\":\"A\"}}");
        List<String> lines = terminal.run("zone", "history", "a").out().lines().toList();
        assertEquals(3, lines.size());
        assertTrue(lines.get(1).contains("created") && lines.get(2).contains("updated"));
    }

    @Test
    void watchTakesUpTheStreamWhereItBroke() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            controller.have("zones/" + name, "{\"spec\":{}}");
        }
        controller.next(Fault.CUT_STREAM);
        Run run = terminal.run("zone", "watch", "--after", "c1", "-o", "name", "--limit", "2");
        assertEquals(Exit.OK, run.exit());
        assertEquals("b\nc\n", run.out());
        assertTrue(controller.requests().contains("STREAM c2"), controller.requests()::toString);
    }

    @Test
    void aWatchBeginsBehindTheNewestEventAndEndsWithItsTime() throws IOException {
        controller.have("zones/a", "{\"spec\":{}}");
        Run run = terminal.run("zone", "watch", "--timeout", "100ms");
        assertEquals(Exit.OK, run.exit());
        assertEquals("", run.out());
        assertTrue(run.err().contains("the watch ended after"), run.err());
    }

    @Test
    void aWatchThatFellBehindWhatIsKeptSaysSoAndEnds() {
        controller.next(Fault.STREAM_GONE);
        Run run = terminal.run("zone", "watch", "--after", "c1", "--timeout", "20s");
        assertEquals(Exit.CONFLICT, run.exit());
        assertTrue(run.err().contains("no longer kept (feed.gone)"), run.err());
        assertTrue(run.err().contains("-> start from 7-7"), run.err());
    }

    @Test
    void aWatchNobodyMayIsRefused() {
        Run run = terminal.run("zone", "watch", "--token", "wrong", "--timeout", "5s");
        assertEquals(Exit.NOT_PERMITTED, run.exit());
        assertFalse(run.err().isEmpty());
    }
}
