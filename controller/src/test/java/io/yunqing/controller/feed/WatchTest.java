package io.yunqing.controller.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Signals;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A watch over HTTP: taken up where it broke, and told of events for which there was no signal. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
@NullUnmarked // filled by the test's run
@Timeout(120)
class WatchTest {
    @Inject AgroalDataSource dataSource;
    @Inject Signals signals;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String name = "watched-" + UUID.randomUUID();

    @Test
    void aWatchIsTakenUpBehindTheLastEventSeen() throws Exception {
        append("first");
        append("second");
        String firstId;
        try (Watch watch = new Watch("0")) {
            assertEquals("first", watch.next());
            firstId = watch.lastId;
            assertEquals("second", watch.next());
        }
        append("third");
        try (Watch watch = new Watch(firstId)) {
            assertEquals("second", watch.next());
            assertEquals("third", watch.next());
            append("fourth");
            assertEquals("fourth", watch.next());
        }
    }

    /** The older transaction's end raises no signal, as it may have nothing to do with the feed. */
    @Test
    void anEventThatWasHeldBackIsPushedWhenTheOlderTransactionEnds() throws Exception {
        List<String> expected = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        try (Watch watch = new Watch("0")) {
            for (int round = 0; round < 20; round++) {
                try (Connection older = dataSource.getConnection()) {
                    older.setAutoCommit(false);
                    try (Statement statement = older.createStatement()) {
                        statement.execute("SELECT pg_current_xact_id()");
                    }
                    append("held " + round);
                    older.rollback();
                }
                expected.add("held " + round);
                seen.add(watch.next());
            }
        }
        assertEquals(expected, seen);
    }

    private void append(String message) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    INSERT INTO event (at, kind, name, object_id, type, actor, message, revision)
                    VALUES (now(), 'Zone', '%s', gen_random_uuid(), 'updated', 'test', '%s', 1)
                    """
                            .formatted(name, message));
        }
        signals.raise(Changes.FEED);
    }

    /** An open stream, and where its reader is. */
    private final class Watch implements AutoCloseable {
        private final Stream<String> body;
        private final Iterator<String> lines;
        private String lastId;

        Watch(String lastEventId) throws IOException, InterruptedException {
            var config = ConfigProvider.getConfig();
            HttpResponse<Stream<String>> answer =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    config.getValue("test.url", String.class)
                                                            + "/v1/events?name="
                                                            + name))
                                    .timeout(Duration.ofSeconds(60))
                                    .header("Accept", "text/event-stream")
                                    .header(
                                            "Authorization",
                                            "Bearer "
                                                    + config.getValue(
                                                            "yunqing.operator-token", String.class))
                                    .header("Last-Event-ID", lastEventId)
                                    .build(),
                            BodyHandlers.ofLines());
            assertEquals(200, answer.statusCode());
            body = answer.body();
            lines = body.iterator();
        }

        /** The next event's message. */
        String next() {
            String data = null;
            while (lines.hasNext()) {
                String line = lines.next();
                if (line.startsWith("id:")) {
                    lastId = line.substring(3).strip();
                } else if (line.startsWith("data:")) {
                    data = line;
                } else if (line.isEmpty() && data != null) {
                    return data.replaceFirst(".*\"message\":\"([^\"]*)\".*", "$1");
                }
            }
            throw new AssertionError("the stream ended");
        }

        @Override
        public void close() {
            body.close();
        }
    }
}
