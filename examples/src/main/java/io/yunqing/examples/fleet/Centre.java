package io.yunqing.examples.fleet;

import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program;
import io.yunqing.examples.cloud.Repository;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Until;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The packaged controller as a process that can be killed, and what it costs: with its own PostgreSQL, which ends with it, or
 * beside another one on that one's.
 */
public final class Centre implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration START = Duration.ofMinutes(3);
    private static final String DATABASE = "yunqing";
    private static final double TICKS_PER_SECOND = 100;

    private final Path folder;
    private final int httpPort = Cloud.freePort();
    private final int agentPort = Cloud.freePort();
    private final Program controller;

    private Centre(String name, List<String> javaOptions, Map<String, String> database)
            throws IOException {
        Repository repository = Repository.find();
        folder = Files.createTempDirectory("yunqing-" + name + "-");
        Path log = repository.root().resolve("examples/target/logs").resolve(name + ".log");
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        List<String> command = new ArrayList<>(Repository.java());
        command.addAll(javaOptions);
        command.addAll(List.of("-jar", repository.controller().toString()));
        Map<String, String> environment = new HashMap<>(database);
        environment.put("YUNQING_DATA", folder.resolve("controller").toString());
        environment.put("YUNQING_HTTP_PORT", Integer.toString(httpPort));
        environment.put("YUNQING_AGENT_PORT", Integer.toString(agentPort));
        controller = new Program("controller", command, environment, log);
    }

    /**
     * Starts it with no data.
     *
     * @param name of its log in {@code examples/target/logs}
     */
    public static Centre start(String name, String... javaOptions) throws IOException {
        Centre centre = new Centre(name, List.of(javaOptions), Map.of());
        centre.start();
        return centre;
    }

    /**
     * Starts another replica on this one's database.
     *
     * @param name of its log in {@code examples/target/logs}
     */
    public Centre startBeside(String name, String... javaOptions) throws IOException {
        Path postgres = folder.resolve("controller/postgres");
        String port = Files.readString(postgres.resolve("port")).strip();
        Centre replica =
                new Centre(
                        name,
                        List.of(javaOptions),
                        Map.of(
                                "YUNQING_JDBC_URL",
                                "jdbc:postgresql://" + LOOPBACK + ":" + port + "/yunqing",
                                "YUNQING_JDBC_USER",
                                "yunqing",
                                "YUNQING_JDBC_PASSWORD",
                                Files.readString(postgres.resolve("application.password"))
                                        .strip()));
        replica.start();
        return replica;
    }

    /** Kills its PostgreSQL, which it then starts again by itself. */
    public void killPostgres() throws IOException {
        ProcessHandle.of(postmaster()).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Starts it, again if it was killed, and returns when it is ready. */
    public void start() {
        controller.start();
        awaitReady();
    }

    public void kill() {
        controller.kill();
    }

    /** Returns when it says that it is ready, as also after its database was away. */
    public void awaitReady() {
        Rest anonymous = rest("");
        Until.holds(
                "the controller is ready",
                START,
                () -> {
                    if (!controller.running()) {
                        throw new AssertionError(
                                "the controller ended:\n" + controller.lastWords());
                    }
                    return anonymous.get("/q/health/ready").status() == 200;
                });
    }

    /** Where agents call. */
    public URI agents() {
        return URI.create("https://" + LOOPBACK + ":" + agentPort);
    }

    /** A connection of an operator. */
    public Rest rest() throws IOException {
        return rest(Files.readString(folder.resolve("controller/operator.token")).strip());
    }

    /** A connection to its PostgreSQL, to put in by the hundred thousand what would take long through the front door. */
    public Connection database() throws IOException, SQLException {
        Path postgres = folder.resolve("controller/postgres");
        Properties login = new Properties();
        login.setProperty("user", DATABASE);
        login.setProperty(
                "password", Files.readString(postgres.resolve("application.password")).strip());
        return DriverManager.getConnection(
                "jdbc:postgresql://%s:%s/%s"
                        .formatted(
                                LOOPBACK,
                                Files.readString(postgres.resolve("port")).strip(),
                                DATABASE),
                login);
    }

    private Rest rest(String token) {
        return new Rest(URI.create("http://" + LOOPBACK + ":" + httpPort), token);
    }

    /**
     * What it has used until now.
     *
     * @param controller processor seconds of the controller's process
     * @param postgres processor seconds of all processes of its PostgreSQL
     * @param memoryMiB what the controller's process holds of the machine's memory now
     */
    public record Cost(long nanos, double controller, double postgres, int memoryMiB) {
        /** Processor use between two costs, in percent of one processor. */
        double percent(Cost later, boolean ofController) {
            double seconds =
                    ofController ? later.controller - controller : later.postgres - postgres;
            return 100 * seconds * 1e9 / (later.nanos - nanos);
        }
    }

    public Cost cost() throws IOException {
        return new Cost(
                System.nanoTime(),
                seconds(stat(controller.pid())),
                postgresSeconds(),
                memoryMiB(controller.pid()));
    }

    private double postgresSeconds() throws IOException {
        long postmaster = postmaster();
        double all = seconds(stat(postmaster)) + endedChildren(stat(postmaster));
        List<Long> children;
        try (Stream<ProcessHandle> running =
                ProcessHandle.of(postmaster).orElseThrow().children()) {
            children = running.map(ProcessHandle::pid).toList();
        }
        for (long child : children) {
            all += seconds(stat(child));
        }
        return all;
    }

    private long postmaster() throws IOException {
        Path file = folder.resolve("controller/postgres/data/postmaster.pid");
        return Long.parseLong(Files.readAllLines(file).getFirst().strip());
    }

    /** The fields of /proc/PID/stat behind the program's name; none if the process has ended. */
    private static String[] stat(long pid) throws IOException {
        Path file = Path.of("/proc", Long.toString(pid), "stat");
        if (!Files.exists(file)) {
            return new String[0];
        }
        String line = Files.readString(file);
        return line.substring(line.lastIndexOf(')') + 2).split(" ");
    }

    private static double seconds(String[] stat) {
        return stat.length == 0
                ? 0
                : (Long.parseLong(stat[11]) + Long.parseLong(stat[12])) / TICKS_PER_SECOND;
    }

    private static double endedChildren(String[] stat) {
        return stat.length == 0
                ? 0
                : (Long.parseLong(stat[13]) + Long.parseLong(stat[14])) / TICKS_PER_SECOND;
    }

    private static int memoryMiB(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() {
        controller.stop();
        try {
            Until.holds(
                    folder + " can be removed",
                    Duration.ofSeconds(20),
                    () -> {
                        Cloud.remove(folder);
                        return true;
                    });
        } catch (AssertionError e) {
            throw new IllegalStateException("left behind: " + folder, e);
        }
    }
}
