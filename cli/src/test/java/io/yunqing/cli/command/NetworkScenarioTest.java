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

class NetworkScenarioTest {
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
    void aNetworkIsMadeWithItsRulesAndGivenOthers() {
        Run made =
                terminal.run(
                        "network",
                        "create",
                        "t/lan",
                        "--cidr",
                        "10.0.0.0/24",
                        "--rule",
                        "any",
                        "--rule",
                        "tcp:8000-8099@10.1.0.0/16");
        assertEquals(Exit.OK, made.exit(), made.err());
        assertEquals(
                "{cidr=10.0.0.0/24, rules=[{protocol=ANY}, {protocol=TCP, ports=8000-8099, source=10.1.0.0/16}]}",
                spec());
        Run list = terminal.run("networks", "list");
        assertTrue(list.out().contains("10.0.0.0/24") && list.out().contains("VNI"), list.out());
        Run set = terminal.run("network", "set", "t/lan", "--rule", "icmp");
        assertEquals(Exit.OK, set.exit(), set.err());
        assertEquals("{cidr=10.0.0.0/24, rules=[{protocol=ICMP}]}", spec());
        Run wrong = terminal.run("network", "set", "t/lan", "--rule", "sctp:9");
        assertEquals(Exit.USAGE, wrong.exit());
        assertTrue(wrong.err().contains("choose one of TCP, UDP, ICMP, ANY"), wrong.err());
        Run delete = terminal.run("network", "delete", "t/lan", "--yes");
        assertEquals(Exit.OK, delete.exit(), delete.err());
    }

    private String spec() {
        return Tree.textAt(controller.resource("tenants/t/networks/lan"), "spec");
    }
}
