package io.yunqing.controller.postgres;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;
import java.util.ServiceLoader;

/** How to reach a database. */
public record Database(String jdbcUrl, String user, String password) {
    private static final String CONNECT_SECONDS = "10";

    /**
     * One connection, without a pool. The driver is looked up from this class: DriverManager only knows the drivers of
     * whichever class loader came first.
     */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("loginTimeout", CONNECT_SECONDS);
        for (Driver driver : ServiceLoader.load(Driver.class, Database.class.getClassLoader())) {
            Connection connection = driver.connect(jdbcUrl, properties);
            if (connection != null) {
                return connection;
            }
        }
        throw new SQLException("no driver understands this address");
    }

    @Override
    public String toString() {
        return "Database[" + jdbcUrl + " as " + user + "]";
    }
}
