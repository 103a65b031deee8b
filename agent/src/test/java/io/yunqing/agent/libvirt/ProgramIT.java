package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.agent.FakeController;
import io.yunqing.agent.Instances;
import io.yunqing.agent.platform.Tool;
import io.yunqing.agent.storage.Layout;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The agent as it is delivered: the jar as a process, killed when it suits it least. */
class ProgramIT {

    private LibvirtHost host;
    private FakeController controller;
    private @Nullable Process agent;

    @BeforeEach
    void start() throws IOException {
        String missing = LibvirtHost.missing();
        if (!missing.isEmpty()) {
            System.err.println("ProgramIT is skipped: " + missing);
        }
        assumeTrue(missing.isEmpty(), missing);
        host = new LibvirtHost();
        controller = new FakeController();
    }

    @AfterEach
    void stop() throws Exception {
        if (agent != null) {
            agent.destroyForcibly().waitFor();
        }
        if (controller != null) {
            controller.close();
        }
        if (host != null) {
            host.close();
        }
    }

    @Test
    void killedAgainAndAgainItReachesTheSameEnd() throws Exception {
        var image = image();
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < 4; i++) {
            ids.add(UUID.fromString("0198f1a2-7b3c-7def-8123-00000000000" + i));
            controller.desire(
                    Instances.running().id(ids.get(i)).name("n" + i).image(image).build());
        }
        var running = program("join");
        agent = running;
        for (int i = 0; i < 4; i++) {
            // From before the JVM is up to the middle of starting guests.
            running = killedAfter(running, random.nextLong(300, 2500));
        }
        var layout = new Layout(host.folder("pool"));
        controller.await(
                "all run (seed " + seed + ")",
                report ->
                        report.complete()
                                && ids.stream()
                                        .allMatch(id ->
                                                FakeController.in(report, id)
                                                        .filter(o ->
                                                                o.state() == DomainState.RUNNING)
                                                        .isPresent()));
        assertEquals(4, virsh("list --uuid").lines().filter(line -> !line.isBlank()).count());

        for (int i = 0; i < 4; i++) {
            controller.desire(
                    Instances.running()
                            .id(ids.get(i))
                            .name("n" + i)
                            .image(image)
                            .deleted()
                            .build());
        }
        killedAfter(running, random.nextLong(50, 400));
        controller.await(
                "all are removed (seed " + seed + ")",
                report -> controller.removed().containsAll(ids));
        assertEquals("", virsh("list --all --uuid").strip());
        try (var left = Files.list(layout.instances())) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aSecondAgentOnTheSameDirectoryIsRefusedAndSecretsAreItsOwnersOnly() throws Exception {
        var first = program("join");
        agent = first;
        controller.await("it reports", report -> true);
        var second = program("second");
        assertTrue(second.waitFor(20, TimeUnit.SECONDS));
        assertEquals(1, second.exitValue());
        String log = Files.readString(host.folder("logs").resolve("second.log"));
        assertTrue(log.contains("another agent (process " + first.pid() + ")"), log);
        for (String name : List.of("key.pem", "certificate.pem", "ca.pem", "host")) {
            var permissions = Files.getPosixFilePermissions(host.folder("data").resolve(name));
            assertEquals("rw-------", PosixFilePermissions.toString(permissions), name);
        }
        String said = Files.readString(host.folder("logs").resolve("join.log"));
        assertFalse(said.contains(FakeController.SECRET), "the token is in the log");
    }

    private Process killedAfter(Process running, long millis) throws Exception {
        assertFalse(running.waitFor(millis, TimeUnit.MILLISECONDS), "the agent ended by itself");
        running.destroyForcibly().waitFor();
        var next = program("again");
        agent = next;
        return next;
    }

    private Process program(String log) throws IOException {
        var command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        Path.of("target", "yunqing-agent", "agent.jar").toString(),
                        "--controller",
                        controller.uri().toString(),
                        "--data",
                        host.folder("data").toString(),
                        "--libvirt",
                        host.uri(),
                        "--pool",
                        "test=" + host.folder("pool"),
                        "--accel",
                        "tcg");
        var builder = new ProcessBuilder(command);
        builder.environment()
                .put(
                        "YUNQING_JOIN_TOKEN",
                        controller.token().secret() + "." + controller.token().fingerprint());
        builder.redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(
                        host.folder("logs").resolve(log + ".log").toFile()));
        return builder.start();
    }

    private ImageSource image() throws Exception {
        Path file = host.folder("source").resolve("empty.qcow2");
        Tool.run(
                Duration.ofSeconds(10),
                List.of("qemu-img", "create", "-q", "-f", "qcow2", file.toString(), "64M"));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        return new ImageSource(
                "empty",
                file.toUri().toString(),
                HexFormat.of().formatHex(digest),
                ImageFormat.QCOW2,
                null);
    }

    private String virsh(String command) throws IOException {
        var words = new ArrayList<>(List.of("virsh", "-q", "-c", host.uri()));
        words.addAll(List.of(command.split(" ")));
        return Tool.result(Duration.ofSeconds(20), words).output();
    }
}
