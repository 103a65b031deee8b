package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.yunqing.controller.Until;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A transaction that holds a tenant's account, as another replica may, so that a test can choose what happens meanwhile. */
final class Locks implements AutoCloseable {
    final Connection connection;

    /** Takes the account of a tenant. */
    Locks(AgroalDataSource dataSource, String tenant) throws SQLException {
        connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        try (PreparedStatement lock =
                connection.prepareStatement(
                        """
                        SELECT FROM quota_owner WHERE id = (SELECT id FROM tenant WHERE name = ?) FOR NO KEY UPDATE
                        """)) {
            lock.setString(1, tenant);
            assertTrue(lock.executeQuery().next());
        }
    }

    /** Returns when somebody waits for a lock. */
    void awaitWaiter() {
        Until.holds(
                "somebody waits for a lock",
                () -> {
                    try (PreparedStatement query =
                                    connection.prepareStatement(
                                            "SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()");
                            ResultSet rows = query.executeQuery()) {
                        return rows.next();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @Override
    public void close() throws SQLException {
        connection.commit();
        connection.close();
    }
}
