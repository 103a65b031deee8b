package io.yunqing.cli.command;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Field;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What flags ask for, as a change of a resource's spec and labels. Nothing that was not named is touched.
 *
 * @param changes by dotted path below the resource, the new value; nothing to remove what is there
 */
record Edit(Map<String, Optional<Object>> changes) {

    /** Reads the flags of a noun's fields, and {@code --label}. */
    static Edit of(Noun noun, Args args) {
        Map<String, Optional<Object>> changes = new LinkedHashMap<>();
        for (Field field : noun.fields()) {
            if (!args.has(field.flag())) {
                continue;
            }
            String path = "spec." + field.name();
            if (field.type().byKey()) {
                args.pairs(field.flag(), true)
                        .forEach((key, text) ->
                                changes.put(
                                        path + "." + key, text.map(t -> field.parseFor(key, t))));
            } else if (field.type().list()) {
                List<Object> all = new ArrayList<>();
                args.all(field.flag()).forEach(text -> all.addAll((List<?>) field.parse(text)));
                changes.put(path, all.isEmpty() ? Optional.empty() : Optional.of(all));
            } else {
                String text = args.text(field.flag()).orElse("");
                changes.put(
                        path, text.isEmpty() ? field.removed() : Optional.of(field.parse(text)));
            }
        }
        args.pairs("--label", true)
                .forEach((key, text) ->
                        changes.put("metadata.labels." + key, text.map(t -> (Object) t)));
        return new Edit(changes);
    }

    static Edit one(String path, Object value) {
        return new Edit(Map.of(path, Optional.of(value)));
    }

    static Edit without(String path) {
        return new Edit(Map.of(path, Optional.empty()));
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Refuses a create that lacks a required field, naming all of them at once. */
    void checkComplete(Noun noun) {
        List<String> missing = new ArrayList<>();
        for (Field field : noun.fields()) {
            String path = "spec." + field.name();
            boolean given =
                    changes.entrySet().stream()
                            .anyMatch(change ->
                                    change.getValue().isPresent()
                                            && (change.getKey().equals(path)
                                                    || change.getKey().startsWith(path + ".")));
            if (field.required() && !given) {
                missing.add(field.flag() + " " + field.label() + ": " + field.description());
            }
        }
        if (!missing.isEmpty()) {
            throw new Failure(Exit.USAGE, "a new " + noun.word() + " needs more flags", missing);
        }
    }

    /** The request body that makes a resource what is asked: its name, labels and spec, with the changes applied. */
    Map<String, Object> appliedTo(Map<String, Object> resource) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (String kept : new String[] {"name", "tenant"}) {
            String value = Tree.textAt(resource, "metadata." + kept);
            if (!value.isEmpty()) {
                metadata.put(kept, value);
            }
        }
        Map<String, Object> labels = Tree.mapAt(resource, "metadata.labels");
        metadata.put("labels", new LinkedHashMap<>(labels));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("metadata", metadata);
        body.put("spec", copy(Tree.mapAt(resource, "spec")));
        changes.forEach((path, value) -> put(body, path, value));
        if (Tree.mapAt(metadata, "labels").isEmpty()) {
            metadata.remove("labels");
        }
        return body;
    }

    /** The touched fields on which two states of a resource differ. */
    List<String> touchedDiffer(Map<String, Object> before, Map<String, Object> after) {
        return changes.keySet().stream()
                .filter(path -> !Tree.same(valueAt(before, path), valueAt(after, path)))
                .toList();
    }

    /** Whether a resource says already what is asked. */
    boolean holds(Map<String, Object> resource) {
        return changes.entrySet().stream()
                .allMatch(change ->
                        Tree.same(
                                valueAt(resource, change.getKey()), change.getValue().orElse("")));
    }

    /** Label keys may have dots, so a path is split where its map ends, not at every dot. Empty for nothing. */
    private static Object valueAt(Map<String, Object> tree, String path) {
        int key = path.indexOf('.', path.indexOf('.') + 1);
        Object value =
                key < 0
                        ? Tree.at(tree, path)
                        : Tree.mapAt(tree, path.substring(0, key)).get(path.substring(key + 1));
        return value == null ? "" : value;
    }

    private static void put(Map<String, Object> body, String path, Optional<Object> value) {
        String[] steps = path.split("\\.", 3);
        Map<String, Object> here = body;
        for (int i = 0; i < steps.length - 1; i++) {
            here = Tree.asMap(here.computeIfAbsent(steps[i], step -> new LinkedHashMap<>()));
        }
        String last = steps[steps.length - 1];
        if (value.isPresent()) {
            here.put(last, value.get());
        } else {
            here.remove(last);
        }
    }

    private static Map<String, Object> copy(Map<String, Object> tree) {
        Map<String, Object> copy = new LinkedHashMap<>();
        tree.forEach((key, value) ->
                copy.put(key, value instanceof Map ? copy(Tree.asMap(value)) : value));
        return copy;
    }
}
