package io.yunqing.cli.print;

import io.yunqing.cli.noun.Column;
import io.yunqing.cli.noun.Column.Shape;
import io.yunqing.cli.platform.Durations;
import io.yunqing.cli.platform.Words;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Rows under headings, for people; or the same as CSV (RFC 4180), for programs. */
public final class Table {
    private static final String GAP = "  ";

    private final Words words;
    private final Paint paint;
    private final Instant now;

    public Table(Words words, Paint paint, Instant now) {
        this.words = words;
        this.paint = paint;
        this.now = now;
    }

    /** The table as text, a heading line first. */
    public String of(List<Column> columns, List<Map<String, Object>> rows) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns.stream().map(c -> words.heading(c.id())).toList());
        for (Map<String, Object> row : rows) {
            cells.add(columns.stream().map(c -> shown(c, row)).toList());
        }
        int[] widths = new int[columns.size()];
        for (List<String> line : cells) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], Width.of(line.get(i)));
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            line(text, columns, cells.get(i), widths, i > 0);
        }
        return text.toString();
    }

    /** All columns as CSV, values as programs read them. */
    public static String csv(List<Column> columns, List<Map<String, Object>> rows) {
        StringBuilder text = new StringBuilder();
        record(text, columns.stream().map(Column::id).toList());
        for (Map<String, Object> row : rows) {
            record(text, columns.stream().map(c -> c.of(row)).toList());
        }
        return text.toString();
    }

    /** What people see in a column of a row; a hyphen for nothing. */
    public String shown(Column column, Map<String, Object> row) {
        String value = column.of(row);
        if (value.isEmpty()) {
            return "-";
        }
        return switch (column.shape()) {
            case AGE -> age(value);
            case SIZE -> Sizes.of(Double.parseDouble(value));
            case TEXT, NUMBER, STATE -> Width.harmless(value);
        };
    }

    /** How long ago an instant was; the text itself when it is no instant. */
    public String age(String instant) {
        try {
            return Durations.rough(Duration.between(Instant.parse(instant), now));
        } catch (DateTimeException e) {
            return Width.harmless(instant);
        }
    }

    private void line(
            StringBuilder text,
            List<Column> columns,
            List<String> cells,
            int[] widths,
            boolean painted) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            Shape shape = columns.get(i).shape();
            StringBuilder cell = new StringBuilder();
            Width.pad(cell, cells.get(i), widths[i], shape.right());
            line.append(i == 0 ? "" : GAP)
                    .append(
                            painted && shape == Shape.STATE
                                    ? paint.state(cells.get(i), cell.toString())
                                    : cell);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static void record(StringBuilder text, List<String> fields) {
        for (int i = 0; i < fields.size(); i++) {
            String field = fields.get(i);
            boolean quoted =
                    field.indexOf(',') >= 0
                            || field.indexOf('"') >= 0
                            || field.indexOf('\n') >= 0
                            || field.indexOf('\r') >= 0;
            text.append(i == 0 ? "" : ",")
                    .append(quoted ? '"' + field.replace("\"", "\"\"") + '"' : field);
        }
        text.append("\r\n");
    }
}
