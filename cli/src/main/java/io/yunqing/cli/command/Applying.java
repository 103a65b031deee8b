package io.yunqing.cli.command;

import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.manifest.ApplyOrder;
import io.yunqing.cli.manifest.Manifest;
import io.yunqing.cli.manifest.ManifestReader;
import io.yunqing.cli.manifest.Sources;
import io.yunqing.cli.noun.Column;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.print.Output;
import io.yunqing.cli.print.Printer;
import io.yunqing.cli.print.Table;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Refused;
import io.yunqing.cli.rest.Rest;
import io.yunqing.cli.rest.Url;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code apply}: makes what the manifests speak of as they say; asked again, it changes nothing. */
final class Applying {
    private static final int TRIES = 5;
    private static final List<Column> COLUMNS =
            Following.columns("kind", "tenant", "name", "result");

    private final Call call;
    private final boolean dryRun;
    private final List<Map<String, Object>> results = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Map<Manifest, Answer> instances = new LinkedHashMap<>();

    /** What does not exist yet but would by now, had this been in earnest. */
    private final Set<String> imagined = new LinkedHashSet<>();

    private Exit firstFailure = Exit.OK;
    private int done;

    private Applying(Call call) {
        this.call = call;
        this.dryRun = Plans.asked(call);
    }

    /** What applying one manifest came to. */
    private enum Result {
        CREATED,
        CONFIGURED,
        UNCHANGED,
        FAILED;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    static Exit apply(Call call) {
        List<String> named = call.args().all("--filename");
        List<String> complaints = new ArrayList<>();
        List<Manifest> manifests = new ArrayList<>();
        for (Sources.Source source : Sources.of(named, call.shell())) {
            manifests.addAll(ManifestReader.read(source.file(), source.text(), complaints));
        }
        List<Manifest> ordered = ApplyOrder.of(manifests, complaints);
        if (!complaints.isEmpty()) {
            throw new Failure(
                    Exit.USAGE, "the manifests are not valid; nothing was sent", complaints);
        }
        if (ordered.isEmpty()) {
            throw Failure.usage(call.words().say("apply.nothing", String.join(", ", named)));
        }
        return new Applying(call).all(ordered);
    }

    private Exit all(List<Manifest> manifests) {
        for (Manifest one : manifests) {
            try {
                report(one, applied(one));
                done++;
            } catch (Failure e) {
                failed(one, e);
                if (e.exit() == Exit.UNREACHABLE) {
                    break; // The rest would wait for the same silence.
                }
            }
        }
        finish();
        if (!failures.isEmpty()) {
            call.say("apply.partly", manifests.size() - done, manifests.size());
            failures.forEach(call.shell()::say);
            return done == 0 ? firstFailure : Exit.PARTLY_DONE;
        }
        return await();
    }

    private Result applied(Manifest manifest) {
        Edit edit = new Edit(manifest.changes());
        Url url = manifest.noun().one(manifest.tenant(), manifest.name());
        for (int attempt = 1; ; attempt++) {
            Optional<Answer> found =
                    missingTenant(manifest) ? Optional.empty() : call.rest().find(url);
            if (found.isPresent() && edit.holds(found.get().tree())) {
                instances.put(manifest, found.get());
                return Result.UNCHANGED;
            }
            try {
                return found.isPresent()
                        ? configured(manifest, edit, found.get())
                        : created(manifest, edit);
            } catch (Refused e) {
                // Changed, or made by our own request whose answer was lost: look again.
                if (!e.code().startsWith("precondition.") || attempt == TRIES) {
                    throw e;
                }
            }
        }
    }

    private Result configured(Manifest manifest, Edit edit, Answer found) {
        Answer answer = put(manifest, Changing.etag(found), edit.appliedTo(found.tree()));
        if (dryRun) {
            boolean nothing = Tree.textAt(answer.tree(), "action").equals("none");
            plan(manifest, answer);
            return nothing ? Result.UNCHANGED : Result.CONFIGURED;
        }
        instances.put(manifest, answer);
        boolean same =
                Tree.same(
                        Tree.at(found.tree(), "metadata.revision"),
                        Tree.at(answer.tree(), "metadata.revision"));
        return same ? Result.UNCHANGED : Result.CONFIGURED;
    }

    private Result created(Manifest manifest, Edit edit) {
        Optional<String> awaited = awaits(manifest);
        if (dryRun && awaited.isPresent()) {
            // The controller would refuse the plan for want of what this very command would make
            // first.
            people(
                    call.words()
                            .say(
                                    "plan.unchecked",
                                    manifest.noun().word(),
                                    manifest.reference(),
                                    awaited.get()));
            imagined.add(manifest.key());
            return Result.CREATED;
        }
        Answer answer = put(manifest, "", edit.appliedTo(manifest.blank()));
        if (dryRun) {
            imagined.add(manifest.key());
            plan(manifest, answer);
        } else {
            instances.put(manifest, answer);
        }
        return Result.CREATED;
    }

    /** In a dry run a tenant may be imagined; then so is everything in it. */
    private boolean missingTenant(Manifest manifest) {
        return imagined.contains("tenant/" + manifest.tenant());
    }

    /** The first of the things a manifest names that is not there yet. */
    private Optional<String> awaits(Manifest manifest) {
        List<String> keys = new ArrayList<>();
        keys.add("department/" + manifest.text("spec.parent"));
        for (String kind : List.of("department", "application", "zone", "flavor", "image")) {
            keys.add(kind + "/" + manifest.text("spec." + kind));
        }
        keys.add("placement-group/" + manifest.tenant() + "/" + manifest.text("spec.group"));
        keys.add("network/" + manifest.tenant() + "/" + manifest.text("spec.network"));
        keys.add("tenant/" + manifest.tenant());
        if (!manifest.text("spec.signature").isEmpty()) {
            // Whose it is, only the controller can tell.
            imagined.stream().filter(key -> key.startsWith("signer/")).forEach(keys::add);
        }
        return keys.stream().filter(imagined::contains).findFirst();
    }

    private Answer put(Manifest manifest, String etag, Map<String, Object> body) {
        Url url = manifest.noun().one(manifest.tenant(), manifest.name());
        return call.rest()
                .put(
                        url.with("mode", dryRun ? "plan" : ""),
                        Rest.headers(call.reason(), etag),
                        body);
    }

    private void plan(Manifest manifest, Answer answer) {
        people(Plans.text(call, manifest.noun(), target(manifest), answer).stripTrailing());
    }

    private void report(Manifest manifest, Result result) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", manifest.noun().kind().wireName());
        if (!manifest.tenant().isEmpty()) {
            line.put("tenant", manifest.tenant());
        }
        line.put("name", manifest.name());
        line.put("result", result.word());
        results.add(line);
        if (!dryRun || result == Result.UNCHANGED || result == Result.FAILED) {
            people(manifest.key() + " " + call.words().say("apply.result." + result.word()));
        }
    }

    private void failed(Manifest manifest, Failure e) {
        report(manifest, Result.FAILED);
        failures.add("  " + manifest.place() + ": " + manifest.key() + ": " + e.text());
        e.details().forEach(line -> failures.add("    " + line));
        firstFailure = firstFailure == Exit.OK ? e.exit() : firstFailure;
    }

    private void people(String line) {
        if (call.printer().output().forPeople()) {
            call.printer().raw(line + "\n");
        }
    }

    private void finish() {
        Printer printer = call.printer();
        if (printer.output() == Output.CSV) {
            printer.raw(Table.csv(COLUMNS, results));
        } else if (printer.output() == Output.NAME) {
            results.forEach(one ->
                    printer.raw(Tree.textAt(one, "kind") + "/" + Tree.textAt(one, "name") + "\n"));
        } else if (!printer.output().forPeople()) {
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("items", results);
            printer.tree(page);
        }
    }

    private Exit await() {
        Exit exit = Exit.OK;
        if (!dryRun && call.waiting().isPresent()) {
            for (Map.Entry<Manifest, Answer> one : instances.entrySet()) {
                Manifest manifest = one.getKey();
                if (manifest.noun().awaited()) {
                    Exit waited =
                            Waiting.untilSettled(
                                            call,
                                            manifest.noun(),
                                            target(manifest),
                                            one.getValue(),
                                            call.waiting().get())
                                    .exit();
                    exit = waited == Exit.OK ? exit : waited;
                }
            }
        }
        return exit;
    }

    private static Target target(Manifest manifest) {
        return new Target(manifest.tenant(), manifest.name());
    }
}
