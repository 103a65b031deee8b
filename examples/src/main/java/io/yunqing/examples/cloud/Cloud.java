package io.yunqing.examples.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A controller, hosts with an agent each, and the example city, as processes with data of their own.
 *
 * <p>Logs are kept in {@code examples/target/logs/NAME}; all else is gone when it is closed.
 */
public final class Cloud implements AutoCloseable {
    public static final String TENANT = "business-registration-production";
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration END = Duration.ofSeconds(10);
    private static final List<String> ZONES = List.of("futian", "baoan");

    private final Repository repository;
    private final Path folder;
    private final Path logs;
    private final Shape shape;
    private final Testbed testbed;

    /** Below those that Linux gives to connections, any of which may come between the choice of a port and its use. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 12_000;
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(new Random().nextInt(PORTS));

    private final int httpPort = freePort();
    private final int agentPort = freePort();
    private final Program controller;
    private final List<Program> agents = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();

    private Cloud(String name, Shape shape) throws IOException {
        this.repository = Repository.find();
        this.shape = shape;
        this.folder = Files.createTempDirectory("yunqing-" + name + "-");
        this.logs = repository.root().resolve("examples/target/logs").resolve(name);
        remove(logs);
        Files.createDirectories(logs);
        this.testbed = new Testbed(repository, folder.resolve("testbed"));
        List<String> command = new ArrayList<>(Repository.java());
        command.addAll(List.of("-jar", repository.controller().toString()));
        this.controller =
                new Program(
                        "controller",
                        command,
                        Map.of(
                                "YUNQING_DATA", folder.resolve("controller").toString(),
                                "YUNQING_HTTP_PORT", Integer.toString(httpPort),
                                "YUNQING_AGENT_PORT", Integer.toString(agentPort),
                                "YUNQING_AGENTS_LEASE", shape.lease().toSeconds() + "s",
                                "YUNQING_FENCE_MARGIN", shape.lease().toSeconds() / 3 + "s"),
                        logs.resolve("controller.log"));
    }

    /**
     * Starts all of it, and applies the example manifests but for the instance.
     *
     * @param name of its logs' folder
     */
    public static Cloud start(String name, Shape shape) throws IOException {
        Cloud cloud = new Cloud(name, shape);
        try {
            cloud.begin();
            return cloud;
        } catch (IOException | RuntimeException | Error e) {
            cloud.close();
            throw e;
        }
    }

    private void begin() throws IOException {
        testbed.up(shape.hosts(), shape.diskMib());
        controller.start();
        awaitController();
        yqctl().ok("apply", "-f", repository.manifests("centre").toString(), "-f", render());
        for (int i = 1; i <= shape.hosts(); i++) {
            agents.add(newAgent(i));
            agents.getLast().start();
        }
        awaitAgents();
        List<String> city = new ArrayList<>(List.of("apply"));
        for (String file : List.of("departments", "application", "tenant")) {
            city.add("-f");
            city.add(repository.manifests("city").resolve(file + ".yaml").toString());
        }
        yqctl().ok(city.toArray(String[]::new));
    }

    private Program newAgent(int host) throws IOException {
        Path own = Files.createDirectories(folder.resolve("agents/" + host));
        Path token = own.resolve("join-token");
        Files.writeString(token, yqctl().ok("host", "join-token", hostName(host)));
        List<String> command = new ArrayList<>(Repository.java());
        command.addAll(
                List.of(
                        "-jar",
                        repository.agent().toString(),
                        "--data",
                        own.toString(),
                        "--controller",
                        "https://" + LOOPBACK + ":" + entrance(),
                        "--join-token",
                        token.toString(),
                        "--libvirt",
                        testbed.uri(host),
                        "--pool",
                        "default=" + testbed.pool(host),
                        "--bridge",
                        "yqbr0",
                        "--subnet",
                        "10.88." + host + ".0/24",
                        "--gateway",
                        "10.88." + host + ".1",
                        "--underlay",
                        Testbed.underlay(host),
                        "--host-command",
                        String.join(" ", testbed.inside(host)),
                        "--store-keys",
                        storeKeys(host).toString()));
        return new Program(
                "agent-" + host, command, Map.of(), logs.resolve("agent-" + host + ".log"));
    }

    /** Where a host's agent looks for access keys of stores; nothing is there at first. */
    public Path storeKeys(int host) {
        return folder.resolve("agents/" + host + "/store-keys");
    }

    /** Where the next agent reaches the controller. */
    private int entrance() throws IOException {
        if (!shape.links()) {
            return agentPort;
        }
        links.add(new Link(agentPort));
        return links.getLast().port();
    }

    /** Writes the manifests that hold what is only known here, as ./dev does. */
    private String render() throws IOException {
        String[] image =
                Program.output(
                                List.of(repository.testbed("guest-image").toString()),
                                Map.of(),
                                Duration.ofMinutes(5))
                        .strip()
                        .split("\\s+", 2);
        Path manifests = Files.createDirectories(folder.resolve("manifests"));
        Path centre = repository.manifests("centre");
        Files.writeString(
                manifests.resolve("image.yaml"),
                Files.readString(centre.resolve("image.yaml.in"))
                        .replace("@URL@", "file://" + image[1])
                        .replace("@SHA256@", image[0]));
        for (int i = 1; i <= shape.hosts(); i++) {
            Files.writeString(
                    manifests.resolve("host-" + i + ".yaml"),
                    Files.readString(centre.resolve("host.yaml.in"))
                            .replace("@HOST@", hostName(i))
                            .replace("@ZONE@", ZONES.get((i - 1) % ZONES.size())));
        }
        return manifests.toString();
    }

    public void awaitController() {
        Until.holds(
                "the controller is ready",
                START,
                () -> {
                    if (!controller.running()) {
                        throw new AssertionError(
                                "the controller ended:\n" + controller.lastWords());
                    }
                    return rest("").get("/q/health/ready").status() == 200;
                });
    }

    /** Waits until instances can be given to all hosts: they report, and have said what they have. */
    public void awaitAgents() {
        for (int i = 1; i <= shape.hosts(); i++) {
            String host = hostName(i);
            Until.holds(
                    host + " is CURRENT and has an inventory",
                    START,
                    () -> {
                        JsonNode status = rest().get("/v1/hosts/" + host).body().path("status");
                        return status.path("state").asText().equals("CURRENT")
                                && status.has("inventory");
                    });
        }
    }

    /** Waits until an instance of the example's tenant is in a phase. */
    public JsonNode awaitPhase(String instance, String phase, Duration patience)
            throws IOException {
        String path = instancePath(instance);
        Until.holds(
                instance + " is " + phase,
                patience,
                () -> rest().get(path).body().path("status").path("phase").asText().equals(phase),
                () -> describe(path));
        return rest().get(path).body();
    }

    private String describe(String path) {
        try {
            return rest().get(path).body().toPrettyString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    public static String instancePath(String instance) {
        return "/v1/tenants/" + TENANT + "/instances/" + instance;
    }

    public static String hostName(int host) {
        return "host-" + host;
    }

    public int hosts() {
        return shape.hosts();
    }

    public Testbed testbed() {
        return testbed;
    }

    public Repository repository() {
        return repository;
    }

    /** A folder for what the caller keeps until this is closed. */
    public Path folder() {
        return folder;
    }

    public Program controller() {
        return controller;
    }

    public Program agent(int host) {
        return agents.get(host - 1);
    }

    /** The way of a host's agent to the controller, of a cloud that has links. */
    public Link link(int host) {
        return links.get(host - 1);
    }

    /** The process id of the controller's own PostgreSQL. */
    public long postgres() throws IOException {
        Path file = folder.resolve("controller/postgres/data/postmaster.pid");
        return Long.parseLong(Files.readAllLines(file).getFirst().strip());
    }

    public Rest rest() throws IOException {
        return rest(token());
    }

    private Rest rest(String token) {
        return new Rest(URI.create("http://" + LOOPBACK + ":" + httpPort), token);
    }

    public Yqctl yqctl() throws IOException {
        return new Yqctl(
                repository,
                Map.of(
                        "YQCTL_SERVER",
                        "http://" + LOOPBACK + ":" + httpPort,
                        "YQCTL_TOKEN",
                        token(),
                        "YQCTL_TENANT",
                        TENANT,
                        "YQCTL_LANG",
                        "en",
                        "YQCTL_CONFIG",
                        folder.resolve("no-config").toString(),
                        "JAVA_HOME",
                        System.getProperty("java.home")));
    }

    private String token() throws IOException {
        return Files.readString(folder.resolve("controller/operator.token")).strip();
    }

    /** In order: agents before what they talk to, the hosts last. */
    @Override
    public void close() {
        try {
            agents.forEach(Program::stop);
            for (Link link : links) {
                link.close();
            }
            controller.stop();
            testbed.down();
            // What a program left running behind itself may still write for a moment.
            Until.holds(
                    folder + " can be removed",
                    END,
                    () -> {
                        remove(folder);
                        return true;
                    });
        } catch (IOException e) {
            throw new IllegalStateException("left behind: " + folder, e);
        }
    }

    /** Deletes a folder and all in it. */
    public static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            } catch (UncheckedIOException e) {
                throw new IOException("it changes while it is looked at", e);
            }
        }
    }

    /** A port of the loopback address that nobody listens on. */
    public static int freePort() {
        for (int i = 0; i < PORTS; i++) {
            int port = FIRST_PORT + NEXT_PORT.getAndIncrement() % PORTS;
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException _) {
                // Somebody has it.
            }
        }
        throw new IllegalStateException("no free port");
    }
}
