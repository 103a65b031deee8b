package io.yunqing.cli.manifest;

import io.yunqing.api.Kind;
import io.yunqing.cli.manifest.Manifest.Place;
import io.yunqing.cli.noun.Field;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.noun.Nouns;
import io.yunqing.cli.platform.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads the documents of one file and checks their shape against the nouns' tables. It reads nodes rather than values,
 * because nodes know where they stand. JSON is read by the same way: it is YAML.
 */
public final class ManifestReader {
    /** What the controller writes and a person may leave in what they copied. */
    private static final List<String> READ_ONLY = List.of("id", "revision", "created");

    private final String file;
    private final List<String> complaints;

    private ManifestReader(String file, List<String> complaints) {
        this.file = file;
        this.complaints = complaints;
    }

    /** The manifests of a text; whatever is wrong with it is added to the complaints. */
    public static List<Manifest> read(String file, String text, List<String> complaints) {
        ManifestReader reader = new ManifestReader(file, complaints);
        List<Manifest> manifests = new ArrayList<>();
        LoadSettings settings = LoadSettings.builder().setLabel(file).build();
        try {
            for (Node document : new Compose(settings).composeAllFromString(text)) {
                if (document instanceof ScalarNode scalar && scalar.getValue().isEmpty()) {
                    continue; // Nothing but comments between two document marks.
                }
                manifests.addAll(reader.document(document).stream().toList());
            }
        } catch (MarkedYamlEngineException e) {
            Place place =
                    e.getProblemMark()
                            .map(m -> new Place(file, m.getLine() + 1, m.getColumn() + 1))
                            .orElse(new Place(file, 1, 1));
            complaints.add(place + ": not YAML or JSON: " + e.getProblem());
        } catch (YamlEngineException e) {
            complaints.add(file + ":1:1: not YAML or JSON: " + e.getMessage());
        }
        return manifests;
    }

    private Optional<Manifest> document(Node document) {
        int before = complaints.size();
        Map<String, Node> top = fields(document, "the document");
        for (String field : top.keySet()) {
            if (!List.of("kind", "metadata", "spec", "status").contains(field)) {
                unknown(top, field, field, List.of("kind", "metadata", "spec"));
            }
        }
        Optional<Kind> kind = kind(document, top);
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        Noun noun = Nouns.of(kind.get());
        Map<String, Optional<Object>> changes = new LinkedHashMap<>();
        Map<String, Node> metadata = metadata(noun, document, top, changes);
        spec(noun, document, top, changes);
        String name = name(document, metadata, "name", true);
        String tenant = noun.kind().inTenant() ? name(document, metadata, "tenant", true) : "";
        return complaints.size() > before
                ? Optional.empty()
                : Optional.of(new Manifest(noun, tenant, name, changes, place(document)));
    }

    private Optional<Kind> kind(Node document, Map<String, Node> top) {
        Node node = top.get("kind");
        if (node == null) {
            complain(document, "kind is missing; give one of " + kinds());
            return Optional.empty();
        }
        Optional<Kind> kind = Kind.ofWireName(scalar(node)).filter(Kind::made);
        if (kind.isEmpty()) {
            complain(node, "kind: '" + scalar(node) + "' is not a kind; give one of " + kinds());
        }
        return kind;
    }

    private Map<String, Node> metadata(
            Noun noun,
            Node document,
            Map<String, Node> top,
            Map<String, Optional<Object>> changes) {
        Node node = top.get("metadata");
        if (node == null) {
            complain(document, "metadata is missing; give at least metadata.name");
            return Map.of();
        }
        Map<String, Node> metadata = fields(node, "metadata");
        List<String> known = new ArrayList<>(List.of("name", "labels"));
        if (noun.kind().inTenant()) {
            known.add("tenant");
        }
        for (String field : metadata.keySet()) {
            if (!known.contains(field) && !READ_ONLY.contains(field)) {
                unknown(metadata, field, "metadata." + field, known);
            }
        }
        Node labels = metadata.get("labels");
        if (labels != null) {
            Map<String, Object> values = new LinkedHashMap<>();
            fields(labels, "metadata.labels")
                    .forEach(
                            (key, value) -> values.put(key, text("metadata.labels." + key, value)));
            changes.put(
                    "metadata.labels", values.isEmpty() ? Optional.empty() : Optional.of(values));
        }
        return metadata;
    }

    private void spec(
            Noun noun,
            Node document,
            Map<String, Node> top,
            Map<String, Optional<Object>> changes) {
        Node node = top.get("spec");
        Map<String, Node> spec = node == null ? Map.of() : fields(node, "spec");
        List<String> known = noun.fields().stream().map(Field::name).toList();
        spec.forEach((name, value) -> {
            String path = "spec." + name;
            Optional<Field> field = noun.field(name);
            if (field.isEmpty()) {
                unknown(spec, name, path, known);
            } else if (value.getTag().equals(Tag.NULL)) {
                changes.put(path, field.get().removed());
            } else {
                changes.put(path, Optional.of(value(path, field.get(), value)));
            }
        });
        for (Field field : noun.fields()) {
            Node given = spec.get(field.name());
            if (field.required() && (given == null || given.getTag().equals(Tag.NULL))) {
                complain(
                        node == null ? document : node,
                        "spec." + field.name() + " is missing: " + field.description());
            }
        }
    }

    private Object value(String path, Field field, Node node) {
        return switch (field.type()) {
            case TEXT, FILE_TEXT, SIGNATURE -> text(path, node);
            case CHOICE -> choice(path, field, node);
            case WHOLE, DECIMAL, BOOL -> checked(path, field, node);
            case TEXTS -> {
                List<Object> texts = new ArrayList<>();
                if (node instanceof SequenceNode list) {
                    list.getValue().forEach(one -> texts.add(text(path, one)));
                } else {
                    complain(node, path + " must be a list");
                }
                yield texts;
            }
            case WHOLES_BY_KEY, DECIMALS_BY_KEY -> byKey(path, field, node);
            case GRANTS -> grants(path, field, node);
            case TERMS -> terms(path, field, node);
            case RULES ->
                    objects(
                            path,
                            node,
                            Map.of(
                                    "protocol", (at, value) -> choice(at, field, value),
                                    "ports", this::scalar,
                                    "source", this::text));
        };
    }

    private Map<String, Object> byKey(String path, Field field, Node node) {
        Map<String, Object> values = new LinkedHashMap<>();
        fields(node, path)
                .forEach((key, one) -> values.put(key, checked(path + "." + key, field, one)));
        return values;
    }

    private List<Object> grants(String path, Field field, Node node) {
        Field amounts = field.as(Field.Type.WHOLES_BY_KEY);
        return objects(
                path,
                node,
                Map.of(
                        "amounts", (at, value) -> byKey(at, amounts, value),
                        "from", this::moment,
                        "until", this::moment));
    }

    private List<Object> terms(String path, Field field, Node node) {
        Field ratio = field.as(Field.Type.DECIMALS_BY_KEY);
        Field reserved = field.as(Field.Type.WHOLES_BY_KEY);
        Map<String, Part> promise =
                Map.of(
                        "ratio", (at, value) -> checked(at, ratio, value),
                        "reserved", (at, value) -> checked(at, reserved, value));
        Part resources =
                (at, value) -> {
                    Map<String, Object> promises = new LinkedHashMap<>();
                    fields(value, at)
                            .forEach((resource, one) ->
                                    promises.put(
                                            resource, object(at + "." + resource, one, promise)));
                    return promises;
                };
        return objects(path, node, Map.of("from", this::moment, "resources", resources));
    }

    /** Reads one field of an object that stands in a spec. */
    private interface Part {
        Object read(String path, Node node);
    }

    private List<Object> objects(String path, Node node, Map<String, Part> parts) {
        List<Object> objects = new ArrayList<>();
        if (node instanceof SequenceNode list) {
            for (Node one : list.getValue()) {
                objects.add(object(path + "[" + objects.size() + "]", one, parts));
            }
        } else {
            complain(node, path + " must be a list");
        }
        return objects;
    }

    private Map<String, Object> object(String path, Node node, Map<String, Part> parts) {
        Map<String, Object> object = new LinkedHashMap<>();
        fields(node, path)
                .forEach((key, value) -> {
                    Part part = parts.get(key);
                    if (part != null) {
                        object.put(key, part.read(path + "." + key, value));
                    } else {
                        complain(
                                value,
                                path
                                        + "."
                                        + key
                                        + " does not exist; use "
                                        + String.join(", ", new TreeSet<>(parts.keySet())));
                    }
                });
        return object;
    }

    /** What is text though YAML may take it for a number. */
    private String scalar(String path, Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        complain(node, path + " must be text");
        return "";
    }

    /** YAML knows moments as a type of their own; they are sent as they are written. */
    private String moment(String path, Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        complain(node, path + " must be a moment such as 2026-12-01T00:00:00Z");
        return "";
    }

    /** A plain scalar that the field itself can judge: numbers, true and false. */
    private Object checked(String path, Field field, Node node) {
        try {
            if (node instanceof ScalarNode scalar && !node.getTag().equals(Tag.STR)) {
                return field.parse(scalar.getValue());
            }
            throw Failure.usage(path + " must be " + field.type().phrase());
        } catch (Failure e) {
            String text = e.text().replace(field.flag() + ":", path + ":");
            String remedy = e.details().isEmpty() ? "" : "; " + String.join("; ", e.details());
            complain(node, text + remedy);
            return "";
        }
    }

    private Object choice(String path, Field field, Node node) {
        String word = text(path, node);
        if (!field.choices().contains(word)) {
            complain(
                    node,
                    path + ": '" + word + "' is not one of " + String.join(", ", field.choices()));
        }
        return word;
    }

    private String text(String path, Node node) {
        if (node instanceof ScalarNode scalar && node.getTag().equals(Tag.STR)) {
            return scalar.getValue();
        }
        complain(
                node,
                path + " must be text" + (node instanceof ScalarNode ? "; put it in quotes" : ""));
        return "";
    }

    private String name(Node document, Map<String, Node> metadata, String field, boolean required) {
        Node node = metadata.get(field);
        if (node == null) {
            if (required && !metadata.isEmpty()) {
                complain(document, "metadata." + field + " is missing");
            }
            return "";
        }
        try {
            return Noun.checkedName("metadata." + field, text("metadata." + field, node));
        } catch (Failure e) {
            complain(node, e.text() + "; " + String.join("; ", e.details()));
            return "";
        }
    }

    /** The fields of a mapping by name, in order; a complaint when it is none or says a field twice. */
    private Map<String, Node> fields(Node node, String what) {
        Map<String, Node> fields = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            complain(node, what + " must be a mapping of fields to values");
            return fields;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String name = scalar(tuple.getKeyNode());
            if (fields.put(name, tuple.getValueNode()) != null) {
                complain(tuple.getKeyNode(), what + " has the field '" + name + "' twice");
            }
        }
        return fields;
    }

    private void unknown(Map<String, Node> in, String field, String path, List<String> known) {
        complain(in.get(field), path + " is not a field; known are " + String.join(", ", known));
    }

    private static String scalar(@Nullable Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private void complain(@Nullable Node node, String text) {
        complaints.add((node == null ? new Place(file, 1, 1) : place(node)) + ": " + text);
    }

    private Place place(Node node) {
        return node.getStartMark()
                .map(mark -> new Place(file, mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(new Place(file, 1, 1));
    }

    private static String kinds() {
        return Arrays.stream(Kind.values())
                .filter(Kind::made)
                .map(Kind::wireName)
                .collect(Collectors.joining(", "));
    }
}
