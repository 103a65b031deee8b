package io.yunqing.cli.noun;

import io.yunqing.cli.json.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One column of a noun's table, and one line of its sheet.
 *
 * @param id names it in CSV and finds its heading
 * @param value what stands there, as programs read it; empty or null for nothing
 * @param wide whether it is too much for an ordinary table
 */
public record Column(
        String id,
        Shape shape,
        boolean wide,
        Function<Map<String, Object>, @Nullable Object> value) {

    /** How a value is shown to people. */
    public enum Shape {
        TEXT,
        NUMBER,
        /** A number of bytes, shown in the unit that fits. */
        SIZE,
        /** An instant, shown as how long ago it was. */
        AGE,
        /** A phase or state, coloured on a terminal. */
        STATE;

        /** Whether it is aligned to the right. */
        public boolean right() {
            return this == NUMBER || this == SIZE;
        }
    }

    static Column text(String id, String path) {
        return new Column(id, Shape.TEXT, false, row -> Tree.at(row, path));
    }

    static Column number(String id, String path) {
        return new Column(id, Shape.NUMBER, false, row -> Tree.at(row, path));
    }

    static Column size(String id, String path) {
        return new Column(id, Shape.SIZE, false, row -> Tree.at(row, path));
    }

    /** A number of MiB, in bytes as programs read it. */
    static Column mebibytes(String id, String path) {
        return new Column(id, Shape.SIZE, false, row -> bytes(Tree.at(row, path)));
    }

    private static @Nullable Long bytes(@Nullable Object mebibytes) {
        return mebibytes instanceof Number number ? number.longValue() << 20 : null;
    }

    /** The column of the first object in a list, {@code of} being one of its columns. */
    static Column first(String listPath, Column of) {
        return new Column(
                of.id,
                of.shape,
                of.wide,
                row -> {
                    List<Map<String, Object>> all = Tree.mapsAt(row, listPath);
                    return all.isEmpty() ? null : of.value.apply(all.getFirst());
                });
    }

    static Column age(String id, String path) {
        return new Column(id, Shape.AGE, false, row -> Tree.at(row, path));
    }

    static Column state(String id, String path) {
        return new Column(id, Shape.STATE, false, row -> Tree.at(row, path));
    }

    /** What is used of what may be: {@code 4/8}. */
    static Column used(String id, String usedPath, String limitPath) {
        return new Column(
                id,
                Shape.NUMBER,
                false,
                row -> {
                    Object limit = Tree.at(row, limitPath);
                    Object used = Tree.at(row, usedPath);
                    return limit == null && used == null
                            ? null
                            : (used == null ? "0" : used) + "/" + (limit == null ? "0" : limit);
                });
    }

    /** One field of every object in a list, joined by commas. */
    static Column joined(String id, String listPath, String field) {
        return new Column(
                id,
                Shape.TEXT,
                false,
                row -> {
                    List<String> parts = new ArrayList<>();
                    Tree.mapsAt(row, listPath).forEach(one -> parts.add(Tree.textAt(one, field)));
                    return String.join(",", parts);
                });
    }

    /** A list of texts, joined by commas. */
    static Column texts(String id, String listPath) {
        return new Column(
                id,
                Shape.TEXT,
                false,
                row ->
                        Tree.at(row, listPath) instanceof List<?> list
                                ? list.stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(","))
                                : "");
    }

    /** The keys and values of a map, joined by commas. */
    static Column pairs(String id, String path) {
        return new Column(
                id,
                Shape.TEXT,
                false,
                row -> {
                    List<String> parts = new ArrayList<>();
                    Tree.mapAt(row, path).forEach((k, v) -> parts.add(k + "=" + v));
                    return String.join(",", parts);
                });
    }

    /** One field of every object in a map, with its key, joined by commas. */
    static Column parts(String id, String path, String field) {
        return new Column(
                id,
                Shape.TEXT,
                false,
                row -> {
                    List<String> parts = new ArrayList<>();
                    Tree.mapAt(row, path)
                            .forEach((key, one) -> {
                                String part = Tree.textAt(Tree.asMap(one), field);
                                if (!part.isEmpty()) {
                                    parts.add(key + "=" + part);
                                }
                            });
                    return String.join(",", parts);
                });
    }

    /** The same column, shown only where there is room. */
    Column onlyWide() {
        return new Column(id, shape, true, value);
    }

    /** What stands in this column of a row; empty for nothing. */
    public String of(Map<String, Object> row) {
        Object found = value.apply(row);
        return found == null ? "" : found.toString();
    }
}
