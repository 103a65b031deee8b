package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.Kind;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.noun.Field;
import io.yunqing.cli.noun.Nouns;
import io.yunqing.cli.platform.Exit;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrammarTest {
    private final Terminal terminal = new Terminal().with("YQCTL_CONFIG", "/nowhere/config");

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyVerbExplainsItselfWithAnExample(Kind kind) {
        for (String verb : Verbs.names(kind)) {
            Run run = terminal.run(kind.singular(), verb, "--help");
            assertEquals(Exit.OK, run.exit(), run.err());
            assertTrue(run.out().contains("Usage: yqctl " + kind.singular()), run.out());
            assertTrue(run.out().contains("  yqctl " + kind.singular() + " " + verb), run.out());
        }
        if (kind.isRecord()) {
            assertTrue(Collections.disjoint(Verbs.names(kind), List.of("create", "set", "delete")));
            return;
        }
        String making = kind.made() ? "create" : "set";
        String help = terminal.run(kind.singular(), making, "--help").out();
        for (Field field : Nouns.of(kind).fields()) {
            assertTrue(help.contains(field.flag() + "="), field.flag() + " in " + help);
        }
    }

    @Test
    void theTopNamesNounsCommandsAndExitCodes() {
        Run run = terminal.run("--help");
        for (String part : List.of("department", "instance", "apply", "login", "9 partly done")) {
            assertTrue(run.out().contains(part), part);
        }
        assertEquals(Exit.USAGE, terminal.run().exit());
        assertTrue(terminal.run("host").err().contains("join-token"));
    }

    @Test
    void mistakesAreUsageErrorsThatNameTheWord() {
        for (List<String> line :
                List.of(
                        List.of("hosts", "lisst"),
                        List.of("frobnicate"),
                        List.of("host", "list", "--colour"),
                        List.of("host", "show"),
                        List.of("host", "show", "a", "b"))) {
            Run run = terminal.run(line.toArray(String[]::new));
            assertEquals(Exit.USAGE, run.exit(), line.toString());
            assertTrue(run.err().contains("--help"), run.err());
            assertEquals("", run.out());
        }
    }

    @Test
    void globalOptionsMayStandAnywhere() {
        Run run = terminal.run("--server", "http://127.0.0.1:1", "host", "list");
        assertEquals(Exit.UNREACHABLE, run.exit(), run.err());
    }

    @Test
    void helpIsColourlessOffATerminal() {
        assertTrue(terminal.run("--help").out().indexOf('\u001b') < 0);
    }

    @Test
    void completionKnowsTheVerbs() {
        String script = terminal.run("completion", "bash").out();
        assertTrue(script.contains("join-token") && script.contains("yqctl"));
        assertEquals(Exit.USAGE, terminal.run("completion", "fish").exit());
        assertEquals(Exit.OK, terminal.run("version").exit());
    }
}
