package io.yunqing.controller.postgres;

import io.yunqing.controller.datafolder.DataFolder;
import io.yunqing.controller.datafolder.PrivateFile;
import io.yunqing.controller.datafolder.StartRefused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL server of the controller's own, with the application's database in it. */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final String NAME = "yunqing";
    private static final String SUPERUSER = "postgres";
    private static final String LOOPBACK = "127.0.0.1";

    /** Given on the command line, where neither postgresql.conf nor ALTER SYSTEM can weaken them. */
    private static final List<String> SETTINGS =
            List.of(
                    "fsync=on",
                    "synchronous_commit=on",
                    "full_page_writes=on",
                    "listen_addresses=" + LOOPBACK,
                    "unix_socket_directories=",
                    "password_encryption=scram-sha-256",
                    "max_connections=200",
                    "shared_buffers=128MB",
                    "timezone=UTC",
                    "log_timezone=UTC",
                    // Refused statements reach their caller; the log is for what happens to the
                    // server.
                    "log_min_messages=log",
                    "log_min_error_statement=panic",
                    "log_checkpoints=off");

    private final Path home;
    private final Path data;
    private final SecureRandom random;
    private final Binaries binaries;
    private final Postmaster postmaster;
    private final int port;

    private EmbeddedPostgres(Path home, SecureRandom random) throws IOException {
        this.home = PrivateFile.folder(home);
        this.data = home.resolve("data");
        this.random = random;
        this.binaries = Binaries.unpack(home.resolve("bin"));
        makeCluster();
        checkMajorVersion();
        new Remains(data).clear(binaries);
        this.port = choosePort();
        this.postmaster =
                new Postmaster(
                        binaries,
                        data,
                        home.resolve("postgres.log"),
                        Stream.concat(SETTINGS.stream(), Stream.of("port=" + port)).toList());
    }

    /** Starts the server of this data folder, making it first if there is none. */
    public static EmbeddedPostgres start(DataFolder folder, SecureRandom random) {
        requireKnownMachine();
        try {
            EmbeddedPostgres postgres = new EmbeddedPostgres(folder.resolve("postgres"), random);
            try {
                postgres.postmaster.start();
                postgres.makeApplicationDatabase();
                return postgres;
            } catch (IOException | SQLException | RuntimeException e) {
                postgres.close();
                throw e;
            }
        } catch (IOException | SQLException e) {
            throw new StartRefused(
                    DataFolder.SETTING,
                    folder.path(),
                    "the database of the controller's own does not start (" + e.getMessage() + ")",
                    "see "
                            + folder.resolve("postgres").resolve("postgres.log")
                            + ", or name a PostgreSQL server in YUNQING_JDBC_URL",
                    e);
        }
    }

    private static void requireKnownMachine() {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!machine.equals("Linux amd64")) {
            throw new StartRefused(
                    "YUNQING_JDBC_URL",
                    "",
                    "the controller brings no PostgreSQL for " + machine,
                    "name a PostgreSQL server");
        }
    }

    public Database database() throws IOException {
        return new Database(url(NAME), NAME, secret("application.password"));
    }

    Path dataFolder() {
        return data;
    }

    /** initdb into a folder of another name first: a cluster that exists is a whole one. */
    private void makeCluster() throws IOException {
        if (Files.exists(data)) {
            return;
        }
        Path next = home.resolve("data.new");
        DataFolder.deleteTree(next);
        secret("superuser.password");
        Command.program(
                        binaries.program("initdb"),
                        "--pgdata=" + next,
                        "--username=" + SUPERUSER,
                        "--pwfile=" + home.resolve("superuser.password"),
                        "--auth=scram-sha-256",
                        "--data-checksums",
                        "--encoding=UTF8",
                        // Sorts by code point on every machine alike, and still knows upper from
                        // lower case.
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--locale=C",
                        "--no-instructions")
                .run();
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
        PrivateFile.syncFolder(home);
    }

    private void checkMajorVersion() throws IOException {
        String found = Files.readString(data.resolve("PG_VERSION")).strip();
        if (!found.equals(binaries.major())) {
            throw new StartRefused(
                    DataFolder.SETTING,
                    home.resolve("..").normalize(),
                    "its database was written by PostgreSQL "
                            + found
                            + ", this controller brings PostgreSQL "
                            + binaries.major(),
                    "dump it with the controller release that wrote it and restore it here, or use a PostgreSQL server"
                            + " through YUNQING_JDBC_URL");
        }
    }

    /** The port of last time if it is free, so that an operator's notes stay true; else any free one. */
    private int choosePort() throws IOException {
        PrivateFile file = new PrivateFile(home.resolve("port"));
        if (Files.exists(file.path()) && file.read().matches("\\d{1,5}")) {
            int last = Integer.parseInt(file.read());
            if (free(last)) {
                return last;
            }
        }
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.ofLiteral(LOOPBACK))) {
            file.write(any.getLocalPort() + "\n");
            return any.getLocalPort();
        }
    }

    private static boolean free(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.ofLiteral(LOOPBACK))) {
            return probe.isBound();
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    /** The application owns its database and nothing else; made on the first start, repaired on any later one. */
    private void makeApplicationDatabase() throws SQLException, IOException {
        if (applicationConnects()) {
            return;
        }
        String password = secret("application.password");
        Database superuser = new Database(url("postgres"), SUPERUSER, secret("superuser.password"));
        try (Connection connection = superuser.connect();
                Statement statement = connection.createStatement()) {
            boolean known =
                    exists(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + NAME + "'");
            statement.execute(
                    (known ? "ALTER" : "CREATE")
                            + " ROLE "
                            + NAME
                            + " LOGIN PASSWORD '"
                            + password
                            + "'");
            if (!exists(statement, "SELECT 1 FROM pg_database WHERE datname = '" + NAME + "'")) {
                statement.execute("CREATE DATABASE " + NAME + " OWNER " + NAME);
            }
            ApplicationRole.ensure(connection, NAME);
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    private boolean applicationConnects() throws IOException {
        if (!Files.exists(home.resolve("application.password"))) {
            return false;
        }
        try (Connection connection = database().connect()) {
            ApplicationRole.ensure(connection, NAME);
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private String url(String database) {
        return "jdbc:postgresql://" + LOOPBACK + ":" + port + "/" + database;
    }

    private String secret(String name) throws IOException {
        return new PrivateFile(home.resolve(name)).secret(random);
    }

    @Override
    public void close() {
        postmaster.close();
    }
}
