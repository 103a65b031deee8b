package io.yunqing.controller.platform;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several statements sent to the database at once and answered at once: one journey there and back for all. They run one
 * after the other in the connection's transaction, each on what the one before it left.
 */
public final class RoundTrip {
    private final StringBuilder sql = new StringBuilder();
    private final List<@Nullable Object> values = new ArrayList<>();
    private final List<Row> readers = new ArrayList<>();

    /** Reads one row of a statement's answer. */
    @FunctionalInterface
    public interface Row {
        void read(ResultSet row) throws SQLException;
    }

    /**
     * A statement whose answer matters.
     *
     * @param values one for each question mark; arrays and collections of UUIDs, strings and numbers become SQL arrays
     */
    public RoundTrip read(String statement, Row reader, @Nullable Object... values) {
        sql.append(sql.isEmpty() ? "" : ";\n").append(statement);
        readers.add(reader);
        this.values.addAll(Arrays.asList(values));
        return this;
    }

    /** A statement that only does something. */
    public RoundTrip write(String statement, @Nullable Object... values) {
        return read(statement, _ -> {}, values);
    }

    /**
     * What follows looks rows up by keys, by plans that are made once and kept, until the transaction ends. A plan for the keys at
     * hand looks cheaper to PostgreSQL than one for any, and making it anew each time can take far longer than following it. One made
     * while tables were small must not read them whole when they have grown.
     */
    public RoundTrip byKeys() {
        return write(
                "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)");
    }

    /** Sends all statements; when it returns, all answers are read. */
    public void run(Connection connection) throws SQLException {
        if (readers.isEmpty()) {
            return;
        }
        try (PreparedStatement prepared = connection.prepareStatement(sql.toString())) {
            for (int i = 0; i < values.size(); i++) {
                prepared.setObject(i + 1, wire(connection, values.get(i)));
            }
            boolean rows = prepared.execute();
            for (Row reader : readers) {
                if (rows) {
                    try (ResultSet answer = prepared.getResultSet()) {
                        while (answer.next()) {
                            reader.read(answer);
                        }
                    }
                }
                rows = prepared.getMoreResults();
            }
        }
    }

    private static @Nullable Object wire(Connection connection, @Nullable Object value)
            throws SQLException {
        return switch (value) {
            case Collection<?> all when all.isEmpty() || all.iterator().next() instanceof UUID ->
                    connection.createArrayOf("uuid", all.toArray());
            case Collection<?> all -> wire(connection, all.toArray(String[]::new));
            case UUID[] ids -> connection.createArrayOf("uuid", ids);
            case String[] texts -> connection.createArrayOf("text", texts);
            case Long[] numbers -> connection.createArrayOf("int8", numbers);
            case Instant moment -> moment.atOffset(ZoneOffset.UTC);
            case null, default -> value;
        };
    }

    /** An SQL array in its text form, for arrays in arrays: {@code {1,2,3}}. */
    public static String text(long[] numbers) {
        return Arrays.stream(numbers)
                .mapToObj(Long::toString)
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** The numbers of a {@code bigint[]} column; empty for null. */
    public static long[] numbers(ResultSet row, String column) throws SQLException {
        java.sql.Array array = row.getArray(column);
        if (array == null) {
            return new long[0];
        }
        Long[] boxed = (Long[]) array.getArray();
        long[] numbers = new long[boxed.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = boxed[i];
        }
        return numbers;
    }

    /** The ids of a {@code uuid[]} column. */
    public static List<UUID> ids(ResultSet row, String column) throws SQLException {
        return List.of((UUID[]) row.getArray(column).getArray());
    }
}
