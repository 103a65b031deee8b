package io.yunqing.cli.json;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads, writes and walks trees of maps, lists, texts, numbers and booleans. Order is kept. */
public final class Tree {
    private static final JSON JSON_READER =
            JSON.std
                    .with(JSON.Feature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .with(JSON.Feature.WRITE_NULL_PROPERTIES);

    private Tree() {}

    /** Reads one JSON object. */
    public static Map<String, Object> read(byte[] json) throws IOException {
        return JSON_READER.mapFrom(json);
    }

    public static byte[] write(Object tree) {
        return text(tree).getBytes(StandardCharsets.UTF_8);
    }

    public static String text(Object tree) {
        try {
            return JSON_READER.asString(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands at a dotted path; null when nothing does. */
    public static @Nullable Object at(Map<String, Object> tree, String path) {
        Object here = tree;
        int from = 0;
        while (here instanceof Map<?, ?> map) {
            int dot = path.indexOf('.', from);
            here = map.get(dot < 0 ? path.substring(from) : path.substring(from, dot));
            if (dot < 0) {
                return here;
            }
            from = dot + 1;
        }
        return null;
    }

    /** The text at a path; empty when there is none. */
    public static String textAt(Map<String, Object> tree, String path) {
        Object value = at(tree, path);
        return value == null ? "" : value.toString();
    }

    /** The object at a path; empty and detached when there is none. */
    public static Map<String, Object> mapAt(Map<String, Object> tree, String path) {
        return asMap(at(tree, path));
    }

    /** The objects of the list at a path; empty when there is none. */
    public static List<Map<String, Object>> mapsAt(Map<String, Object> tree, String path) {
        return at(tree, path) instanceof List<?> list
                ? list.stream().map(Tree::asMap).toList()
                : List.of();
    }

    /** The object that a value is; empty and detached when it is none. */
    @SuppressWarnings("unchecked") // JSON objects have text keys only
    public static Map<String, Object> asMap(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : new LinkedHashMap<>();
    }

    /** Whether two values say the same; numbers by value, so that 8 equals 8.0. */
    public static boolean same(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number && b instanceof Number) {
            return new java.math.BigDecimal(a.toString())
                            .compareTo(new java.math.BigDecimal(b.toString()))
                    == 0;
        } else if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
            return left.keySet().equals(right.keySet())
                    && left.keySet().stream().allMatch(k -> same(left.get(k), right.get(k)));
        } else if (a instanceof List<?> left && b instanceof List<?> right) {
            return left.size() == right.size()
                    && java.util.stream.IntStream.range(0, left.size())
                            .allMatch(i -> same(left.get(i), right.get(i)));
        }
        return java.util.Objects.equals(a, b);
    }
}
