package io.yunqing.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the packaged command as a process, as people do. */
class DistributionIT {
    private static final Path HOME = Path.of("target/yqctl").toAbsolutePath();

    private FakeController controller;
    @TempDir Path folder;

    private record Ended(int exit, String out, String err) {}

    @BeforeEach
    void start() throws IOException {
        controller = new FakeController();
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    private Ended run(Path launcher, Map<String, String> more, String... line)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(line));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .removeIf(name ->
                        name.startsWith("YQCTL_") || name.startsWith("LC_") || name.equals("LANG"));
        environment.put("YQCTL_SERVER", controller.url());
        environment.put("YQCTL_TOKEN", FakeController.TOKEN);
        environment.put("YQCTL_CONFIG", folder.resolve("config").toString());
        environment.putAll(more);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        process.getOutputStream().close();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
        return new Ended(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    private Ended yqctl(String... line) throws IOException, InterruptedException {
        return run(HOME.resolve("bin/yqctl"), Map.of(), line);
    }

    @Test
    void createsListsAndFailsWithItsExitCodes() throws Exception {
        // No UTF-8 locale here, and yet Chinese goes in and comes out.
        Ended made = yqctl("zone", "create", "a", "--display-name", "一号机房");
        assertEquals(0, made.exit(), made.err());
        Ended listed = yqctl("zone", "list");
        assertEquals("", listed.err());
        assertTrue(
                listed.out().matches("(?s)NAME  DISPLAY NAME  HOSTS .* AGE\na     一号机房 .*"),
                listed.out());
        assertEquals(3, yqctl("zone", "show", "none").exit());
        assertEquals(2, yqctl("zone", "delete", "a").exit());
        assertEquals(
                8,
                run(
                                HOME.resolve("bin/yqctl"),
                                Map.of("YQCTL_SERVER", "http://127.0.0.1:1"),
                                "whoami")
                        .exit());
    }

    @Test
    void yamlAndTheEventStreamAreInTheJar() throws Exception {
        Path manifest =
                Files.writeString(folder.resolve("z.yaml"), "kind: Zone\nmetadata: {name: a}\n");
        assertEquals("zone/a created\n", yqctl("apply", "-f", manifest.toString()).out());
        assertTrue(yqctl("zone", "show", "a", "-o", "yaml").out().startsWith("kind: Zone\n"));
        Ended watched = yqctl("zone", "watch", "--after", "c0", "--limit", "1", "-o", "name");
        assertEquals("a\n", watched.out(), watched.err());
        assertTrue(yqctl("version").out().matches("yqctl \\d.*\\n"));
    }

    @Test
    void worksThroughALinkAndInChinese() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("yq"), HOME.resolve("bin/yqctl"));
        Ended run = run(link, Map.of("LANG", "zh_CN.GB18030"), "zone", "list");
        assertEquals(0, run.exit(), run.err());
        assertTrue(run.err().contains("这里没有 zone"), run.err());
    }

    /** A cache that is missing, cut or made for another jar costs time, and nothing else. */
    @Test
    void fallsBackSilentlyWithoutAFittingCache() throws Exception {
        Path copy = folder.resolve("copy");
        Files.createDirectories(copy.resolve("bin"));
        Files.createDirectories(copy.resolve("lib"));
        Files.copy(HOME.resolve("bin/yqctl"), copy.resolve("bin/yqctl"));
        Files.copy(HOME.resolve("lib/yqctl.jar"), copy.resolve("lib/yqctl.jar"));
        assertEquals(new Ended(0, "", ""), quiet(copy));
        Files.copy(HOME.resolve("lib/yqctl.aot"), copy.resolve("lib/yqctl.aot"));
        assertEquals(new Ended(0, "", ""), quiet(copy));
        Files.writeString(copy.resolve("lib/yqctl.aot"), "not a cache");
        assertEquals(new Ended(0, "", ""), quiet(copy));
    }

    private Ended quiet(Path home) throws IOException, InterruptedException {
        return run(home.resolve("bin/yqctl"), Map.of(), "zone", "list", "-o", "name");
    }

    /** The cache is the start time: one that the JVM silently refuses would be noticed by nobody but people. */
    @Test
    void theCacheFits() throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:AOTMode=on",
                        "-XX:AOTCache=" + HOME.resolve("lib/yqctl.aot"),
                        "-cp",
                        HOME.resolve("lib/yqctl.jar").toString(),
                        "io.yunqing.cli.Yqctl",
                        "version");
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }
}
