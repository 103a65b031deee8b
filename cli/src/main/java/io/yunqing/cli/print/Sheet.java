package io.yunqing.cli.print;

import java.util.ArrayList;
import java.util.List;

/** Everything about one thing: labelled lines and sections, for people. */
public final class Sheet {
    private record Line(String label, String value) {}

    private final StringBuilder text = new StringBuilder();
    private final List<Line> pending = new ArrayList<>();

    /** Adds a labelled value; nothing when the value is empty. */
    public Sheet line(String label, String value) {
        if (!value.isEmpty()) {
            pending.add(new Line(label, value));
        }
        return this;
    }

    /** Begins a section. */
    public Sheet section(String title) {
        flush();
        text.append(text.isEmpty() ? "" : "\n").append(title).append('\n');
        return this;
    }

    /** Adds text that is laid out already, indented. */
    public Sheet block(String block) {
        flush();
        block.lines().forEach(line -> text.append("  ").append(line).append('\n'));
        return this;
    }

    /** The sheet as text; its labels are as wide as the widest of their section. */
    public String text() {
        flush();
        return text.toString();
    }

    private void flush() {
        int width = pending.stream().mapToInt(line -> Width.of(line.label())).max().orElse(0);
        for (Line line : pending) {
            StringBuilder row = new StringBuilder("  ");
            Width.pad(row, line.label(), width + 2, false);
            text.append(row).append(line.value()).append('\n');
        }
        pending.clear();
    }
}
