package io.yunqing.cli.command;

import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Durations;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.platform.Shell;
import io.yunqing.cli.print.Width;
import io.yunqing.cli.rest.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * {@code --wait}: looks until a resource is as asked.
 *
 * <p>It looks at levels, so neither a lost answer nor a controller that restarts in between ends the wait: only the phase
 * asked for, a phase that will not become it, or the time does.
 */
final class Waiting {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(150);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final Call call;
    private final Noun noun;
    private final Target target;
    private final Instant end;
    private final Duration patience;
    private Duration pause = FIRST_PAUSE;
    private String said = "";

    private Waiting(Call call, Noun noun, Target target, Duration patience) {
        this.call = call;
        this.noun = noun;
        this.target = target;
        this.patience = patience;
        this.end = call.shell().clock().instant().plus(patience);
    }

    /** How a wait ended, and what was seen last. */
    record Outcome(Exit exit, Answer last) {}

    /** Whether a resource is where it should be. */
    enum Verdict {
        REACHED,
        /** It stands in a phase that is not the one asked for, for a reason that is new. */
        FAILED,
        UNDERWAY
    }

    /**
     * Judges one look.
     *
     * @param now the resource as it is seen
     * @param wanted the phase that it should come to
     * @param faultBefore the fault it had when the wait began: an old fault does not end the wait for a new attempt
     */
    static Verdict judge(Map<String, Object> now, String wanted, Map<String, Object> faultBefore) {
        String phase = Tree.textAt(now, "status.phase");
        if (phase.equals(wanted)) {
            return Verdict.REACHED;
        } else if (phase.equals("FAILED")) {
            return Tree.same(Tree.mapAt(now, "status.lastError"), faultBefore)
                    ? Verdict.UNDERWAY
                    : Verdict.FAILED;
        }
        return phase.equals("PAUSED") ? Verdict.FAILED : Verdict.UNDERWAY;
    }

    static Outcome untilSettled(
            Call call, Noun noun, Target target, Answer first, Duration patience) {
        return new Waiting(call, noun, target, patience).settled(first);
    }

    /** Waits until a resource is gone. */
    static Exit untilGone(Call call, Noun noun, Target target, String id, Duration patience) {
        return new Waiting(call, noun, target, patience).gone(id);
    }

    private Outcome settled(Answer first) {
        Answer seen = first;
        Map<String, Object> faultBefore = Tree.mapAt(first.tree(), "status.lastError");
        while (true) {
            Map<String, Object> now = seen.tree();
            switch (judge(now, noun.wantedPhase(now), faultBefore)) {
                case REACHED -> {
                    progress(now, true);
                    return new Outcome(Exit.OK, seen);
                }
                case FAILED -> {
                    progress(now, true);
                    complain(now);
                    return new Outcome(Exit.UNEXPECTED, seen);
                }
                case UNDERWAY -> progress(now, false);
            }
            if (!time()) {
                timeout(Tree.textAt(now, "status.phase"));
                return new Outcome(Exit.STILL_RUNNING, seen);
            }
            Optional<Answer> next = look(seen);
            if (next.isEmpty()) {
                throw new Failure(
                        Exit.NOT_FOUND,
                        call.words().say("wait.gone", target),
                        "somebody deleted it while this command waited");
            }
            seen = next.get();
        }
    }

    private Exit gone(String id) {
        Optional<Answer> seen = call.rest().find(call.url(noun, target));
        while (seen.isPresent() && Tree.textAt(seen.get().tree(), "metadata.id").equals(id)) {
            progress(seen.get().tree(), false);
            if (!time()) {
                timeout(Tree.textAt(seen.get().tree(), "status.phase"));
                return Exit.STILL_RUNNING;
            }
            seen = look(seen.get());
        }
        endLine();
        call.say("wait.gone", target);
        return Exit.OK;
    }

    /** Looks again; a controller that does not answer leaves what was seen before. */
    private Optional<Answer> look(Answer before) {
        call.shell().rest(pause);
        Duration longer = pause.multipliedBy(3).dividedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        try {
            return call.rest().find(call.url(noun, target));
        } catch (Failure e) {
            if (e.exit() == Exit.UNREACHABLE) {
                return Optional.of(before);
            }
            throw e;
        }
    }

    private boolean time() {
        return call.shell().clock().instant().isBefore(end);
    }

    /** One line that changes on a terminal, one line for each change otherwise. */
    private void progress(Map<String, Object> now, boolean last) {
        Shell shell = call.shell();
        String line =
                call.words()
                        .say(
                                "wait.phase",
                                target,
                                Width.harmless(Tree.textAt(now, "status.phase")));
        String host = Tree.textAt(now, "status.host");
        if (!host.isEmpty()) {
            line += " " + call.words().say("wait.host", Width.harmless(host));
        }
        if (!line.equals(said)) {
            if (shell.terminals().err()) {
                shell.err().print("\r" + line + "\u001b[K");
                shell.err().flush();
            } else {
                shell.say(line);
            }
            said = line;
        }
        if (last) {
            endLine();
        }
    }

    private void endLine() {
        if (call.shell().terminals().err() && !said.isEmpty()) {
            call.shell().err().println();
        }
    }

    private void complain(Map<String, Object> now) {
        call.say("wait.failed", target, Tree.textAt(now, "status.phase"));
        Map<String, Object> fault = Tree.mapAt(now, "status.lastError");
        if (!fault.isEmpty()) {
            call.say(
                    "wait.error",
                    Width.harmless(Tree.textAt(fault, "step")),
                    Tree.textAt(fault, "attempts"),
                    Width.harmless(Tree.textAt(fault, "message")));
        }
        call.say("wait.timeout.hint", noun.word(), target);
    }

    private void timeout(String phase) {
        endLine();
        call.say("wait.timeout", target, phase, Durations.rough(patience));
        call.say("wait.timeout.hint", noun.word(), target);
    }
}
