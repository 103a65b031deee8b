package io.yunqing.cli.print;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Column;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Shell;
import io.yunqing.cli.platform.Words;
import io.yunqing.cli.rest.Answer;
import java.util.List;
import java.util.Map;

/** Writes data to standard output in the format asked for. */
public final class Printer {
    private final Shell shell;
    private final Words words;
    private final Output output;

    public Printer(Shell shell, Words words, Output output) {
        this.shell = shell;
        this.words = words;
        this.output = output;
    }

    public Output output() {
        return output;
    }

    public Table table() {
        return new Table(words, paint(), shell.clock().instant());
    }

    public Paint paint() {
        return new Paint(
                shell.terminals().out()
                        && shell.variable("NO_COLOR").isEmpty()
                        && !shell.variable("TERM").equals("dumb"));
    }

    /** Writes a list. */
    public void list(Noun noun, Listed listed) {
        switch (output) {
            case TABLE, WIDE -> {
                if (!listed.items().isEmpty()) {
                    raw(table().of(columns(noun, output == Output.WIDE), listed.items()));
                }
            }
            case CSV -> raw(Table.csv(noun.columns(), listed.items()));
            case NAME -> listed.items().forEach(item -> raw(noun.reference(item) + "\n"));
            case JSON -> raw(listed.json() + "\n");
            case YAML -> raw(Yaml.of(listed.tree()));
        }
    }

    /** Writes one resource; people get the sheet that is passed, or nothing when it is empty. */
    public void one(Noun noun, Answer answer, String sheet) {
        switch (output) {
            case TABLE, WIDE -> raw(sheet);
            case CSV -> raw(Table.csv(noun.columns(), List.of(answer.tree())));
            case NAME -> raw(noun.reference(answer.tree()) + "\n");
            case JSON, YAML -> body(answer);
        }
    }

    /** Writes an answer as JSON, unchanged, or as YAML. */
    public void body(Answer answer) {
        if (output == Output.YAML) {
            raw(Yaml.of(answer.tree()));
        } else {
            String text = answer.text();
            raw(text.endsWith("\n") ? text : text + "\n");
        }
    }

    /** Writes a tree of ours as JSON or YAML. */
    public void tree(Object tree) {
        raw(output == Output.YAML ? Yaml.of(tree) : Tree.text(tree) + "\n");
    }

    public void raw(String text) {
        shell.out().print(text);
        shell.out().flush();
    }

    private static List<Column> columns(Noun noun, boolean wide) {
        return wide ? noun.columns() : noun.columns().stream().filter(c -> !c.wide()).toList();
    }

    /**
     * A list as it was read.
     *
     * @param json one document: the only page's body unchanged, or a page that holds the items of all
     */
    public record Listed(List<Map<String, Object>> items, Map<String, Object> tree, String json) {}
}
