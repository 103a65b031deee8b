package io.yunqing.cli.command;

import io.yunqing.api.Kind;
import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Field;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.noun.TenantNouns;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.print.Printer.Listed;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Refused;
import io.yunqing.cli.rest.Rest;
import io.yunqing.cli.rest.Url;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code create}, {@code set}, and the verbs that set one field: sends what should be. */
final class Changing {
    /** How often a change is put again on top of somebody else's. */
    private static final int TRIES = 5;

    private static final Field COUNT = TenantNouns.count();
    private static final Field VOLUMES = TenantNouns.volumes();

    private Changing() {}

    static Exit create(Call call, Noun noun) {
        Target target = call.target(noun);
        Edit edit = Edit.of(noun, call.args());
        edit.checkComplete(noun);
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", target.name());
        if (!target.tenant().isEmpty()) {
            metadata.put("tenant", target.tenant());
        }
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("metadata", metadata);
        Map<String, Object> body = edit.appliedTo(resource);
        if (noun.kind() == Kind.INSTANCE
                && (call.args().has(COUNT.flag()) || call.args().has(VOLUMES.flag()))) {
            call.args().text(COUNT.flag()).ifPresent(text -> body.put("count", COUNT.parse(text)));
            body.put("volumes", volumes(call));
            return createSet(call, noun, target, body);
        }
        return post(call, noun, target, body);
    }

    /** Asks for something new. */
    static Exit post(Call call, Noun noun, Target target, Map<String, Object> body) {
        Answer answer =
                call.rest()
                        .post(
                                planned(call, noun.list(target.tenant())),
                                Rest.headers(call.reason(), ""),
                                body);
        if (Plans.asked(call)) {
            return Plans.print(call, noun, target, answer);
        }
        call.say("created", noun.word(), target);
        return done(call, noun, target, answer);
    }

    private static List<Map<String, Object>> volumes(Call call) {
        List<Map<String, Object>> volumes = new ArrayList<>();
        call.args()
                .pairs(VOLUMES.flag(), false)
                .forEach((name, size) ->
                        volumes.add(
                                Map.of(
                                        "name",
                                        name,
                                        "sizeGiB",
                                        VOLUMES.parseFor(name, size.orElse("")))));
        return volumes;
    }

    /** Creates instances that are alike, each with its volumes: all of it or nothing. */
    private static Exit createSet(Call call, Noun noun, Target target, Map<String, Object> body) {
        return postSet(
                call,
                noun,
                Url.of("tenants", target.tenant(), "instance-sets"),
                body.containsKey("count") ? target + "-1.." + body.get("count") : target + "",
                body);
    }

    /**
     * Asks for several at once.
     *
     * @param noun what they are
     * @param all what they are called together
     */
    static Exit postSet(Call call, Noun noun, Url url, String all, Map<String, Object> body) {
        Answer answer = call.rest().post(planned(call, url), Rest.headers(call.reason(), ""), body);
        if (Plans.asked(call)) {
            return Plans.print(call, noun, all, answer);
        }
        call.say("created", noun.word(), all);
        List<Map<String, Object>> items = new ArrayList<>();
        Exit exit = Exit.OK;
        for (Map<String, Object> item : Tree.mapsAt(answer.tree(), "items")) {
            if (call.waiting().isEmpty()) {
                items.add(item);
                continue;
            }
            Target one =
                    new Target(
                            Tree.textAt(item, "metadata.tenant"),
                            Tree.textAt(item, "metadata.name"));
            Waiting.Outcome outcome =
                    Waiting.untilSettled(
                            call, noun, one, call.read(noun, one), call.waiting().get());
            items.add(outcome.last().tree());
            exit = outcome.exit() == Exit.OK ? exit : outcome.exit();
        }
        if (call.outputAsked()) {
            Map<String, Object> tree = Map.of("items", items);
            call.printer().list(noun, new Listed(items, tree, Tree.text(tree)));
        }
        return exit;
    }

    static Exit set(Call call, Noun noun) {
        Edit edit = Edit.of(noun, call.args());
        if (edit.isEmpty()) {
            throw Failure.usage(
                    "nothing to set was given",
                    "see 'yqctl " + noun.word() + " set --help' for the flags");
        }
        return change(call, noun, edit);
    }

    /** Turns an instance on or off by what its power should be. */
    static Exit power(Call call, Noun noun, String power) {
        return change(call, noun, Edit.one("spec.power", power));
    }

    static Exit stage(Call call, Noun noun, String stage) {
        return change(call, noun, Edit.one("spec.stage", stage));
    }

    /** Has an instance started anew, once: whoever asks for the same boot meanwhile asks for the same start. */
    static Exit reboot(Call call, Noun noun) {
        Optional<Object> forced = call.args().has("--force") ? Optional.of(true) : Optional.empty();
        return change(
                call,
                noun,
                seen ->
                        new Edit(
                                Map.of(
                                        "spec.boot",
                                        Optional.of(nextBoot(seen)),
                                        "spec.forcedBoot",
                                        forced)));
    }

    /** Has an instance started on a fresh root disk, once, as {@link #reboot} does. */
    static Exit rebuild(Call call, Noun noun) {
        if (!Plans.asked(call)) {
            Deleting.confirm(call, noun, List.of(call.target(noun)), "confirm.rebuild");
        }
        Map<String, Optional<Object>> given = Edit.of(noun, call.args()).changes();
        return change(
                call,
                noun,
                seen -> {
                    Map<String, Optional<Object>> changes = new LinkedHashMap<>(given);
                    Optional<Object> next = Optional.of(nextBoot(seen));
                    changes.put("spec.boot", next);
                    changes.put("spec.rebuild", next);
                    changes.put(
                            "spec.forcedBoot",
                            call.args().has("--force") ? Optional.of(true) : Optional.empty());
                    if (!Tree.textAt(seen, "spec.power").isEmpty()) {
                        changes.put("spec.power", Optional.of("RUNNING"));
                    }
                    return new Edit(changes);
                });
    }

    /** Has an instance started from an image, with its root disk beside it. */
    static Exit rescue(Call call, Noun noun) {
        Optional<String> image = call.args().text("--image");
        return change(
                call,
                noun,
                seen ->
                        rescued(
                                call,
                                seen,
                                Optional.of(image.orElse(Tree.textAt(seen, "spec.image")))));
    }

    /** Has an instance started from its own root disk again. */
    static Exit unrescue(Call call, Noun noun) {
        return change(call, noun, seen -> rescued(call, seen, Optional.empty()));
    }

    /** Asked again while it is so, it asks for nothing; one that is off is not started for it. */
    private static Edit rescued(Call call, Map<String, Object> seen, Optional<Object> image) {
        Map<String, Optional<Object>> changes = new LinkedHashMap<>();
        changes.put("spec.rescue", image);
        boolean so = Tree.textAt(seen, "spec.rescue").equals(image.orElse(""));
        String power = Tree.textAt(seen, "spec.power");
        if (!so && (power.isEmpty() || power.equals("RUNNING") || power.equals("PAUSED"))) {
            changes.put("spec.boot", Optional.of(nextBoot(seen)));
            changes.put(
                    "spec.forcedBoot",
                    call.args().has("--force") ? Optional.of(true) : Optional.empty());
            if (power.equals("PAUSED")) {
                changes.put("spec.power", Optional.of("RUNNING"));
            }
        }
        return new Edit(changes);
    }

    private static long nextBoot(Map<String, Object> instance) {
        String boot = Tree.textAt(instance, "spec.boot");
        return boot.isEmpty() ? 1 : Long.parseLong(boot) + 1;
    }

    /** Gives an instance another flavor. */
    static Exit resize(Call call, Noun noun) {
        String flavor =
                call.args()
                        .text("--flavor")
                        .orElseThrow(() ->
                                Failure.usage(
                                        "--flavor is missing",
                                        "name one; list them with 'yqctl flavor list'"));
        return change(call, noun, Edit.one("spec.flavor", flavor));
    }

    /** Attaches a volume to an instance. */
    static Exit attach(Call call, Noun noun) {
        String instance =
                call.args()
                        .text("--instance")
                        .orElseThrow(() ->
                                Failure.usage(
                                        "--instance is missing",
                                        "name one; list them with 'yqctl instance list'"));
        return change(call, noun, Edit.one("spec.instance", instance));
    }

    /** Takes a volume from the instance that has it. */
    static Exit detach(Call call, Noun noun) {
        return change(call, noun, Edit.without("spec.instance"));
    }

    /** Has an orphan put aside, or back. */
    static Exit quarantine(Call call, Noun noun, boolean quarantined) {
        return change(call, noun, Edit.one("spec.quarantined", quarantined));
    }

    private static Exit change(Call call, Noun noun, Edit edit) {
        return change(call, noun, _ -> edit);
    }

    /** The same change of each. */
    static Exit change(Call call, Noun noun, List<Target> targets, Edit edit) {
        return change(call, noun, targets, _ -> edit);
    }

    /**
     * Puts a change on top of the newest revision. Somebody else's change in between is kept when it touches other
     * fields; when it touches the same ones, neither is right without a person.
     *
     * @param asked what to change of what is seen first
     */
    static Exit change(Call call, Noun noun, Function<Map<String, Object>, Edit> asked) {
        return change(call, noun, Several.targets(call, noun), asked);
    }

    private static Exit change(
            Call call, Noun noun, List<Target> targets, Function<Map<String, Object>, Edit> asked) {
        return Several.each(
                call,
                targets,
                target -> put(call, noun, target, asked),
                (target, answer) -> done(call, noun, target, answer),
                "update.partly");
    }

    /** Changes one; answers what it is then, or nothing when it was only planned. */
    private static Optional<Answer> put(
            Call call, Noun noun, Target target, Function<Map<String, Object>, Edit> asked) {
        Answer seen = call.read(noun, target);
        Edit edit = asked.apply(seen.tree());
        for (int attempt = 1; ; attempt++) {
            if (edit.holds(seen.tree()) && !Plans.asked(call)) {
                call.say("unchanged", noun.word(), target);
                return Optional.of(seen);
            }
            try {
                Answer answer =
                        call.rest()
                                .put(
                                        planned(call, call.url(noun, target)),
                                        Rest.headers(call.reason(), etag(seen)),
                                        edit.appliedTo(seen.tree()));
                if (Plans.asked(call)) {
                    Plans.print(call, noun, target, answer);
                    return Optional.empty();
                }
                call.say("updated", noun.word(), target);
                return Optional.of(answer);
            } catch (Refused e) {
                if (!e.code().equals("precondition.failed") || attempt == TRIES) {
                    throw e;
                }
                seen = again(call, noun, target, edit, seen, e);
            }
        }
    }

    private static Answer again(
            Call call, Noun noun, Target target, Edit edit, Answer seen, Refused cause) {
        Answer now = call.read(noun, target);
        // What is as asked by now was perhaps our own request, whose answer was lost.
        List<String> differ =
                edit.holds(now.tree()) ? List.of() : edit.touchedDiffer(seen.tree(), now.tree());
        if (!differ.isEmpty()) {
            throw new Failure(
                    Exit.CONFLICT,
                    cause.text(),
                    "changed by somebody else meanwhile: " + String.join(", ", differ),
                    "-> look with 'yqctl "
                            + noun.word()
                            + " show "
                            + target
                            + "', then ask again if it still holds");
        }
        return now;
    }

    /** The request as it is meant: in earnest, as a plan, or only if it does what a plan said. */
    static Url planned(Call call, Url url) {
        return url.with("mode", Plans.asked(call) ? "plan" : "")
                .with("digest", call.args().text("--digest").orElse(""));
    }

    /** The revision that was seen, as the header a change needs. */
    static String etag(Answer answer) {
        String etag = answer.header("ETag");
        return etag.isEmpty() ? '"' + Tree.textAt(answer.tree(), "metadata.revision") + '"' : etag;
    }

    private static Exit done(Call call, Noun noun, Target target, Answer answer) {
        Answer last = answer;
        Exit exit = Exit.OK;
        if (noun.awaited() && call.waiting().isPresent()) {
            Waiting.Outcome outcome =
                    Waiting.untilSettled(call, noun, target, answer, call.waiting().get());
            last = outcome.last();
            exit = outcome.exit();
        }
        if (call.outputAsked()) {
            call.printer().one(noun, last, "");
        }
        return exit;
    }
}
