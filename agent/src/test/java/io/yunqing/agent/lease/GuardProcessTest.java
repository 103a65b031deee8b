package io.yunqing.agent.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.platform.Uptime;
import io.yunqing.agent.storage.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard as the process that it is, and processes that look like guests. */
class GuardProcessTest {

    private static final UUID A = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000aa");
    private static final UUID B = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000bb");
    private static final long LONG = 600_000;

    @TempDir Path folder;
    private final List<Process> guests = new ArrayList<>();

    @AfterEach
    void stop() {
        guests.forEach(Process::destroyForcibly);
        guards().forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void itEndsWhatIsOverAlsoWhenTheAgentHasGone() throws Exception {
        var guarded = guest(A);
        var other = guest(B);
        try (var agent = agent()) {
            agent.allow(Uptime.millis() + 1_500, Set.of(A), Set.of());
        }
        assertTrue(guarded.isAlive());
        assertTrue(guarded.waitFor(20, TimeUnit.SECONDS), "it is ended");
        assertTrue(other.isAlive());
        try (var agent = agent()) {
            var stopped = agent.allow(Uptime.millis() + LONG, Set.of(A), Set.of());
            assertNotNull(stopped);
            assertEquals(List.of(A), stopped.instances());
        }
        assertEquals(1, guards().size(), "the same guard serves the next agent");
    }

    @Test
    void aRenewedOneGoesOn() throws Exception {
        var guarded = guest(A);
        try (var agent = agent()) {
            for (int i = 0; i < 10; i++) {
                agent.allow(Uptime.millis() + 1_000, Set.of(A), Set.of());
                assertFalse(guarded.waitFor(200, TimeUnit.MILLISECONDS));
            }
        }
    }

    @Test
    void aGuardThatWasKilledIsReplaced() throws Exception {
        var guarded = guest(A);
        try (var agent = agent()) {
            agent.allow(Uptime.millis() + LONG, Set.of(A), Set.of());
            var first = guards().getFirst();
            first.destroyForcibly();
            first.onExit().get(10, TimeUnit.SECONDS);
            agent.allow(Uptime.millis() + 500, Set.of(A), Set.of());
            assertNotEquals(first.pid(), guards().getFirst().pid());
        }
        assertTrue(guarded.waitFor(20, TimeUnit.SECONDS));
    }

    /** As when the whole host was: what is over ends before anything new is taken. */
    @Test
    void oneThatStoodStillEndsWhatIsOverBeforeItTakesMore() throws Exception {
        var guarded = guest(A);
        try (var agent = agent()) {
            agent.allow(Uptime.millis() + 500, Set.of(A), Set.of());
            long guard = guards().getFirst().pid();
            signal("STOP", guard);
            assertFalse(guarded.waitFor(1_500, TimeUnit.MILLISECONDS));
            assertThrows(
                    IOException.class,
                    () -> agent.allow(Uptime.millis() + LONG, Set.of(A), Set.of()),
                    "it does not answer");
            signal("CONT", guard);
            var stopped = agent.allow(Uptime.millis() + LONG, Set.of(A), Set.of());
            assertNotNull(stopped);
            assertTrue(guarded.waitFor(10, TimeUnit.SECONDS), "who started it has yet to be told");
        }
    }

    private GuardProcess agent() {
        return new GuardProcess(folder, folder.resolve("pool"));
    }

    private Process guest(UUID id) throws IOException {
        Path seed = new Layout(folder.resolve("pool")).seed(id);
        var guest =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "while sleep 1; do :; done",
                                "-uuid",
                                id.toString(),
                                seed.toString())
                        .start();
        guests.add(guest);
        return guest;
    }

    private List<ProcessHandle> guards() {
        String socket = folder.resolve("guard.sock").toString();
        return ProcessHandle.allProcesses()
                .filter(process -> line(process).contains(socket + "\0"))
                .toList();
    }

    /** A class path is longer than what a handle tells of a command line. */
    private static String line(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    private static void signal(String name, long process) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process)).start().waitFor();
    }
}
