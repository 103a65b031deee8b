package io.yunqing.controller.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.TestServer;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestServer.class)
class RoundTripTest {
    @Inject AgroalDataSource dataSource;

    private final List<Object> seen = new ArrayList<>();

    @Test
    void statementsRunInOrderAndEachAnswerComesToItsOwnReader() throws SQLException {
        run(
                new RoundTrip()
                        .write("CREATE TEMPORARY TABLE trip (n int)")
                        .write("INSERT INTO trip SELECT generate_series(1, ?)", 3)
                        .read("SELECT sum(n) AS s FROM trip", row -> seen.add(row.getLong("s")))
                        .read("SELECT n FROM trip WHERE n > ?", row -> seen.add(-1), 9)
                        .write("UPDATE trip SET n = n * 10")
                        .read("SELECT n FROM trip ORDER BY n", row -> seen.add(row.getInt("n")))
                        .write("DROP TABLE trip"));
        assertEquals(List.of(6L, 10, 20, 30), seen);
    }

    @Test
    void nothingIsNoJourney() throws SQLException {
        run(new RoundTrip());
        assertEquals(List.of(), seen);
    }

    @Test
    void valuesArriveAsWhatTheyAre() throws SQLException {
        UUID id = UUID.randomUUID();
        Instant moment = Instant.parse("2026-01-02T03:04:05Z");
        run(
                new RoundTrip()
                        .read(
                                "SELECT array_length(?, 1) AS n",
                                row -> seen.add(row.getInt("n")),
                                List.of(id, UUID.randomUUID()))
                        .read(
                                "SELECT cardinality(?) AS n",
                                row -> seen.add(row.getInt("n")),
                                List.<UUID>of())
                        .read(
                                "SELECT ? AS ids",
                                row -> seen.addAll(RoundTrip.ids(row, "ids")),
                                List.of(id))
                        .read(
                                "SELECT ? = ARRAY['a', NULL, '{\"}'] AS same",
                                row -> seen.add(row.getBoolean("same")),
                                (Object) new String[] {"a", null, "{\"}"})
                        .read(
                                "SELECT cast(? AS timestamptz) AS at",
                                row ->
                                        seen.add(
                                                row.getObject("at", OffsetDateTime.class)
                                                        .toInstant()),
                                moment)
                        .read(
                                "SELECT cast(? AS bigint[]) AS numbers",
                                row -> seen.add(Arrays.toString(RoundTrip.numbers(row, "numbers"))),
                                RoundTrip.text(new long[] {1, -2, Long.MAX_VALUE}))
                        .read(
                                "SELECT cast(? AS bigint[]) AS numbers",
                                row -> seen.add(RoundTrip.numbers(row, "numbers").length),
                                (Object) null));
        assertEquals(List.of(2, 0, id, true, moment, "[1, -2, " + Long.MAX_VALUE + "]", 0), seen);
    }

    @Test
    void aStatementThatFailsIsTold() {
        SQLException failure =
                assertThrows(
                        SQLException.class,
                        () ->
                                run(
                                        new RoundTrip()
                                                .read("SELECT 1 AS n", row -> seen.add(1))
                                                .read("SELECT 1 / ?", row -> seen.add(2), 0)));
        assertEquals("22012", failure.getSQLState());
        assertEquals(List.of(), seen.stream().filter(one -> one.equals(2)).toList());
    }

    private void run(RoundTrip trip) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            trip.run(connection);
        }
    }
}
