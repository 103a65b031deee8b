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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostClassScenarioTest {
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
    void termsAreWhatTheFlagsSay() {
        Run run =
                terminal.run(
                        "host-class",
                        "create",
                        "dense",
                        "--term",
                        "vcpus.ratio=2.5,vcpus.reserved=2,memoryMiB.reserved=4096",
                        "--term",
                        "vcpus.ratio=4@2026-12-01T00:00:00Z",
                        "--term",
                        "@2027-12-01T00:00:00Z");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("host-class dense created\n", run.err());
        assertEquals(
                "[{resources={vcpus={ratio=2.5, reserved=2}, memoryMiB={reserved=4096}}},"
                        + " {from=2026-12-01T00:00:00Z, resources={vcpus={ratio=4}}},"
                        + " {from=2027-12-01T00:00:00Z, resources={}}]",
                Tree.textAt(controller.resource("host-classes/dense"), "spec.terms"));
        assertEquals("HostClass", Tree.textAt(controller.resource("host-classes/dense"), "kind"));
        Run set = terminal.run("host-class", "set", "dense", "--term", "vcpus.ratio=3");
        assertEquals(Exit.OK, set.exit(), set.err());
        assertEquals(
                "[{resources={vcpus={ratio=3}}}]",
                Tree.textAt(controller.resource("host-classes/dense"), "spec.terms"));
        assertEquals(Exit.OK, terminal.run("host-class", "delete", "dense", "--yes").exit());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "vcpus=4 | 'vcpus=4' is not KEY.ratio=N or KEY.reserved=N",
                "vcpus.ratio | 'vcpus.ratio' is not KEY.ratio=N or KEY.reserved=N",
                "vcpus.times=4 | 'times' is not said of a resource",
                "vcpus.ratio=many | ratio: 'many' is not a number",
                "vcpus.reserved=1.5 | reserved: '1.5' is not a whole number",
                "vcpus.reserved=-1 | reserved: -1 is out of range",
                "vcpus.ratio=4@tomorrow | 'tomorrow' is not a moment",
            })
    void aTermThatIsNoneIsNotSent(String term, String complaint) {
        Run run = terminal.run("host-class", "create", "dense", "--term", term);
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains(complaint), run.err());
        assertEquals(List.of(), controller.requests());
    }

    @Test
    void aHostShowsItsClassAndWhatItMayPromise() throws IOException {
        controller.have(
                "hosts/h1",
                """
                {"spec":{"zone":"z","hostClass":"dense"},
                 "status":{"state":"CURRENT","observedAt":"2026-01-01T00:00:00Z","hostClass":"dense","instances":3,
                  "capacity":{"vcpus":{"physical":16,"reserved":2,"ratio":4,"limit":56,"used":60}},
                  "unknownDomains":[],
                  "conditions":[{"type":"OverCommitted","message":"60 vcpus are promised and 56 may be"}]}}
                """);
        Run run = terminal.run("host", "show", "h1");
        assertEquals(Exit.OK, run.exit(), run.err());
        for (String line :
                List.of(
                        "CLASS +dense",
                        "PHYSICAL +vcpus=16",
                        "RESERVED +vcpus=2",
                        "RATIO +vcpus=4",
                        "VCPUS +60/56",
                        "OverCommitted +60 vcpus are promised and 56 may be")) {
            assertTrue(run.out().matches("(?s).*\\n *" + line + "\\n.*"), line + run.out());
        }
        Run set = terminal.run("host", "set", "h1", "--class", "standard");
        assertEquals(Exit.OK, set.exit(), set.err());
        assertEquals("standard", Tree.textAt(controller.resource("hosts/h1"), "spec.hostClass"));
    }

    @Test
    void aManifestSaysTermsAndIsToldWhereItIsWrong() {
        Run good =
                terminal.fed(
                                """
                                kind: HostClass
                                metadata: {name: dense}
                                spec:
                                  terms:
                                    - resources: {vcpus: {ratio: 2}}
                                    - from: 2026-12-01T00:00:00Z
                                      resources: {vcpus: {ratio: 4, reserved: 2}}
                                """)
                        .run("apply", "-f", "-");
        assertEquals(Exit.OK, good.exit(), good.err());
        assertEquals(
                "[{resources={vcpus={ratio=2}}},"
                        + " {from=2026-12-01T00:00:00Z, resources={vcpus={ratio=4, reserved=2}}}]",
                Tree.textAt(controller.resource("host-classes/dense"), "spec.terms"));
        Run wrong =
                terminal.fed(
                                """
                                kind: HostClass
                                metadata: {name: dense}
                                spec:
                                  terms:
                                    - until: 2026-12-01T00:00:00Z
                                      resources: {vcpus: {times: 4, reserved: lots}}
                                """)
                        .run("apply", "-f", "-");
        assertEquals(Exit.USAGE, wrong.exit());
        for (String complaint :
                List.of(
                        "spec.terms[0].until does not exist; use from, resources",
                        "spec.terms[0].resources.vcpus.times does not exist; use ratio, reserved",
                        "spec.terms[0].resources.vcpus.reserved must be a whole number")) {
            assertTrue(wrong.err().contains(complaint), wrong.err());
        }
    }
}
