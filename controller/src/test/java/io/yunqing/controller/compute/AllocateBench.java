package io.yunqing.controller.compute;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Instance;
import io.yunqing.api.InstanceSpec;
import io.yunqing.api.Metadata;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.compute.Order.Terms;
import io.yunqing.controller.compute.Outcome.Admitted;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.ledger.Ledger;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * How fast instances are admitted, inside the process and over REST, beside pgbench writing the same rows into the same
 * database: see docs/benchmarks.md. No part of the build; {@code ./dev bench allocate} runs it.
 */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class AllocateBench {
    private static final int HOSTS = Integer.getInteger("bench.hosts", 1000);
    private static final int SECONDS = Integer.getInteger("bench.seconds", 5);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);

    /** More instances than a round of five seconds a figure makes. */
    private static final int PLACES = 250_000;

    private static final int BATCH = 64;
    private static final int TENANTS = 50;

    /** Requests that one department has waiting all the time, and as many connections as it has for the same over REST. */
    private static final int FLOOD = 10_000;

    private static final int REST_FLOOD = 256;
    private static final Duration FLOOD_RISES = Duration.ofSeconds(3);

    @Inject Admission admission;
    @Inject FleetMirror mirror;
    @Inject Ledger ledger;

    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String jdbcUrl;

    @ConfigProperty(name = "quarkus.datasource.username")
    String user;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    @ConfigProperty(name = "test.url")
    String url;

    @ConfigProperty(name = "yunqing.operator-token")
    String token;

    private final AtomicLong asked = new AtomicLong();
    private final List<String> figures = new ArrayList<>();

    /** What a party of clients saw: answers a second, and how long one took, in microseconds. */
    private record Load(double perSecond, double p50, double p99) {}

    @Test
    void measure() throws Exception {
        sql(
                BenchDatabase.script("fleet.sql")
                        .formatted(HOSTS, Integer.max(64, ROUNDS * PLACES / HOSTS)));
        sql("CREATE SEQUENCE bench_address");
        try (Connection connection = database().connect()) {
            mirror.look(connection);
        }
        Assertions.assertTrue(mirror.hosts().size() > HOSTS, "the mirror knows all hosts");
        inProcess(16);
        overRest(16);
        List<double[]> rounds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            rounds.add(round());
            System.out.printf("round %d: %s%n", round + 1, Arrays.toString(rounds.getLast()));
        }
        String[] lines = {
            "floor_single %.0f /s",
            "floor_batched %.0f /s",
            "in_process_1 %.0f /s",
            "in_process_16 %.0f /s",
            "in_process_256 %.0f /s",
            "rest_1 %.0f /s",
            "rest_16 %.0f /s",
            "rest_256 %.0f /s >= 3000",
            "single_to_floor %.2f x <= 2",
            "batched_to_floor %.2f x >= 0.5",
            "rest_to_floor %.2f x >= 0.2",
            "p99_to_p50 %.1f x <= 5",
            "rest_1_p50 %.0f us",
            "rest_256_p50 %.0f us",
            "rest_256_p99 %.0f us",
            "flood_to_idle %.1f x <= 3",
            "rest_flood_to_idle %.1f x <= 3",
            "flood_1_p50 %.0f us",
            "rest_flood_1_p50 %.0f us",
            "flood %.0f /s"
        };
        for (int i = 0; i < lines.length; i++) {
            int column = i;
            double[] values = rounds.stream().mapToDouble(r -> r[column]).sorted().toArray();
            figures.add(lines[i].formatted(values[values.length / 2]));
        }
        figures.forEach(System.out::println);
        Files.write(Path.of(System.getProperty("bench.out", "target/allocate.figures")), figures);
        Assertions.assertEquals(List.of(), QuarkusTransaction.requiringNew().call(ledger::doctor));
    }

    private double[] round() throws Exception {
        double single = floor(1, 1);
        double batched = Math.max(floor(BATCH, 1), floor(BATCH, 2));
        Load alone = inProcess(1);
        Load some = inProcess(16);
        Load many = inProcess(256);
        Load restAlone = overRest(1);
        Load restSome = overRest(16);
        Load restMany = overRest(256);
        Flooded beside = flooded(FLOOD, this::admitting);
        Flooded restBeside = flooded(REST_FLOOD, this::posting);
        return new double[] {
            single,
            batched,
            alone.perSecond,
            some.perSecond,
            many.perSecond,
            restAlone.perSecond,
            restSome.perSecond,
            restMany.perSecond,
            single / restAlone.perSecond,
            many.perSecond / batched,
            restMany.perSecond / batched,
            restMany.p99 / restMany.p50,
            restAlone.p50,
            restMany.p50,
            restMany.p99,
            beside.single.p50 / alone.p50,
            restBeside.single.p50 / restAlone.p50,
            beside.single.p50,
            restBeside.single.p50,
            beside.flood.perSecond
        };
    }

    // --- Ours ---

    private Load inProcess(int clients) throws Exception {
        return load(clients, SECONDS, admitting(AllocateBench::tenant));
    }

    private Load overRest(int clients) throws Exception {
        return load(clients, SECONDS, posting(AllocateBench::tenant));
    }

    private Client admitting(UnaryOperator<String> tenantOf) {
        return () ->
                name -> {
                    Instance asked =
                            new Instance(
                                    null,
                                    Metadata.named(name),
                                    new InstanceSpec(
                                            "small", "image", null, null, null, null, null, null,
                                            null, null, null, null, null, null, null, null),
                                    null);
                    Outcome outcome =
                            admission.admit(
                                    tenantOf.apply(name),
                                    List.of(asked),
                                    List.of(),
                                    new Terms("operator", null, false, false, null, null),
                                    _ -> {});
                    if (!(outcome instanceof Admitted)) {
                        throw new IllegalStateException(outcome.toString());
                    }
                };
    }

    private Client posting(UnaryOperator<String> tenantOf) {
        return () -> {
            BenchClient client = new BenchClient(url, token);
            return name ->
                    client.post(
                            "/v1/tenants/" + tenantOf.apply(name) + "/instances",
                            "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"flavor\":\"small\",\"image\":\"image\"}}"
                                    .formatted(name));
        };
    }

    /** A department that floods, and one client of another that asks for one instance at a time meanwhile. */
    private record Flooded(Load flood, Load single) {}

    private Flooded flooded(int clients, Function<UnaryOperator<String>, Client> way)
            throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Load> flood =
                    threads.submit(() ->
                            load(
                                    clients,
                                    SECONDS + (int) FLOOD_RISES.toSeconds(),
                                    way.apply(_ -> "tenant-1")));
            Thread.sleep(FLOOD_RISES);
            Load single = load(1, SECONDS, way.apply(_ -> "tenant-2"));
            return new Flooded(flood.get(), single);
        }
    }

    private static String tenant(String name) {
        return "tenant-" + (1 + Math.floorMod(name.hashCode(), TENANTS));
    }

    /** What a client does again and again. */
    private interface Work {
        void run(String name) throws Exception;
    }

    private interface Client {
        Work connect() throws Exception;
    }

    private Load load(int clients, int seconds, Client client) throws Exception {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Future<List<Long>>> parties = new ArrayList<>();
        long begin = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                parties.add(
                        threads.submit(() -> {
                            Work work = client.connect();
                            List<Long> took = new ArrayList<>();
                            long before = System.nanoTime();
                            while (before < end) {
                                work.run("i" + asked.incrementAndGet());
                                long after = System.nanoTime();
                                took.add(after - before);
                                before = after;
                            }
                            return took;
                        }));
            }
        }
        double elapsed = (System.nanoTime() - begin) / 1e9;
        List<Long> all = new ArrayList<>();
        for (Future<List<Long>> party : parties) {
            all.addAll(party.get());
        }
        all.sort(null);
        return new Load(
                all.size() / elapsed,
                all.get(all.size() / 2) / 1e3,
                all.get(all.size() * 99 / 100) / 1e3);
    }

    // --- The floor ---

    /** Allocations a second that pgbench writes, so many a transaction, without the ledger's triggers. */
    private double floor(int batch, int clients) throws Exception {
        Path file = Files.createTempFile("floor", ".sql");
        Files.writeString(
                file,
                BenchDatabase.script("floor.sql")
                                .formatted(batch)
                                .replace("\n", " ")
                                .replaceFirst("^--.*?ledger\\.", "")
                        + ";\n");
        sql("ALTER TABLE allocation DISABLE TRIGGER USER");
        try {
            Matcher at = Pattern.compile("//([^:/]+):(\\d+)/(\\w+)").matcher(jdbcUrl);
            Assertions.assertTrue(at.find(), jdbcUrl);
            ProcessBuilder builder =
                    new ProcessBuilder(
                            "pgbench",
                            "-n",
                            "-M",
                            "prepared",
                            "-c",
                            "" + clients,
                            "-j",
                            "1",
                            "-T",
                            "" + SECONDS,
                            "-f",
                            file.toString(),
                            "-h",
                            at.group(1),
                            "-p",
                            at.group(2),
                            "-U",
                            user,
                            at.group(3));
            builder.environment().put("PGPASSWORD", password);
            Process process = builder.redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher tps = Pattern.compile("tps = ([\\d.]+)").matcher(output);
            if (process.waitFor() != 0 || !tps.find()) {
                throw new IllegalStateException(output);
            }
            return Double.parseDouble(tps.group(1)) * batch;
        } finally {
            sql(
                    "DELETE FROM address WHERE instance_id IN (SELECT id FROM instance WHERE name LIKE 'floor-%')");
            sql(
                    "DELETE FROM allocation WHERE consumer_id IN (SELECT id FROM instance WHERE name LIKE 'floor-%')");
            sql("DELETE FROM instance WHERE name LIKE 'floor-%'");
            sql(
                    """
                    UPDATE provider p SET used = (SELECT ledger_sum(amounts) FROM allocation WHERE provider_id = p.id AND closed IS NULL);
                    UPDATE quota_owner o SET used = (SELECT ledger_sum(a.amounts) FROM allocation a JOIN quota_owner l ON l.id = a.owner_id
                                                     WHERE l.path @> ARRAY[o.id] AND a.closed IS NULL);
                    ALTER TABLE allocation ENABLE TRIGGER USER;
                    """);
            sql("VACUUM ANALYZE");
            Files.delete(file);
        }
    }

    private void sql(String text) throws SQLException {
        database().run(text);
    }

    private BenchDatabase database() {
        return new BenchDatabase(jdbcUrl, user, password);
    }
}
