package io.yunqing.cli.command;

import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.platform.Shell;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Refused;
import io.yunqing.cli.rest.Rest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code delete}: one or several, each confirmed by its name. */
final class Deleting {
    private static final int TRIES = 5;

    private Deleting() {}

    static Exit delete(Call call, Noun noun) {
        List<Target> targets = Several.targets(call, noun);
        if (!Plans.asked(call)) {
            confirm(call, noun, targets, "confirm");
        }
        return Several.each(
                call,
                targets,
                target -> one(call, noun, target),
                (target, going) -> awaitGone(call, noun, target, going),
                "delete.partly");
    }

    /** Deletes one; answers what it is on its way out, or nothing when it is gone or was only planned. */
    private static Optional<Answer> one(Call call, Noun noun, Target target) {
        Answer first = call.read(noun, target);
        Answer seen = first;
        for (int attempt = 1; ; attempt++) {
            try {
                Answer answer =
                        call.rest()
                                .delete(
                                        Changing.planned(call, call.url(noun, target)),
                                        Rest.headers(call.reason(), Changing.etag(seen)));
                if (Plans.asked(call)) {
                    Plans.print(call, noun, target, answer);
                    return Optional.empty();
                } else if (answer.status() == 200 && answer.body().length > 0) {
                    call.say("deleting", noun.word(), target);
                    return Optional.of(answer);
                }
                call.say("deleted", noun.word(), target);
                return Optional.empty();
            } catch (Refused e) {
                if (e.status() == 404) {
                    // It was there a moment ago: gone by this request, whose first answer was lost,
                    // or another's.
                    call.say("deleted", noun.word(), target);
                    return Optional.empty();
                } else if (!e.code().equals("precondition.failed") || attempt == TRIES) {
                    throw e;
                }
                seen = call.read(noun, target);
                if (!sameAsConfirmed(first, seen)) {
                    throw e;
                }
            }
        }
    }

    /** Whether what stands there is still what the person meant: the same resource, asked to be the same. */
    private static boolean sameAsConfirmed(Answer first, Answer now) {
        Map<String, Object> before = first.tree();
        Map<String, Object> after = now.tree();
        return Tree.same(Tree.at(before, "metadata.id"), Tree.at(after, "metadata.id"))
                && Tree.same(Tree.at(before, "spec"), Tree.at(after, "spec"));
    }

    private static Exit awaitGone(Call call, Noun noun, Target target, Answer going) {
        String id = Tree.textAt(going.tree(), "metadata.id");
        return call.waiting()
                .map(patience -> Waiting.untilGone(call, noun, target, id, patience))
                .orElse(Exit.OK);
    }

    /**
     * Has each name typed, unless it was said beforehand that all is meant.
     *
     * @param question the words that ask
     */
    static void confirm(Call call, Noun noun, List<Target> targets, String question) {
        Shell shell = call.shell();
        if (call.args().has("--yes") || !shell.variable("YQCTL_YES").isEmpty()) {
            return;
        }
        if (!shell.terminals().in()) {
            throw Failure.usage(
                    "this needs a confirmation, and there is no terminal to ask at",
                    "give --yes if you mean it");
        }
        BufferedReader answers =
                new BufferedReader(new InputStreamReader(shell.in(), StandardCharsets.UTF_8));
        for (Target target : targets) {
            shell.err().print(call.words().say(question, noun.word(), target) + " ");
            shell.err().flush();
            String typed = line(answers);
            if (!typed.equals(target.name()) && !typed.equals(target.toString())) {
                throw Failure.usage(call.words().say("confirm.no"));
            }
        }
    }

    private static String line(BufferedReader answers) {
        try {
            String line = answers.readLine();
            return line == null ? "" : line.strip();
        } catch (IOException e) {
            return "";
        }
    }
}
