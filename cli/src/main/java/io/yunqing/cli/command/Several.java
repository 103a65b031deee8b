package io.yunqing.cli.command;

import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.rest.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** One thing asked of each of several resources: whichever is refused keeps none of the others from it. */
final class Several {
    private Several() {}

    /** What the operands name. */
    static List<Target> targets(Call call, Noun noun) {
        List<Target> targets =
                call.args().operands().stream().map(name -> call.target(noun, name)).toList();
        requireOneForDigest(call, noun, targets);
        return targets;
    }

    /** Refuses a digest for several, as a plan is of one. */
    static void requireOneForDigest(Call call, Noun noun, List<Target> targets) {
        if (targets.size() > 1 && call.args().has("--digest")) {
            throw Failure.usage(
                    "--digest is of the plan of one " + noun.word() + ", and several are named",
                    "name one");
        }
    }

    /**
     * Asks all, and then waits for all.
     *
     * @param ask has it done; answers what it is on its way, or nothing when there is nothing to wait for
     * @param await waits for what is on its way
     * @param partly the words that say of how many it was not done
     * @throws Failure the refusal, when there is one target
     */
    static Exit each(
            Call call,
            List<Target> targets,
            Function<Target, Optional<Answer>> ask,
            BiFunction<Target, Answer, Exit> await,
            String partly) {
        if (targets.size() == 1) {
            Target only = targets.getFirst();
            return ask.apply(only).map(going -> await.apply(only, going)).orElse(Exit.OK);
        }
        Map<Target, Failure> failures = new LinkedHashMap<>();
        Map<Target, Answer> going = new LinkedHashMap<>();
        for (Target target : targets) {
            try {
                ask.apply(target).ifPresent(answer -> going.put(target, answer));
            } catch (Failure e) {
                failures.put(target, e);
            }
        }
        Exit exit = Exit.OK;
        for (Map.Entry<Target, Answer> one : going.entrySet()) {
            Exit waited = await.apply(one.getKey(), one.getValue());
            exit = waited == Exit.OK ? exit : waited;
        }
        if (failures.isEmpty()) {
            return exit;
        }
        failures.forEach((target, e) -> {
            call.shell().say(target + ": " + e.text());
            e.details().forEach(line -> call.shell().say("  " + line));
        });
        call.say(partly, failures.size(), targets.size());
        return failures.size() == targets.size()
                ? failures.values().iterator().next().exit()
                : Exit.PARTLY_DONE;
    }
}
