package io.yunqing.cli.command;

import io.yunqing.api.Kind;
import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.noun.Nouns;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.rest.Url;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code snapshot}, {@code restore} and {@code backup}: what is on volumes, kept or brought back. */
final class Copying {
    private Copying() {}

    /** Takes a snapshot of one volume. */
    static Exit snapshot(Call call, Noun noun) {
        Target of = call.target(noun);
        Target snapshot = new Target(of.tenant(), name(call));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("sizeGiB", Tree.at(call.read(noun, of).tree(), "spec.sizeGiB"));
        spec.put("copyOf", of.name());
        spec.put("snapshot", true);
        return Changing.post(
                call, noun, snapshot, Map.of("metadata", metadata(call, snapshot), "spec", spec));
    }

    /** Takes snapshots of an instance's volumes, all of one instant. */
    static Exit snapshots(Call call, Noun noun) {
        Target instance = call.target(noun);
        Target set = new Target(instance.tenant(), name(call));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("metadata", metadata(call, set));
        List<String> volumes = call.args().all("--volume");
        if (!volumes.isEmpty()) {
            body.put("volumes", volumes);
        }
        return Changing.postSet(
                call,
                Nouns.of(Kind.VOLUME),
                Url.of("tenants", instance.tenant(), "instances", instance.name(), "snapshots"),
                set + "-*",
                body);
    }

    /** Has what is on a volume replaced by a copy, once. */
    static Exit restore(Call call, Noun noun) {
        String from =
                call.args()
                        .text("--from")
                        .orElseThrow(() ->
                                Failure.usage(
                                        "--from is missing",
                                        "name a snapshot; list them with 'yqctl volume list --snapshot true'"));
        if (!Plans.asked(call)) {
            Deleting.confirm(call, noun, List.of(call.target(noun)), "confirm.restore");
        }
        return Changing.change(
                call,
                noun,
                seen -> {
                    String times = Tree.textAt(seen, "spec.restore");
                    return new Edit(
                            Map.of(
                                    "spec.copyOf",
                                    Optional.of(from),
                                    "spec.restore",
                                    Optional.of(times.isEmpty() ? 1 : Long.parseLong(times) + 1)));
                });
    }

    /** Has a backup of a volume taken. */
    static Exit backup(Call call, Noun noun) {
        Target of = call.target(Nouns.of(Kind.VOLUME));
        Target backup = new Target(of.tenant(), name(call));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("volume", of.name());
        spec.put(
                "repository",
                call.args()
                        .text("--repository")
                        .orElseThrow(() ->
                                Failure.usage(
                                        "--repository is missing",
                                        "name one; list them with 'yqctl repository list'")));
        if (call.args().has("--full")) {
            spec.put("full", true);
        }
        return Changing.post(
                call, noun, backup, Map.of("metadata", metadata(call, backup), "spec", spec));
    }

    private static String name(Call call) {
        return call.args()
                .text("--name")
                .orElseThrow(() ->
                        Failure.usage(
                                "--name is missing", "say what it is to be called: --name NAME"));
    }

    private static Map<String, Object> metadata(Call call, Target target) {
        Map<String, Object> labels = new LinkedHashMap<>();
        call.args()
                .pairs("--label", false)
                .forEach((key, value) -> value.ifPresent(text -> labels.put(key, text)));
        return labels.isEmpty()
                ? Map.of("name", target.name(), "tenant", target.tenant())
                : Map.of("name", target.name(), "tenant", target.tenant(), "labels", labels);
    }
}
