package io.yunqing.controller.compute;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jboss.logging.Logger;

/**
 * The connection that admission keeps for itself, so that its statements stay prepared on the server. A broken one is replaced
 * when the next batch asks for it.
 */
final class AdmissionLine implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AdmissionLine.class);

    private final AgroalDataSource dataSource;
    private Connection connection;

    AdmissionLine(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    Connection connection() throws SQLException {
        if (connection == null) {
            connection = dataSource.getConnection();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                // Rows are looked up by keys. Plans made while tables were small would read them
                // whole, and stay in use when they have grown.
                statement.execute("SET SESSION enable_seqscan = off");
                // A plan for the few keys at hand looks cheaper than one for any, and is made anew
                // each time, which takes longer than following it.
                statement.execute("SET SESSION plan_cache_mode = force_generic_plan");
            }
            connection.commit();
        }
        return connection;
    }

    boolean broken() {
        return connection == null;
    }

    /** Ends the transaction; a connection that cannot even do that is given up. */
    void rollback() {
        if (connection == null) {
            return;
        }
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.debugf("The connection of admission is given up: %s", e.getMessage());
            close();
        }
    }

    @Override
    public void close() {
        if (connection == null) {
            return;
        }
        try {
            connection.rollback();
            try (Statement statement = connection.createStatement()) {
                statement.execute("RESET enable_seqscan");
                statement.execute("RESET plan_cache_mode");
            }
            connection.commit();
            connection.close();
        } catch (SQLException e) {
            LOG.debugf("The connection of admission was broken: %s", e.getMessage());
            abandon();
        }
        connection = null;
    }

    private void abandon() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debugf("It cannot be closed either: %s", e.getMessage());
        }
    }
}
