package io.yunqing.controller.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The role in which the controller works. The user that connects owns the tables and migrates them; at work it steps down to
 * this role, which may not write what the database alone keeps.
 */
public final class ApplicationRole {
    public static final String NAME = "yunqing_app";

    private ApplicationRole() {}

    /**
     * Makes the role where it does not exist, and lets the user take it on.
     *
     * @throws SQLException if that is missing and the connected user may not create roles
     */
    public static void ensure(Connection connection, String user) throws SQLException {
        if (has(connection, user)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            // Of two controllers that start together the second finds the role made.
            statement.execute(
                    """
                    DO $$ BEGIN
                        CREATE ROLE %s NOLOGIN;
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                    END $$
                    """
                            .formatted(NAME));
            statement.execute(
                    "GRANT %s TO %s".formatted(NAME, statement.enquoteIdentifier(user, true)));
        }
    }

    private static boolean has(Connection connection, String user) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(
                        "SELECT pg_has_role(?, oid, 'SET') FROM pg_roles WHERE rolname = ?")) {
            query.setString(1, user);
            query.setString(2, NAME);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
