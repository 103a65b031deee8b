package io.yunqing.cli.command;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.print.Output;
import io.yunqing.cli.print.Printer;
import io.yunqing.cli.print.Width;
import io.yunqing.cli.rest.Answer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code --dry-run}: what the controller says it would do. */
final class Plans {
    private Plans() {}

    static boolean asked(Call call) {
        return call.args().has("--dry-run");
    }

    /**
     * @param target what the plan is about, as it is named to people
     */
    static Exit print(Call call, Noun noun, Object target, Answer answer) {
        Printer printer = call.printer();
        if (printer.output() == Output.JSON || printer.output() == Output.YAML) {
            printer.body(answer);
            return Exit.OK;
        }
        printer.raw(text(call, noun, target, answer));
        String digest = Tree.textAt(answer.tree(), "digest");
        if (!digest.isEmpty()) {
            call.say("plan.digest", digest);
        }
        return Exit.OK;
    }

    /** The plan in words: what would happen, and a line for each field that would differ. */
    static String text(Call call, Noun noun, Object target, Answer answer) {
        Map<String, Object> plan = answer.tree();
        StringBuilder text = new StringBuilder();
        text.append(call.words().say("plan." + Tree.textAt(plan, "action"), noun.word(), target))
                .append('\n');
        for (Map<String, Object> change : Tree.mapsAt(plan, "changes")) {
            text.append("  ")
                    .append(Width.harmless(Tree.textAt(change, "field")))
                    .append(": ")
                    .append(value(change.get("from")))
                    .append(" -> ")
                    .append(value(change.get("to")))
                    .append('\n');
        }
        return text.toString();
    }

    private static String value(@Nullable Object value) {
        return value == null ? "(none)" : Width.harmless(Tree.text(value));
    }
}
