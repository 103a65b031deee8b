package io.yunqing.controller.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.controller.datafolder.DataFolder;
import io.yunqing.controller.datafolder.StartRefused;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One life of one data folder, told in order: every step finds what the one before committed. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@NullUnmarked // fields are set before the first test
final class EmbeddedPostgresTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir static Path temp;

    private static Path home;
    private static DataFolder folder;
    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void first() {
        home = temp.resolve("data");
        start();
    }

    @AfterAll
    static void last() {
        stop();
    }

    private static void start() {
        folder = DataFolder.open(home);
        try {
            postgres = EmbeddedPostgres.start(folder, new SecureRandom());
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static void stop() {
        postgres.close();
        folder.close();
    }

    @Test
    @Order(1)
    void whatIsCommittedIsOnDisk() throws Exception {
        Map<String, String> expected =
                new TreeMap<>(
                        Map.of(
                                "fsync", "on",
                                "synchronous_commit", "on",
                                "full_page_writes", "on",
                                "data_checksums", "on",
                                "server_encoding", "UTF8",
                                "listen_addresses", "127.0.0.1",
                                "password_encryption", "scram-sha-256",
                                "max_connections", "200"));
        Map<String, String> actual = new TreeMap<>();
        try (Connection connection = postgres.database().connect();
                Statement statement = connection.createStatement()) {
            for (String name : expected.keySet()) {
                actual.put(name, value(statement, "SHOW " + name));
            }
            assertEquals(
                    "C.UTF-8",
                    value(
                            statement,
                            "SELECT datlocale FROM pg_database WHERE datname = 'yunqing'"));
            assertEquals(
                    "t",
                    value(
                            statement,
                            "SELECT pg_has_role('yunqing', datdba, 'USAGE') FROM pg_database WHERE datname = 'yunqing'"));
            assertEquals(
                    "f",
                    value(statement, "SELECT rolsuper FROM pg_roles WHERE rolname = 'yunqing'"));
            statement.execute("CREATE TABLE book (line text)");
            statement.execute("INSERT INTO book VALUES ('first life')");
        }
        assertEquals(expected, actual);
    }

    @Test
    @Order(2)
    void aPasswordIsAskedFor() throws Exception {
        Database known = postgres.database();
        for (String password : new String[] {"", "wrong"}) {
            SQLException refused =
                    assertThrows(
                            SQLException.class,
                            () -> new Database(known.jdbcUrl(), known.user(), password).connect());
            assertTrue(refused.getMessage().contains("password"), () -> refused.getMessage());
        }
    }

    @Test
    @Order(3)
    void secretsAreTheOwnersAlone() throws Exception {
        for (String name : new String[] {"superuser.password", "application.password"}) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(home.resolve("postgres").resolve(name))));
        }
    }

    @Test
    @Order(4)
    void aKilledServerIsStartedAgainWithAllThatWasCommitted() throws Exception {
        execute("INSERT INTO book VALUES ('before the kill')");
        ProcessHandle server = server(postgres.dataFolder());
        assertTrue(server.destroyForcibly());
        server.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        await(() -> count() == 2);
        assertFalse(server.isAlive());
    }

    @Test
    @Order(5)
    void itStartsAgainOnTheSamePortAndDoesNotUnpackAgain() throws Exception {
        String url = postgres.database().jdbcUrl();
        Path program;
        try (var files = Files.walk(home.resolve("postgres/bin"))) {
            program = files.filter(each -> each.endsWith("bin/initdb")).findFirst().orElseThrow();
        }
        var unpacked = Files.getAttribute(program, "unix:ino");
        stop();
        assertTrue(new Remains(postgres.dataFolder()).processes().isEmpty());
        start();
        assertEquals(url, postgres.database().jdbcUrl());
        assertEquals(unpacked, Files.getAttribute(program, "unix:ino"));
        assertEquals(2, count());
    }

    @Test
    @Order(6)
    void aFolderInUseIsRefusedNamingTheProcess() {
        StartRefused refused = assertThrows(StartRefused.class, () -> DataFolder.open(home));
        assertTrue(
                refused.getMessage().contains("process " + ProcessHandle.current().pid()),
                refused::getMessage);
    }

    @Test
    @Order(7)
    void lostPasswordsAndAHalfMadeStartAreRepaired() throws Exception {
        stop();
        Path application = home.resolve("postgres/application.password");
        Files.delete(application);
        // What a kill -9 during the first start leaves behind.
        Files.createDirectories(home.resolve("postgres/data.new/base"));
        Files.createDirectories(home.resolve("postgres/bin/unpacking/bin"));
        start();
        assertEquals(2, count());
        assertFalse(Files.exists(home.resolve("postgres/bin/unpacking")));
    }

    @Test
    @Order(8)
    void aRecycledProcessNumberInThePidFileDoesNotHinder() throws Exception {
        stop();
        Files.writeString(
                postgres.dataFolder().resolve("postmaster.pid"),
                ProcessHandle.current().pid()
                        + "\n"
                        + postgres.dataFolder()
                        + "\n1\n1\n\n127.0.0.1\n1 1\nready   \n");
        start();
        assertEquals(2, count());
    }

    @Test
    @Order(9)
    void aKilledControllerLosesNothingAndTheNextOneTakesOver() throws Exception {
        stop();
        for (int life = 1; life <= 3; life++) {
            Process controller = child();
            try (BufferedReader said = controller.inputReader()) {
                assertEquals("committed", said.readLine());
                StartRefused refused =
                        assertThrows(StartRefused.class, () -> DataFolder.open(home));
                assertTrue(
                        refused.getMessage().contains("process " + controller.pid()),
                        refused::getMessage);
                controller.destroyForcibly();
                controller.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            start();
            assertEquals(2 + life, count());
            stop();
        }
        start();
    }

    @Test
    @Order(10)
    void aServerWithoutItsControllerEnds() throws Exception {
        stop();
        Process controller = child();
        try (BufferedReader said = controller.inputReader()) {
            assertEquals("committed", said.readLine());
        }
        controller.destroyForcibly();
        Remains remains = new Remains(postgres.dataFolder());
        await(() -> remains.processes().isEmpty());
        start();
    }

    @Test
    @Order(11)
    void anotherMajorVersionIsRefused() throws Exception {
        stop();
        Path version = postgres.dataFolder().resolve("PG_VERSION");
        String own = Files.readString(version);
        Files.writeString(version, "17\n");
        StartRefused refused = assertThrows(StartRefused.class, EmbeddedPostgresTest::start);
        assertTrue(
                refused.getMessage()
                        .matches("YUNQING_DATA=.*PostgreSQL 17, this .* PostgreSQL 18; .*"),
                refused::getMessage);
        Files.writeString(version, own);
        start();
    }

    @Test
    @Order(12)
    void aServerThatCannotStartSaysWhyInOneLine() throws Exception {
        stop();
        Path file = postgres.dataFolder().resolve("postgresql.auto.conf");
        String own = Files.readString(file);
        Files.writeString(file, "no_such_setting = 1\n");
        StartRefused refused = assertThrows(StartRefused.class, EmbeddedPostgresTest::start);
        assertTrue(refused.getMessage().contains("no_such_setting"), refused::getMessage);
        assertFalse(refused.getMessage().contains("\n"), refused::getMessage);
        Files.writeString(file, own);
        start();
        assertEquals(6, count());
    }

    /** A controller in a JVM of its own: starts the database, commits one row, says so, waits. */
    private static Process child() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static final class Child {
        private Child() {}

        public static void main(String... args) throws Exception {
            DataFolder own = DataFolder.open(Path.of(args[0]));
            EmbeddedPostgres server = EmbeddedPostgres.start(own, new SecureRandom());
            try (Connection connection = server.database().connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("INSERT INTO book VALUES ('by a child')");
            }
            System.out.println("committed");
            System.out.flush();
            Thread.currentThread().join();
        }
    }

    private static ProcessHandle server(Path data) throws IOException {
        return ProcessHandle.of(
                        Long.parseLong(
                                Files.readAllLines(data.resolve("postmaster.pid")).getFirst()))
                .orElseThrow();
    }

    private static void execute(String sql) throws Exception {
        try (Connection connection = postgres.database().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count() throws Exception {
        try (Connection connection = postgres.database().connect();
                Statement statement = connection.createStatement()) {
            return Long.parseLong(value(statement, "SELECT count(*) FROM book"));
        }
    }

    private static String value(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            assertTrue(rows.next(), query);
            return rows.getString(1);
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError("not within " + LIMIT, last);
    }
}
