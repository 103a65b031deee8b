package io.yunqing.controller.platform;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which rows a list shows: SQL conditions on the row, there called {@code r}.
 *
 * @param <W> the wire form
 */
public final class Where<W> {
    private final StringBuilder sql = new StringBuilder();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Set<String> filters = new HashSet<>();

    /** All rows, but for the filters of {@link ListQuery}. */
    public static <W> Where<W> all() {
        return new Where<>();
    }

    /** A filter the caller may use; {@code condition} holds {@code :name} for its value. Null means not used. */
    public Where<W> filter(String name, String value, String condition) {
        filters.add(name);
        if (value != null) {
            and(name, value, condition);
        }
        return this;
    }

    /** A filter on one of some words, for each of which there are conditions of its own. */
    public <E extends Enum<E>> Where<W> word(
            String name, String value, Class<E> words, Consumer<E> conditions) {
        filters.add(name);
        E wanted = Parameters.word(name, value, words);
        if (wanted != null) {
            conditions.accept(wanted);
        }
        return this;
    }

    /** A condition that the path sets. */
    public Where<W> and(String name, Object value, String condition) {
        return and(Map.of(name, value), condition);
    }

    /** A condition with several values. */
    public Where<W> and(Map<String, Object> named, String condition) {
        sql.append(" AND ").append(condition);
        values.putAll(named);
        return this;
    }

    String sql() {
        return sql.toString();
    }

    Map<String, Object> values() {
        return values;
    }

    Set<String> filters() {
        return filters;
    }
}
