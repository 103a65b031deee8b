package io.yunqing.controller.platform;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which rows a list shows: SQL conditions on the row, there called {@code r}, and a test for what is computed.
 *
 * @param <W> the wire form
 */
public final class Where<W> {
    private final StringBuilder sql = new StringBuilder();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Set<String> filters = new HashSet<>();
    private Predicate<W> computed = _ -> true;

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

    /** A filter on a word that is computed, not stored. */
    public <E extends Enum<E>> Where<W> computed(
            String name, String value, Class<E> words, Function<W, E> word) {
        filters.add(name);
        E wanted = Parameters.word(name, value, words);
        if (wanted != null) {
            computed = computed.and(view -> word.apply(view) == wanted);
        }
        return this;
    }

    /** A condition that the path sets. */
    public Where<W> and(String name, Object value, String condition) {
        sql.append(" AND ").append(condition);
        values.put(name, value);
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

    boolean accepts(W view) {
        return computed.test(view);
    }
}
