package io.yunqing.controller.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agroal.api.AgroalDataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Event;
import io.yunqing.api.Kind;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.feed.EventStore.EventFilter;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Transactions commit out of order; a reader that follows its cursor must still see every event once, in one order. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class FeedOrderTest {
    @Inject EventStore store;
    @Inject AgroalDataSource dataSource;

    private final String name = "feed-" + UUID.randomUUID();

    @Test
    void anEventIsHeldBackWhileAnOlderTransactionRuns() throws SQLException {
        try (Connection older = open();
                Connection younger = open()) {
            append(older, "first");
            append(younger, "second");
            younger.commit();
            assertEquals(List.of(), messages(Cursor.BEGINNING));
            older.commit();
        }
        assertEquals(List.of("first", "second"), messages(Cursor.BEGINNING));
    }

    @Test
    void aTransactionThatIsGivenUpHoldsNothingBack() throws SQLException {
        try (Connection older = open();
                Connection younger = open()) {
            append(older, "never");
            append(younger, "second");
            younger.commit();
            older.rollback();
        }
        assertEquals(List.of("second"), messages(Cursor.BEGINNING));
    }

    /** Random interleavings of five transactions, read after every commit: nothing missed, nothing twice. */
    @Test
    void aFollowingReaderMissesNothing() throws SQLException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> seen = new ArrayList<>();
        Cursor cursor = Cursor.BEGINNING;
        int committed = 0;
        List<Connection> open = new ArrayList<>();
        for (int step = 0; step < 120; step++) {
            if (open.size() < 5 && (open.isEmpty() || random.nextBoolean())) {
                Connection connection = open();
                append(connection, "e" + step);
                open.add(connection);
            } else {
                try (Connection connection = open.remove(random.nextInt(open.size()))) {
                    connection.commit();
                    committed++;
                }
            }
            Cursor here = cursor;
            for (Event event : read(here)) {
                seen.add(event.message());
                cursor = Cursor.parse(event.cursor()).orElseThrow();
            }
        }
        for (Connection connection : open) {
            connection.commit();
            connection.close();
            committed++;
        }
        read(cursor).forEach(event -> seen.add(event.message()));
        assertEquals(committed, seen.size(), () -> "seed " + seed);
        assertEquals(committed, seen.stream().distinct().count(), () -> "seed " + seed);
    }

    private Connection open() throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private void append(Connection connection, String message) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    INSERT INTO event (at, kind, name, object_id, type, actor, message, revision)
                    VALUES (now(), 'Zone', '%s', gen_random_uuid(), 'updated', 'test', '%s', 1)
                    """
                            .formatted(name, message));
        }
    }

    private List<String> messages(Cursor after) {
        return read(after).stream().map(Event::message).toList();
    }

    private List<Event> read(Cursor after) {
        return QuarkusTransaction.requiringNew()
                .call(() -> store.after(after, new EventFilter(Kind.ZONE, null, name), 1000));
    }
}
