import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Lays out target/yqctl: bin/yqctl, one jar, and the AOT cache of a trained run. Run by Maven at package:
 * {@code java Distribution.java TARGET LAUNCHER}.
 *
 * <p>picocli's published jar is compiled for Java 5, and class files that old are left out of AOT caches; so it is
 * compiled here from its sources. All libraries go into one jar: each further one costs an open and a check at start.
 */
final class Distribution {
    private final Path target;
    private final Path home;
    private final Path jar;

    private Distribution(Path target) {
        this.target = target;
        this.home = target.resolve("yqctl");
        this.jar = home.resolve("lib/yqctl.jar");
    }

    public static void main(String[] arguments) throws Exception {
        Distribution distribution = new Distribution(Path.of(arguments[0]).toAbsolutePath());
        distribution.clear();
        distribution.launcher(Path.of(arguments[1]));
        distribution.jar();
        distribution.train();
    }

    private void clear() throws IOException {
        if (Files.exists(home)) {
            try (Stream<Path> old = Files.walk(home)) {
                for (Path path : old.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
    }

    private void launcher(Path source) throws IOException {
        Path launcher = home.resolve("bin/yqctl");
        Files.copy(source, launcher, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void jar() throws Exception {
        Path classes = target.resolve("distribution-classes");
        Files.createDirectories(classes);
        compilePicocli(classes);
        try (Stream<Path> libraries = Files.list(target.resolve("libraries"))) {
            for (Path library : libraries.sorted().toList()) {
                tool("jar", "--extract", "--file", library.toString(), "--dir", classes.toString());
            }
        }
        // Of other libraries' manifests, module descriptors and signatures none holds for the whole.
        Path meta = classes.resolve("META-INF");
        Files.deleteIfExists(meta.resolve("MANIFEST.MF"));
        Files.deleteIfExists(classes.resolve("module-info.class"));
        tool("jar", "--extract", "--file", target.resolve("yqctl.jar").toString(), "--dir", classes.toString());
        tool(
                "jar",
                "--create",
                "--file",
                jar.toString(),
                "--manifest",
                meta.resolve("MANIFEST.MF").toString(),
                "-C",
                classes.toString(),
                ".");
    }

    private void compilePicocli(Path classes) {
        List<String> arguments =
                new ArrayList<>(List.of("--release", "25", "-nowarn", "-proc:none", "-g:none"));
        // Joining texts by method handles is linked at run time, before the first option is made.
        arguments.add("-XDstringConcat=inline");
        arguments.addAll(List.of("-Xlint:none", "-d", classes.toString()));
        Path sources = target.resolve("picocli-sources/picocli");
        for (String source : List.of("CommandLine.java", "AutoComplete.java")) {
            arguments.add(sources.resolve(source).toString());
        }
        int result =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, arguments.toArray(String[]::new));
        if (result != 0) {
            throw new IllegalStateException("picocli does not compile");
        }
    }

    private static void tool(String name, String... arguments) {
        int result =
                java.util.spi.ToolProvider.findFirst(name)
                        .orElseThrow()
                        .run(System.out, System.err, arguments);
        if (result != 0) {
            throw new IllegalStateException(name + " " + Arrays.toString(arguments) + ": " + result);
        }
    }

    /** Runs the launcher's own command line against a stub, and has the JVM keep what it loaded and linked. */
    private void train() throws Exception {
        HttpServer stub =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stub.createContext(
                "/",
                exchange -> {
                    byte[] page = INSTANCES.getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, page.length);
                    try (exchange) {
                        exchange.getResponseBody().write(page);
                    }
                });
        stub.start();
        try {
            Path cache = home.resolve("lib/yqctl.aot");
            ProcessBuilder run =
                    new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-XX:AOTCacheOutput=" + cache,
                            "-XX:TieredStopAtLevel=1",
                            "-Dyqctl.terminals=",
                            "-cp",
                            jar.toString(),
                            "io.yunqing.cli.Yqctl",
                            "instance",
                            "list");
            Map<String, String> environment = run.environment();
            environment.keySet().removeIf(name -> name.startsWith("YQCTL_"));
            environment.put("YQCTL_CONFIG", target.resolve("no-config").toString());
            environment.put("YQCTL_SERVER", "http://127.0.0.1:" + stub.getAddress().getPort());
            environment.put("YQCTL_TOKEN", "training");
            File log = target.resolve("training.log").toFile();
            int exit = run.redirectErrorStream(true).redirectOutput(log).start().waitFor();
            if (exit != 0 || !Files.isRegularFile(cache)) {
                throw new IllegalStateException("training ended with " + exit + ", see " + log);
            }
        } finally {
            stub.stop(0);
        }
    }

    private static final String INSTANCES =
            """
            {"items":[{"kind":"Instance","metadata":{"name":"web-1","tenant":"t","id":"0",\
            "revision":1,"created":"2026-01-01T00:00:00Z","labels":{"a":"b"}},"spec":{"flavor":"f",\
            "image":"i"},"status":{"phase":"RUNNING","host":"h","zone":"z","addresses":[{"ip":\
            "10.0.0.2/24","mac":"52:54:00:00:00:01"}],"allocated":{"vcpus":1,"x":1.5},\
            "observedAt":"2026-01-01T00:00:00Z","conditions":[]}}]}
            """;
}
