package io.yunqing.controller.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Event;
import io.yunqing.api.Kind;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.Until;
import io.yunqing.controller.feed.EventStore.EventFilter;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Old events go, from the front and without gaps; who needs one that went is told, and nobody else is. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class RetentionTest {
    private static final Instant OLD = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant KEEP_SINCE = Instant.parse("2020-07-01T00:00:00Z");
    private static final Instant YOUNG = Instant.parse("2020-08-01T00:00:00Z");
    private static final Instant END_OF_TIME = Instant.parse("9999-01-01T00:00:00Z");

    @Inject EventStore store;
    @Inject FloorStore floors;
    @Inject Horizon horizon;
    @Inject AgroalDataSource dataSource;

    private final Rest rest = Rest.operator();
    private final String name = "old-" + UUID.randomUUID();

    /** What other tests left must not stand in front. */
    @BeforeEach
    void theFeedBeginsHere() throws SQLException {
        append("the last of others", OLD);
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!messages().isEmpty()) {
            floors.raise(END_OF_TIME, 1000);
            assertTrue(System.nanoTime() < deadline, "something holds the feed back");
        }
    }

    @Test
    void whatIsOldGoesAFewAtATimeAndWhatIsYoungStays() throws SQLException {
        appendAll(OLD, OLD, OLD, YOUNG);
        assertEquals(2, raise(2));
        assertEquals(List.of("2", "3"), messages());
        assertEquals(1, raise(2));
        assertEquals(List.of("3"), messages());
        assertEquals(0, raise(2));
        assertEquals(OLD, floors.floor().at());
    }

    /** A clock that jumped back makes a young event look old; to let it go would be a gap. */
    @Test
    void whatStandsBehindAYoungEventIsKept() throws SQLException {
        appendAll(OLD, YOUNG, OLD);
        assertEquals(1, raise(10));
        assertEquals(0, raise(10));
        assertEquals(List.of("1", "2"), messages());
    }

    /** Random ages: what is left is always the whole end of the feed, from its first young event on. */
    @Test
    void whatIsLeftHasNoGaps() throws SQLException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Instant[] ages = new Instant[40];
        Arrays.setAll(ages, i -> random.nextInt(ages.length) > i ? OLD : YOUNG);
        appendAll(ages);
        int firstYoung = Arrays.asList(ages).indexOf(YOUNG);
        int gone = 0;
        while (gone < firstYoung) {
            int most = 1 + random.nextInt(5);
            int now = raise(most);
            assertEquals(Math.min(most, firstYoung - gone), now, () -> "seed " + seed);
            gone += now;
            List<String> expected =
                    IntStream.range(gone, ages.length).mapToObj(Integer::toString).toList();
            assertEquals(expected, messages(), () -> "seed " + seed);
        }
        assertEquals(0, raise(5), () -> "seed " + seed);
    }

    /** Of two replicas only one is at it. */
    @Test
    void twoDoNotDisturbEachOther() throws SQLException {
        appendAll(OLD);
        try (Connection other = dataSource.getConnection()) {
            other.setAutoCommit(false);
            try (PreparedStatement lock =
                    other.prepareStatement("SELECT xid FROM feed_floor FOR UPDATE")) {
                lock.execute();
                assertEquals(0, floors.raise(KEEP_SINCE, 10));
            }
            other.rollback();
        }
        assertEquals(1, raise(10));
    }

    @Test
    void aCursorFromBeforeIsRefusedInWords() throws SQLException {
        appendAll(OLD, OLD, YOUNG);
        List<String> cursors = read().stream().map(Event::cursor).toList();
        assertEquals(2, raise(10));
        Answer late = rest.get("/v1/events?after=" + cursors.get(0));
        assertEquals(410, late.status(), late.text());
        assertEquals("feed.gone", late.at("code").asText());
        assertTrue(late.at("remedy").asText().contains(cursors.get(1)), late.text());
        assertFalse(late.at("retryable").asBoolean());

        Answer watch =
                rest.send(
                        "GET",
                        "/v1/events",
                        null,
                        Map.of("Accept", "text/event-stream", "Last-Event-ID", cursors.get(0)));
        assertEquals(410, watch.status(), watch.text());
        assertEquals("feed.gone", watch.at("code").asText());
    }

    /** What was read last may go: the reader needs what is behind it. */
    @Test
    void aReaderThatNeedsNothingOfWhatWentGoesOn() throws SQLException {
        appendAll(OLD, OLD, YOUNG);
        List<String> cursors = read().stream().map(Event::cursor).toList();
        assertEquals(2, raise(10));
        for (String after : List.of(cursors.get(1), "0")) {
            Answer page = rest.get("/v1/events?name=" + name + "&after=" + after);
            assertEquals(200, page.status(), page.text());
            assertEquals(cursors.get(2), page.at("items.0.cursor").asText());
        }
        Answer backwards =
                rest.get("/v1/events?order=desc&name=" + name + "&after=" + cursors.get(0));
        assertEquals(200, backwards.status(), "a history that is read backwards just ends");
        assertEquals(0, backwards.at("items").size());
    }

    /** Lets events go once nothing holds them back any more, and nothing that the controller wrote meanwhile stands between. */
    private int raise(int most) throws SQLException {
        awaitReadable();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement others =
                        connection.prepareStatement("DELETE FROM event WHERE name <> ?")) {
            others.setString(1, name);
            others.execute();
        }
        return floors.raise(KEEP_SINCE, most);
    }

    /** Other work of the controller may hold the newest events back for a moment. */
    private void awaitReadable() {
        Until.holds("nothing holds the feed back", () -> !horizon.heldBack());
    }

    private void appendAll(Instant... ages) throws SQLException {
        for (int i = 0; i < ages.length; i++) {
            append(Integer.toString(i), ages[i]);
        }
        awaitReadable();
    }

    private void append(String message, Instant at) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement(
                                """
                                INSERT INTO event (at, kind, name, object_id, type, actor, message, revision)
                                VALUES (?, 'Zone', ?, gen_random_uuid(), 'updated', 'test', ?, 1)
                                """)) {
            statement.setObject(1, OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
            statement.setString(2, name);
            statement.setString(3, message);
            statement.execute();
        }
    }

    private List<String> messages() {
        return read().stream().map(Event::message).toList();
    }

    private List<Event> read() {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        store.after(
                                Cursor.BEGINNING, new EventFilter(Kind.ZONE, null, name), 1000));
    }
}
