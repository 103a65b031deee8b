package io.yunqing.controller.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Capacity;
import io.yunqing.api.Usage;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.ledger.Ledger.Grant;
import io.yunqing.controller.ledger.Ledger.OverGiven;
import io.yunqing.controller.ledger.Ledger.Promise;
import io.yunqing.controller.ledger.Refusal.OverLimit;
import io.yunqing.controller.ledger.Refusal.ProviderFull;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        inTransaction(() -> {
            ledger.openOwner(owner, null, true);
            grant(owner, Map.of("vcpus", 10L, "memoryMiB", 1000L));
        });
        capacity(8, "1");
    }

    /** Consumers that are neither instance nor volume would trouble the doctor of other tests. */
    @AfterEach
    void closeTheBooks() throws SQLException {
        execute(
                """
                UPDATE allocation SET closed = opened
                WHERE closed IS NULL AND NOT EXISTS (SELECT FROM instance WHERE id = consumer_id)
                  AND NOT EXISTS (SELECT FROM volume WHERE id = consumer_id)
                """);
    }

    @Test
    void whatIsTakenIsUsedAndWhatIsReleasedIsFree() {
        UUID consumer = UUID.randomUUID();
        assertTaken(take(consumer, Map.of("vcpus", 3L, "memoryMiB", 100L)));
        assertEquals(new Usage(10, 3), limit("vcpus"));
        assertEquals(new Usage(8, 3), capacityOf("vcpus"));
        inTransaction(() -> ledger.release(List.of(consumer)));
        inTransaction(() -> ledger.release(List.of(consumer)));
        assertEquals(new Usage(10, 0), limit("vcpus"));
        assertEquals(new Usage(8, 0), capacityOf("vcpus"));
    }

    @Test
    void allOrNothing() {
        assertEquals(
                Optional.of(new OverLimit(owner, "memoryMiB", 1000, 0, 1001)),
                take(UUID.randomUUID(), Map.of("vcpus", 1L, "memoryMiB", 1001L)));
        assertEquals(new Usage(10, 0), limit("vcpus"));
    }

    @Test
    void aFullProviderRefuses() {
        assertTaken(take(UUID.randomUUID(), Map.of("vcpus", 8L)));
        assertEquals(
                Optional.of(new ProviderFull(provider, "vcpus", 8, 8, 1)),
                take(UUID.randomUUID(), Map.of("vcpus", 1L)));
    }

    @Test
    void whatHasNoLimitMayNotBeUsed() {
        assertEquals(
                Optional.of(new OverLimit(owner, "storageGiB", 0, 0, 1)),
                take(UUID.randomUUID(), Map.of("storageGiB", 1L)));
    }

    @Test
    void aCapacityIsPhysicalMinusReservedTimesRatioRoundedDown() {
        inTransaction(() ->
                ledger.setCapacities(
                        provider,
                        "host",
                        null,
                        Map.of("vcpus", 7L),
                        Map.of("vcpus", new Promise(2L, new BigDecimal("1.5")))));
        assertEquals(new Usage(7, 0), capacityOf("vcpus"));
    }

    @Test
    void shrinkingBelowTheUseIsAllowedAndTakesNothingNew() {
        UUID consumer = UUID.randomUUID();
        take(consumer, Map.of("vcpus", 6L));
        capacity(4, "1");
        assertEquals(new Usage(4, 6), capacityOf("vcpus"));
        assertInstanceOf(
                ProviderFull.class, take(UUID.randomUUID(), Map.of("vcpus", 1L)).orElseThrow());
        inTransaction(() -> ledger.release(List.of(consumer)));
        assertEquals(new Usage(4, 0), capacityOf("vcpus"));
    }

    @Test
    void aLimitLoweredBelowItsUseTakesNothingNewAndGivesNothingBackTwice() {
        UUID first = UUID.randomUUID();
        take(first, Map.of("vcpus", 4L));
        take(UUID.randomUUID(), Map.of("vcpus", 3L));
        inTransaction(() -> grant(owner, Map.of("vcpus", 5L)));
        assertEquals(new Usage(5, 7), limit("vcpus"));
        assertEquals(
                Optional.of(new OverLimit(owner, "vcpus", 5, 7, 1)),
                take(UUID.randomUUID(), Map.of("vcpus", 1L)));
        inTransaction(() -> ledger.release(List.of(first)));
        assertEquals(new Usage(5, 3), limit("vcpus"));
        assertTaken(take(UUID.randomUUID(), Map.of("vcpus", 2L)));
    }

    @Test
    void whatIsTakenCountsUpToTheRootAndTheNearestFullOneRefuses() {
        UUID city = UUID.randomUUID();
        UUID bureau = UUID.randomUUID();
        UUID tenant = UUID.randomUUID();
        inTransaction(() -> {
            ledger.openOwner(city, null, false);
            ledger.openOwner(bureau, city, false);
            ledger.openOwner(tenant, bureau, true);
            grant(city, Map.of("vcpus", 6L));
            grant(bureau, Map.of("vcpus", 5L));
            grant(tenant, Map.of("vcpus", 5L));
        });
        UUID consumer = UUID.randomUUID();
        assertTaken(take(consumer, tenant, provider, Map.of("vcpus", 4L)));
        assertEquals(new Usage(6, 4), limit(city, "vcpus"));
        assertEquals(new Usage(5, 4), limit(bureau, "vcpus"));
        assertEquals(Ledger.UNLIMITED, limit(city, "memoryMiB").limit());
        inTransaction(() -> grant(bureau, Map.of("vcpus", 4L)));
        assertEquals(
                Optional.of(new OverLimit(bureau, "vcpus", 4, 4, 1)),
                take(UUID.randomUUID(), tenant, provider, Map.of("vcpus", 1L)));
        inTransaction(() -> ledger.release(List.of(consumer)));
        assertEquals(new Usage(6, 0), limit(city, "vcpus"));
    }

    @Test
    void nobodyGivesMoreThanHeHas() {
        UUID city = UUID.randomUUID();
        UUID bureau = UUID.randomUUID();
        UUID tenant = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        inTransaction(() -> {
            ledger.openOwner(city, null, false);
            ledger.openOwner(bureau, city, false);
            ledger.openOwner(tenant, bureau, true);
            ledger.openOwner(other, bureau, true);
            assertEquals(Optional.empty(), grant(city, Map.of("vcpus", 6L)));
            assertEquals(Optional.empty(), grant(tenant, Map.of("vcpus", 4L)));
            assertEquals(
                    Optional.of(new OverGiven(city, "vcpus", 6, 7)),
                    grant(other, Map.of("vcpus", 3L)),
                    "the bureau between them has no limit of its own");
            assertEquals(Optional.empty(), grant(other, Map.of("vcpus", 2L)));
            assertEquals(Optional.empty(), grant(bureau, Map.of("vcpus", 5L)), "less is allowed");
            assertEquals(Optional.empty(), grant(other, Map.of("vcpus", 2L)), "as before");
            assertEquals(
                    Optional.of(new OverGiven(bureau, "vcpus", 5, 7)),
                    grant(other, Map.of("vcpus", 3L)));
        });
    }

    @Test
    void anOwnerThatMovesTakesItsUseAlong() {
        UUID from = UUID.randomUUID();
        UUID onto = UUID.randomUUID();
        UUID bureau = UUID.randomUUID();
        UUID tenant = UUID.randomUUID();
        UUID consumer = UUID.randomUUID();
        inTransaction(() -> {
            ledger.openOwner(from, null, false);
            ledger.openOwner(onto, null, false);
            ledger.openOwner(bureau, from, false);
            ledger.openOwner(tenant, bureau, true);
            grant(tenant, Map.of("vcpus", 5L));
        });
        take(consumer, tenant, provider, Map.of("vcpus", 3L));
        inTransaction(() -> ledger.moveOwner(bureau, onto));
        assertEquals(0, limit(from, "vcpus").used());
        assertEquals(3, limit(onto, "vcpus").used());
        inTransaction(() -> ledger.release(List.of(consumer)));
        assertEquals(0, limit(onto, "vcpus").used());
        assertThrows(
                RuntimeException.class,
                () -> inTransaction(() -> ledger.moveOwner(onto, bureau)),
                "nobody is above himself");
    }

    @Test
    void anOwnerDoesNotMoveToWhereItsUseDoesNotFit() {
        UUID tight = UUID.randomUUID();
        UUID consumer = UUID.randomUUID();
        inTransaction(() -> {
            ledger.openOwner(tight, null, false);
            grant(tight, Map.of("vcpus", 2L));
        });
        take(consumer, Map.of("vcpus", 3L));
        assertThrows(
                RuntimeException.class, () -> inTransaction(() -> ledger.moveOwner(owner, tight)));
        assertEquals(0, limit(tight, "vcpus").used());
    }

    @Test
    void grantsCountWhileTheyLast() {
        Instant now = Instant.now();
        inTransaction(() ->
                ledger.setGrants(
                        owner,
                        List.of(
                                new Grant(Map.of("vcpus", 3L), null, null),
                                new Grant(Map.of("vcpus", 2L), now.minusSeconds(60), null),
                                new Grant(Map.of("vcpus", 50L), now.plusSeconds(3600), null),
                                new Grant(Map.of("vcpus", 70L), null, now.minusSeconds(1)))));
        assertEquals(new Usage(5, 0), limit("vcpus"));
        assertEquals(new Usage(0, 0), limit("memoryMiB"));
    }

    @Test
    void aMoveIsChargedOnceAndItsOwnersLimitsDoNotRefuseIt() {
        UUID consumer = UUID.randomUUID();
        UUID elsewhere = UUID.randomUUID();
        inTransaction(
                () -> ledger.setCapacities(elsewhere, "host", null, Map.of("vcpus", 6L), Map.of()));
        take(consumer, Map.of("vcpus", 6L));
        inTransaction(() -> grant(owner, Map.of("vcpus", 1L)));
        inTransaction(() -> ledger.move(consumer, elsewhere));
        assertEquals(new Usage(1, 6), limit("vcpus"));
        assertEquals(0, capacityOf("vcpus").used());
        assertEquals(new Usage(6, 6), capacityOf(elsewhere, "vcpus"));
        inTransaction(() -> ledger.release(List.of(consumer)));
        assertEquals(new Usage(6, 0), capacityOf(elsewhere, "vcpus"));
    }

    @Test
    void aResizeChargesTheDifferenceAndSmallerIsAlwaysAllowed() {
        UUID consumer = UUID.randomUUID();
        take(consumer, Map.of("vcpus", 6L));
        inTransaction(() -> grant(owner, Map.of("vcpus", 3L)));
        assertEquals(Optional.empty(), resize(consumer, 5));
        assertEquals(new Usage(3, 5), limit("vcpus"));
        assertEquals(Optional.of(new OverLimit(owner, "vcpus", 3, 5, 1)), resize(consumer, 6));
        assertEquals(Optional.empty(), resize(consumer, 2));
        assertEquals(new Usage(3, 2), limit("vcpus"));
        assertEquals(Optional.empty(), resize(consumer, 3));
        assertEquals(new Usage(8, 3), capacityOf("vcpus"));
    }

    @Test
    void aResizeThatTheProviderHasNoRoomForIsRefused() {
        UUID consumer = UUID.randomUUID();
        take(consumer, Map.of("vcpus", 6L));
        assertEquals(
                Optional.of(new ProviderFull(provider, "vcpus", 8, 6, 3)), resize(consumer, 9));
        assertEquals(new Usage(8, 6), capacityOf("vcpus"));
    }

    private Optional<Refusal> resize(UUID consumer, long vcpus) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        ledger.resize(consumer, ledger.kinds().amounts(Map.of("vcpus", vcpus))));
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
                        "UPDATE quota_owner SET used = '{1}' WHERE id = '%s'".formatted(owner),
                        "UPDATE quota_owner SET ceiling = '{99}' WHERE id = '%s'".formatted(owner),
                        "UPDATE provider SET used = '{1}' WHERE id = '%s'".formatted(provider),
                        "UPDATE provider SET effective = '{99}' WHERE id = '%s'"
                                .formatted(provider))) {
            SQLException refused = assertThrows(SQLException.class, () -> execute(statement));
            assertEquals("42501", refused.getSQLState(), refused.getMessage());
        }
        assertEquals(new Usage(10, 0), limit("vcpus"));
    }

    @Test
    void handTypedAllocationsKeepTheBooksAndTheLimits() throws SQLException {
        String insert =
                """
                INSERT INTO allocation (consumer_id, provider_id, owner_id, amounts, opened)
                VALUES (gen_random_uuid(), '%s', '%s', ARRAY[%d], now())
                """;
        execute(insert.formatted(provider, owner, 5));
        assertEquals(new Usage(10, 5), limit("vcpus"));
        assertEquals(new Usage(8, 5), capacityOf("vcpus"));
        SQLException refused =
                assertThrows(
                        SQLException.class, () -> execute(insert.formatted(provider, owner, 4)));
        assertEquals("23514", refused.getSQLState(), refused.getMessage());
        execute("UPDATE allocation SET amounts = ARRAY[7] WHERE owner_id = '%s'".formatted(owner));
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
                Optional<Refusal> refusal = take(consumer, Map.of("vcpus", amount));
                assertEquals(fits, refusal.isEmpty(), () -> "seed " + seed + ": " + refusal);
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

    private Optional<Refusal> take(UUID consumer, Map<String, Long> amounts) {
        return take(consumer, owner, provider, amounts);
    }

    private Optional<Refusal> take(
            UUID consumer, UUID payer, UUID giver, Map<String, Long> amounts) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        ledger.take(
                                List.of(
                                        new Taking(
                                                consumer,
                                                payer,
                                                giver,
                                                ledger.kinds().amounts(amounts)))));
    }

    private static void assertTaken(Optional<Refusal> refusal) {
        assertEquals(Optional.empty(), refusal);
    }

    private Optional<OverGiven> grant(UUID whom, Map<String, Long> amounts) {
        return ledger.setGrants(whom, List.of(new Grant(amounts, null, null)));
    }

    private void capacity(long vcpus, String ratio) {
        inTransaction(() ->
                ledger.setCapacities(
                        provider,
                        "host",
                        null,
                        Map.of("vcpus", vcpus, "memoryMiB", 10_000L, "storageGiB", 10_000L),
                        Map.of("vcpus", new Promise(null, new BigDecimal(ratio)))));
    }

    private Usage limit(String resource) {
        return limit(owner, resource);
    }

    private Usage limit(UUID whose, String resource) {
        return QuarkusTransaction.requiringNew()
                .call(() -> ledger.limits(List.of(whose)).get(whose).get(resource));
    }

    private Usage capacityOf(String resource) {
        return capacityOf(provider, resource);
    }

    private Usage capacityOf(UUID whose, String resource) {
        Capacity capacity =
                QuarkusTransaction.requiringNew()
                        .call(() -> ledger.capacities(List.of(whose)).get(whose).get(resource));
        return new Usage(capacity.limit(), capacity.used());
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
