package io.yunqing.controller.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Usage;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.ledger.Ledger.Capacity;
import io.yunqing.controller.ledger.Taking.OverLimit;
import io.yunqing.controller.ledger.Taking.ProviderFull;
import io.yunqing.controller.ledger.Taking.Taken;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The books, on a real PostgreSQL. Consumers here are no instances, so only the sums are compared. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class LedgerTest {
    @Inject Ledger ledger;
    @Inject AgroalDataSource dataSource;

    private final UUID owner = UUID.randomUUID();
    private final UUID provider = UUID.randomUUID();

    @BeforeEach
    void openTheBooks() {
        inTransaction(() -> ledger.setLimits(owner, Map.of("vcpus", 10L, "memoryMiB", 1000L)));
        capacity(8, "1");
    }

    /** Consumers that are no instances would trouble the doctor of other tests. */
    @AfterEach
    void closeTheBooks() throws SQLException {
        execute(
                "UPDATE allocation SET closed = opened WHERE owner_id = '%s' AND closed IS NULL"
                        .formatted(owner));
    }

    @Test
    void whatIsTakenIsUsedAndWhatIsReleasedIsFree() {
        UUID consumer = UUID.randomUUID();
        assertInstanceOf(Taken.class, take(consumer, Map.of("vcpus", 3L, "memoryMiB", 100L)));
        assertEquals(new Usage(10, 3), limit("vcpus"));
        assertEquals(new Usage(8, 3), capacityOf("vcpus"));
        inTransaction(() -> ledger.release(List.of(consumer)));
        inTransaction(() -> ledger.release(List.of(consumer)));
        assertEquals(new Usage(10, 0), limit("vcpus"));
        assertEquals(new Usage(8, 0), capacityOf("vcpus"));
    }

    @Test
    void allOrNothing() {
        OverLimit over =
                assertInstanceOf(
                        OverLimit.class,
                        take(UUID.randomUUID(), Map.of("vcpus", 1L, "memoryMiB", 1001L)));
        assertEquals(new OverLimit("memoryMiB", 1000, 0, 1001), over);
        assertEquals(new Usage(10, 0), limit("vcpus"));
    }

    @Test
    void aFullProviderRefuses() {
        assertInstanceOf(Taken.class, take(UUID.randomUUID(), Map.of("vcpus", 8L)));
        assertEquals(
                new ProviderFull("vcpus", 8, 8, 1), take(UUID.randomUUID(), Map.of("vcpus", 1L)));
    }

    @Test
    void whatHasNoLimitMayNotBeUsed() {
        assertEquals(
                new OverLimit("storageGiB", 0, 0, 1),
                take(UUID.randomUUID(), Map.of("storageGiB", 1L)));
    }

    @Test
    void aCapacityIsPhysicalMinusReservedTimesRatioRoundedDown() {
        inTransaction(() ->
                ledger.setCapacities(
                        provider,
                        "host",
                        Map.of("vcpus", new Capacity(7, 2, new BigDecimal("1.5")))));
        assertEquals(new Usage(7, 0), capacityOf("vcpus"));
    }

    @Test
    void shrinkingBelowTheUseIsAllowedAndTakesNothingNew() {
        UUID consumer = UUID.randomUUID();
        take(consumer, Map.of("vcpus", 6L));
        capacity(4, "1");
        assertEquals(new Usage(4, 6), capacityOf("vcpus"));
        assertInstanceOf(ProviderFull.class, take(UUID.randomUUID(), Map.of("vcpus", 1L)));
        inTransaction(() -> ledger.release(List.of(consumer)));
        assertEquals(new Usage(4, 0), capacityOf("vcpus"));
    }

    @Test
    void oneConsumerHoldsAResourceOnce() {
        UUID consumer = UUID.randomUUID();
        take(consumer, Map.of("vcpus", 1L));
        assertThrows(RuntimeException.class, () -> take(consumer, Map.of("vcpus", 1L)));
        assertEquals(new Usage(10, 1), limit("vcpus"));
    }

    /** Even somebody with SQL in hand cannot make the sums differ from the allocations. */
    @Test
    void nobodyWritesUsedByHand() {
        for (String statement :
                List.of(
                        "UPDATE quota_limit SET used = 0 + used + 1 WHERE owner_id = '%s'"
                                .formatted(owner),
                        "UPDATE provider_capacity SET used = used + 1 WHERE provider_id = '%s'"
                                .formatted(provider))) {
            SQLException refused = assertThrows(SQLException.class, () -> execute(statement));
            assertTrue(
                    refused.getMessage().contains("kept by the allocations alone"),
                    refused.getMessage());
        }
        assertEquals(new Usage(10, 0), limit("vcpus"));
    }

    @Test
    void handTypedAllocationsKeepTheBooksAndTheLimits() throws SQLException {
        String insert =
                """
                INSERT INTO allocation (id, consumer_id, provider_id, owner_id, resource, amount, opened)
                VALUES (gen_random_uuid(), gen_random_uuid(), '%s', '%s', 'vcpus', %d, now())
                """;
        execute(insert.formatted(provider, owner, 5));
        assertEquals(new Usage(10, 5), limit("vcpus"));
        assertEquals(new Usage(8, 5), capacityOf("vcpus"));
        SQLException refused =
                assertThrows(
                        SQLException.class, () -> execute(insert.formatted(provider, owner, 4)));
        assertEquals("23514", refused.getSQLState(), refused.getMessage());
        execute("UPDATE allocation SET amount = 7 WHERE owner_id = '%s'".formatted(owner));
        assertEquals(new Usage(8, 7), capacityOf("vcpus"));
        execute("DELETE FROM allocation WHERE owner_id = '%s'".formatted(owner));
        assertEquals(new Usage(10, 0), limit("vcpus"));
        assertEquals(new Usage(8, 0), capacityOf("vcpus"));
    }

    /** Any sequence of takings and releases leaves sums that a model computes too. */
    @Test
    void randomOperationsKeepTheSums() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<UUID, Long> held = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            long sum = held.values().stream().mapToLong(Long::longValue).sum();
            if (held.isEmpty() || random.nextInt(3) > 0) {
                UUID consumer = UUID.randomUUID();
                long amount = random.nextLong(1, 5);
                boolean fits = sum + amount <= 8;
                Taking taking = take(consumer, Map.of("vcpus", amount));
                assertEquals(fits, taking instanceof Taken, () -> "seed " + seed + ": " + taking);
                if (fits) {
                    held.put(consumer, amount);
                }
            } else {
                UUID consumer = new ArrayList<>(held.keySet()).get(random.nextInt(held.size()));
                inTransaction(() -> ledger.release(List.of(consumer)));
                held.remove(consumer);
            }
            long expected = held.values().stream().mapToLong(Long::longValue).sum();
            assertEquals(new Usage(8, expected), capacityOf("vcpus"), () -> "seed " + seed);
        }
        held.keySet().forEach(consumer -> inTransaction(() -> ledger.release(List.of(consumer))));
        List<String> sums = QuarkusTransaction.requiringNew().call(ledger::doctor);
        assertTrue(
                sums.stream().noneMatch(line -> line.contains("used is")),
                () -> "seed " + seed + ": " + sums);
    }

    private Taking take(UUID consumer, Map<String, Long> amounts) {
        return QuarkusTransaction.requiringNew()
                .call(() -> ledger.take(consumer, owner, provider, amounts));
    }

    private void capacity(long vcpus, String ratio) {
        Capacity plenty = new Capacity(10_000, 0, BigDecimal.ONE);
        inTransaction(() ->
                ledger.setCapacities(
                        provider,
                        "host",
                        Map.of(
                                "vcpus", new Capacity(vcpus, 0, new BigDecimal(ratio)),
                                "memoryMiB", plenty,
                                "storageGiB", plenty)));
    }

    private Usage limit(String resource) {
        return QuarkusTransaction.requiringNew()
                .call(() -> ledger.limits(List.of(owner)).get(owner).get(resource));
    }

    private Usage capacityOf(String resource) {
        return QuarkusTransaction.requiringNew()
                .call(() -> ledger.capacities(List.of(provider)).get(provider).get(resource));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void inTransaction(Runnable work) {
        QuarkusTransaction.requiringNew().run(work);
    }
}
