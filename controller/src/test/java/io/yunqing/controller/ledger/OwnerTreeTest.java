package io.yunqing.controller.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agroal.api.AgroalDataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.ledger.Ledger.Grant;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Owners that move while what is below them is taken from, on a real PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
@Timeout(60)
class OwnerTreeTest {
    @Inject Ledger ledger;
    @Inject AgroalDataSource dataSource;

    private final UUID city = UUID.randomUUID();
    private final UUID otherCity = UUID.randomUUID();
    private final UUID bureau = UUID.randomUUID();
    private final UUID earlier = new UUID(0, UUID.randomUUID().getLeastSignificantBits());
    private final UUID later = new UUID(-1, UUID.randomUUID().getLeastSignificantBits());
    private final UUID provider = UUID.randomUUID();

    /**
     * The taking holds one tenant and waits for the other; the move comes then. Were it to lock the bureau before it waits for
     * the tenants, the taking would find the bureau locked by who waits for itself.
     */
    @Test
    void aMoveAndATakingBelowItDoNotWaitForEachOther() throws Exception {
        inTransaction(this::openTheBooks);
        try (ExecutorService crowd = Executors.newThreadPerTaskExecutor(Thread::new);
                Connection holder = dataSource.getConnection()) {
            holder.setAutoCommit(false);
            hold(holder, later);
            Future<Optional<Refusal>> taking = crowd.submit(() -> called(this::takeForBoth));
            int taker = blockedBy(backend(holder));
            Future<?> move =
                    crowd.submit(() -> inTransaction(() -> ledger.moveOwner(bureau, otherCity)));
            blockedBy(taker);
            holder.rollback();
            assertEquals(Optional.empty(), taking.get());
            move.get();
        }
        assertEquals(List.of(0L, 2L), List.of(used(city), used(otherCity)));
        inTransaction(() -> ledger.release(List.of(earlier, later)));
        assertEquals(List.of(0L, 0L), List.of(used(otherCity), used(bureau)));
    }

    private void openTheBooks() {
        ledger.openOwner(city, null, false);
        ledger.openOwner(otherCity, null, false);
        ledger.openOwner(bureau, city, false);
        for (UUID tenant : List.of(earlier, later)) {
            ledger.openOwner(tenant, bureau, true);
            ledger.setGrants(tenant, List.of(new Grant(Map.of("vcpus", 1L), null, null)));
        }
        ledger.setCapacities(provider, "host", null, Map.of("vcpus", 2L), Map.of());
    }

    /** Each tenant's id names its consumer, too. */
    private Optional<Refusal> takeForBoth() {
        return ledger.take(
                Stream.of(earlier, later)
                        .map(tenant ->
                                new Taking(
                                        tenant,
                                        tenant,
                                        provider,
                                        ledger.kinds().amounts(Map.of("vcpus", 1L))))
                        .toList());
    }

    private long used(UUID owner) {
        return called(() -> ledger.limits(List.of(owner)).get(owner).get("vcpus").used());
    }

    private static void hold(Connection connection, UUID owner) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT FROM quota_owner WHERE id = ? FOR NO KEY UPDATE")) {
            statement.setObject(1, owner);
            statement.executeQuery();
        }
    }

    private static int backend(Connection connection) throws SQLException {
        return number(connection, "SELECT pg_backend_pid()");
    }

    /** Waits until somebody waits for that backend, and returns who. */
    private int blockedBy(int backend) throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            while (true) {
                int waiting =
                        number(
                                connection,
                                "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE %d = ANY (pg_blocking_pids(pid))"
                                        .formatted(backend));
                if (waiting != 0) {
                    return waiting;
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }

    private static int number(Connection connection, String query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void inTransaction(Runnable work) {
        QuarkusTransaction.requiringNew().run(work);
    }

    private static <T> T called(Callable<T> work) {
        return QuarkusTransaction.requiringNew().call(work);
    }
}
