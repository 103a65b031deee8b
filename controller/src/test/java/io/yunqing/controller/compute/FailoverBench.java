package io.yunqing.controller.compute;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.ledger.Ledger;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * How long it takes from the proof that a host is lost until its instances are other hosts', decided and committed, beside the bare
 * statements that give them back: see docs/benchmarks.md. No part of the build; {@code ./dev bench failover} runs it.
 */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class FailoverBench {
    private static final int HOSTS = Integer.getInteger("bench.hosts", 10_000);
    private static final int INSTANCES = Integer.getInteger("bench.instances", 1_000);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);

    /** Each host has room for so many. */
    private static final int PLACES = 64;

    private static final String LOSE =
            """
            INSERT INTO fence (id, name, revision, created, labels, host, proof, evidence)
            SELECT gen_random_uuid(), gen_random_uuid()::text, 1, now(), '{}', name, 'LEASE', '{"lastHeard": "2026-01-01T00:00:00Z", "leaseSeconds": 30}'
            FROM host WHERE name = 'host-1';
            UPDATE host_observation SET fence_id = (SELECT id FROM fence ORDER BY created DESC LIMIT 1)
            WHERE host_id = (SELECT id FROM host WHERE name = 'host-1');
            """;

    private static final String LEFT =
            "SELECT count(*) FROM instance WHERE host_id = (SELECT id FROM host WHERE name = 'host-1')";

    /** What must be written at least: who has them, and in whose books. */
    private static final String GIVE_BACK =
            """
            UPDATE allocation SET provider_id = (SELECT id FROM host WHERE name = 'host-1')
            WHERE closed IS NULL AND consumer_id IN (SELECT id FROM instance);
            UPDATE instance SET host_id = (SELECT id FROM host WHERE name = 'host-1');
            UPDATE volume SET host_id = (SELECT id FROM host WHERE name = 'host-1');
            """;

    private static final String FORGET =
            """
            UPDATE host_observation SET fence_id = NULL;
            DELETE FROM instance_departure;
            DELETE FROM volume_departure;
            DELETE FROM allocation WHERE closed IS NOT NULL;
            """;

    @Inject FleetMirror mirror;
    @Inject Ledger ledger;

    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String jdbcUrl;

    @ConfigProperty(name = "quarkus.datasource.username")
    String user;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    @Test
    void measure() throws Exception {
        sql(BenchDatabase.script("fleet.sql").formatted(HOSTS, PLACES));
        sql(BenchDatabase.script("failover.sql").formatted(INSTANCES));
        try (Connection connection = database().connect()) {
            mirror.look(connection);
        }
        double[] ours = new double[ROUNDS];
        double[] floor = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            ours[round] = lose();
            floor[round] = timed(GIVE_BACK);
            sql(FORGET);
            System.out.printf(
                    "round %d: %.3f s, floor %.3f s%n", round + 1, ours[round], floor[round]);
        }
        List<String> figures =
                List.of(
                        "seconds_per_1000 %.3f s <= 1".formatted(median(ours) * 1000 / INSTANCES),
                        "floor_per_1000 %.3f s".formatted(median(floor) * 1000 / INSTANCES),
                        "to_floor %.1f x".formatted(median(ours) / median(floor)));
        figures.forEach(System.out::println);
        Files.write(Path.of(System.getProperty("bench.out", "target/failover.figures")), figures);
        Assertions.assertEquals(List.of(), QuarkusTransaction.requiringNew().call(ledger::doctor));
    }

    /** Returns how many seconds after the proof was written all of them were other hosts'. */
    private double lose() throws SQLException, InterruptedException {
        sql(LOSE);
        long begin = System.nanoTime();
        try (Connection connection = database().connect();
                Statement statement = connection.createStatement()) {
            while (true) {
                try (ResultSet row = statement.executeQuery(LEFT)) {
                    row.next();
                    if (row.getInt(1) == 0) {
                        return (System.nanoTime() - begin) / 1e9;
                    }
                }
                Thread.sleep(5);
            }
        }
    }

    private double timed(String text) throws SQLException {
        long begin = System.nanoTime();
        sql(text);
        return (System.nanoTime() - begin) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private void sql(String text) throws SQLException {
        database().run(text);
    }

    private BenchDatabase database() {
        return new BenchDatabase(jdbcUrl, user, password);
    }
}
