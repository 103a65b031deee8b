package io.yunqing.examples.fleet;

import com.sun.management.UnixOperatingSystemMXBean;
import io.yunqing.api.HostInventory;
import io.yunqing.api.HostInventory.HostNetwork;
import io.yunqing.api.HostInventory.Pool;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import io.yunqing.examples.cloud.Until;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Simulated hosts of one controller, made and used over REST as an operator would. */
public final class Fleet implements AutoCloseable {
    private static final String TENANT = "fleet";
    private static final int ZONES = 4;
    private static final int MEMORY_MIB = 256 * 1024;
    private static final int POOL_GIB = 8 * 1024;

    /** Its two connections, at either end. */
    private static final long FILES_OF_HOST = 2;

    private static final long OTHER_FILES = 500;

    /** How long who is told to come again waits. */
    private static final Duration WHEN_BUSY = Duration.ofSeconds(1);

    private static final int MOST_TRIES = 60;

    /** Agents say much, each for itself; of thousands nobody reads it. */
    private static final Logger AGENTS = Logger.getLogger("io.yunqing.agent");

    private final Centre centre;
    private final int cpus;
    private final Path data;
    private final Tally tally = new Tally();
    private final Queue<SimulatedAgent> agents = new ConcurrentLinkedQueue<>();
    private final AtomicInteger hosts = new AtomicInteger();
    private final AtomicInteger instances = new AtomicInteger();

    /**
     * @param cpus of each host; a flavor of the fleet takes one
     */
    public Fleet(Centre centre, int cpus) throws IOException {
        AGENTS.setLevel(Level.OFF);
        this.centre = centre;
        this.cpus = cpus;
        this.data = Files.createTempDirectory(memory(), "yunqing-fleet-");
        Rest rest = centre.rest();
        for (int zone = 1; zone <= ZONES; zone++) {
            create(rest, "/v1/zones", "zone-" + zone, "{}");
        }
        create(rest, "/v1/departments", TENANT, "{}");
        create(
                rest,
                "/v1/applications",
                TENANT,
                "{\"department\":\"fleet\",\"securityGrade\":3,\"networkZone\":\"EXTRANET\"}");
        create(
                rest,
                "/v1/tenants",
                TENANT,
                """
                {"application":"fleet","environment":"TEST",
                 "limits":{"vcpus":1000000,"memoryMiB":1000000000,"storageGiB":10000000}}
                """);
        create(rest, "/v1/flavors", "small", "{\"vcpus\":1,\"memoryMiB\":1024,\"rootDiskGiB\":10}");
        create(
                rest,
                "/v1/images",
                "simulated",
                "{\"url\":\"file:///simulated\",\"sha256\":\"%s\",\"format\":\"QCOW2\",\"minDiskGiB\":1}"
                        .formatted("0".repeat(64)));
    }

    /** A file system in memory if there is one: an agent writes to its disk for good what it must not lose. */
    private static Path memory() {
        Path shared = Path.of("/dev/shm");
        return Files.isWritable(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir"));
    }

    public Tally tally() {
        return tally;
    }

    /** How many hosts have an agent. */
    public int hosts() {
        return hosts.get();
    }

    /** How many instances were admitted. */
    public int instances() {
        return instances.get();
    }

    /**
     * Makes hosts, and lets an agent enrol and work for each.
     *
     * @throws IllegalArgumentException if a process may not open as many files as that takes
     */
    public void addHosts(int number, int connections) throws Exception {
        int first = hosts.get();
        requireFiles(first + number);
        inParallel(
                number,
                connections,
                (i, rest) -> {
                    addHost(rest, first + i);
                    hosts.incrementAndGet();
                });
    }

    /** The controller has the same limit, as it is this process' child. */
    private static void requireFiles(int hosts) {
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof UnixOperatingSystemMXBean system) {
            long most = system.getMaxFileDescriptorCount();
            if (FILES_OF_HOST * hosts + OTHER_FILES > most) {
                throw new IllegalArgumentException(
                        "%d hosts need %d open files, and the limit is %d: raise it (ulimit -n), or ask for at most %d hosts"
                                .formatted(
                                        hosts,
                                        FILES_OF_HOST * hosts + OTHER_FILES,
                                        most,
                                        (most - OTHER_FILES) / FILES_OF_HOST));
            }
        }
    }

    private void addHost(Rest rest, int number) throws Exception {
        String name = "host-%05d".formatted(number);
        create(rest, "/v1/hosts", name, "{\"zone\":\"zone-%d\"}".formatted(number % ZONES + 1));
        String token =
                checked(rest.send("POST", "/v1/hosts/" + name + "/join-token", Map.of(), ""), name)
                        .body()
                        .path("token")
                        .asText();
        Path own = Files.createDirectory(data.resolve(name));
        agents.add(
                SimulatedAgent.start(
                        number, own, centre.agents(), token, inventory(name, number), tally));
    }

    private HostInventory inventory(String name, int number) {
        String net = "10.%d.%d.".formatted(number / 256, number % 256);
        return new HostInventory(
                name,
                cpus,
                MEMORY_MIB,
                List.of(new Pool("default", "dir", POOL_GIB, POOL_GIB)),
                "kvm",
                "x86_64",
                "simulated",
                "simulated",
                new HostNetwork("br0", net + "0/24", net + "1"),
                null,
                null);
    }

    /** Asks for instances, one in each call, and returns when all are admitted. */
    public void addInstances(int number, int connections) throws Exception {
        int first = instances.get();
        inParallel(
                number,
                connections,
                (i, rest) -> {
                    addInstance(rest, "i-%06d".formatted(first + i));
                    instances.incrementAndGet();
                });
    }

    void addInstance(Rest rest, String name) throws IOException {
        tally.asked(name);
        create(
                rest,
                "/v1/tenants/" + TENANT + "/instances",
                name,
                "{\"flavor\":\"small\",\"image\":\"simulated\"}");
    }

    private static void create(Rest rest, String path, String name, String spec)
            throws IOException {
        String body = "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name, spec);
        Answer answer = rest.send("POST", path, Map.of(), body);
        for (int tries = 1; answer.code().equals("busy") && tries < MOST_TRIES; tries++) {
            Until.pause(WHEN_BUSY);
            answer = rest.send("POST", path, Map.of(), body);
        }
        checked(answer, path + "/" + name);
    }

    private static Answer checked(Answer answer, String what) throws IOException {
        if (answer.status() != 201) {
            throw new IOException(what + ": " + answer);
        }
        return answer;
    }

    private interface Task {
        void run(int number, Rest rest) throws Exception;
    }

    private void inParallel(int number, int connections, Task task) throws Exception {
        var next = new AtomicInteger();
        List<Callable<Boolean>> workers = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Rest rest = centre.rest();
            workers.add(() -> {
                for (int n = next.getAndIncrement(); n < number; n = next.getAndIncrement()) {
                    task.run(n, rest);
                }
                return true;
            });
        }
        try (ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> worker : crowd.invokeAll(workers)) {
                worker.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** How many hosts are in a state, by the controller's list. */
    public int hostsIn(String state) throws IOException {
        return centre.rest().lines("/v1/hosts?state=" + state + "&fields=metadata.name");
    }

    /** How many instances are in a phase, by the controller's list. */
    public int instancesIn(String phase) throws IOException {
        return centre.rest().lines("/v1/instances?phase=" + phase + "&fields=metadata.name");
    }

    @Override
    public void close() throws IOException {
        try (ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            agents.forEach(agent -> crowd.execute(agent::close));
        }
        Cloud.remove(data);
    }

    /** Says now and then how far something is, while it goes on. */
    static Thread telling(Duration every, Runnable line) {
        return Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        while (true) {
                            Thread.sleep(every);
                            line.run();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }
}
