package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program.Outcome;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real guest's shell, used through yqctl, the controller and the agent, while each of them is taken away. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(1);

    private static final String NAME = "web";
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int OK = 0;
    private static final int CONFLICT = 4;
    private static final int UNREACHABLE = 8;

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;

    ConsoleIT() throws IOException {
        yqctl = cloud.yqctl();
    }

    @Test
    @Order(1)
    void whatIsPipedInIsTypedAndTheAnswerPrintedAndLogged() throws Exception {
        yqctl.ok(
                "instance",
                "create",
                NAME,
                "--flavor",
                "tiny",
                "--image",
                "yunqing-guest",
                "--wait=90s");
        Until.holds(
                "its guest is ready",
                Duration.ofSeconds(60),
                () -> yqctl.ok("instance", "log", NAME).contains("yunqing-guest: ready"));
        try (Session session = new Session()) {
            session.type("\necho answer-$((6 * 7))\n");
            session.endInput();
            assertEquals(OK, session.exit(), session.toString());
            assertTrue(session.out().contains("answer-42"), session::toString);
            assertTrue(session.err().contains("connected to "), session::toString);
        }
        Until.holds(
                "its log has it too",
                SOON,
                () -> yqctl.ok("instance", "log", NAME).contains("answer-42"));
    }

    @Test
    @Order(2)
    void theSecondIsRefusedAndMayTakeItOver() throws Exception {
        try (Session first = new Session()) {
            first.awaitConnected();
            Outcome refused = yqctl.run("instance", "console", NAME);
            assertEquals(CONFLICT, refused.exit(), refused.toString());
            assertTrue(refused.err().contains("console.in_use"), refused::toString);
            assertTrue(
                    refused.err().contains("operator has had the console of"), refused::toString);
            try (Session second = new Session("--force")) {
                second.awaitConnected();
                assertEquals(CONFLICT, first.exit(), first.toString());
                second.type("echo mine-$((1 + 1))\n");
                second.awaitOut("mine-2");
                second.endInput();
                assertEquals(OK, second.exit(), second.toString());
            }
        }
        String history = yqctl.ok("instance", "history", NAME);
        assertTrue(history.contains("console opened by operator"), history);
        assertTrue(history.contains("taken over by operator"), history);
    }

    @Test
    @Order(3)
    void atATerminalEveryKeyIsTheGuestsAndTheTerminalIsRestored() throws Exception {
        Path settings = Files.createTempFile("yunqing", ".stty");
        String command =
                "stty -g >%1$s; %2$s instance console %3$s; echo exit-$?; stty -g >>%1$s"
                        .formatted(settings, program(), NAME);
        try (Session session = new Session(List.of("script", "-qec", command, "/dev/null"))) {
            session.awaitOut("~. leaves");
            session.type("\rsleep 1000\r");
            session.awaitOut("sleep 1000");
            // Ctrl-C: the guest's, not ours.
            session.type("\u0003");
            session.type("echo alive-$((3 * 3))\r");
            session.awaitOut("alive-9");
            session.type("~.");
            session.awaitOut("exit-0");
        }
        List<String> before = Files.readAllLines(settings);
        Files.delete(settings);
        assertEquals(2, before.size());
        assertEquals(before.getFirst(), before.getLast());
    }

    @Test
    @Order(4)
    void anAgentThatIsKilledEndsItAndTheNextAgentBeginsAnew() throws Exception {
        try (Session session = new Session()) {
            session.awaitConnected();
            cloud.agent(1).kill();
            assertEquals(UNREACHABLE, session.exit(), session.toString());
        }
        cloud.agent(1).start();
        cloud.awaitPhase(NAME, "RUNNING", SOON);
        assertUsable();
    }

    @Test
    @Order(5)
    void aControllerThatIsKilledEndsItAndLeavesTheConsoleToTheNext() throws Exception {
        try (Session session = new Session()) {
            session.awaitConnected();
            cloud.controller().kill();
            assertEquals(UNREACHABLE, session.exit(), session.toString());
        }
        cloud.controller().start();
        cloud.awaitPhase(NAME, "RUNNING", Duration.ofSeconds(60));
        Until.holds(
                "what the killed one held is free",
                Duration.ofSeconds(60),
                () -> yqctl.run("instance", "console", NAME).exit() == OK);
        assertUsable();
        String history = yqctl.ok("instance", "history", NAME);
        assertTrue(history.contains("its controller went away"), history);
    }

    @Test
    @Order(6)
    void theGuestsEndIsTheConsolesEnd() throws Exception {
        try (Session session = new Session()) {
            session.awaitConnected();
            yqctl.ok("instance", "stop", NAME, "--wait=60s");
            assertEquals(OK, session.exit(), session.toString());
            assertTrue(session.err().contains("the guest went off"), session::toString);
            assertTrue(session.out().contains("power button"), session::toString);
        }
        Outcome off = yqctl.run("instance", "console", NAME);
        assertEquals(CONFLICT, off.exit(), off.toString());
        assertTrue(off.err().contains("is STOPPED"), off::toString);
    }

    private void assertUsable() throws Exception {
        try (Session session = new Session()) {
            session.type("\necho again-$((2 + 2))\n");
            session.endInput();
            assertEquals(OK, session.exit(), session.toString());
            assertTrue(session.out().contains("again-4"), session::toString);
        }
    }

    private String program() {
        return yqctl.program();
    }

    /** A yqctl at the console that is still open, and typed at. */
    private final class Session implements AutoCloseable {
        private final Path out = Files.createTempFile("yunqing", ".out");
        private final Path err = Files.createTempFile("yunqing", ".err");
        private final Process process;
        private final OutputStream keys;

        Session(String... options) throws IOException {
            this(
                    Stream.concat(
                                    Stream.of(program(), "instance", "console", NAME),
                                    Stream.of(options))
                            .toList());
        }

        Session(List<String> command) throws IOException {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().putAll(yqctl.environment());
            process = builder.start();
            keys = process.getOutputStream();
        }

        void type(String text) throws IOException {
            keys.write(text.getBytes(StandardCharsets.UTF_8));
            keys.flush();
        }

        void endInput() throws IOException {
            keys.close();
        }

        void awaitConnected() throws IOException {
            Until.holds("it is connected", SOON, () -> err().contains("connected to "));
        }

        void awaitOut(String text) throws IOException {
            Until.holds("it shows " + text, SOON, () -> out().contains(text));
        }

        int exit() throws InterruptedException {
            assertTrue(
                    process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS),
                    () -> "has not ended: " + this);
            return process.exitValue();
        }

        String out() throws IOException {
            return new String(Files.readAllBytes(out), StandardCharsets.UTF_8);
        }

        String err() throws IOException {
            return Files.readString(err);
        }

        @Override
        public String toString() {
            try {
                return "out: " + out() + "\nerr: " + err();
            } catch (IOException e) {
                return e.toString();
            }
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            Files.delete(out);
            Files.delete(err);
        }
    }
}
