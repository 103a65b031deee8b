package io.yunqing.controller.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.yunqing.api.Kind;
import io.yunqing.api.Plan;
import io.yunqing.api.Plan.Change;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Says what a mutation does, by comparing the wire forms before and after it. */
@ApplicationScoped
public class Plans {
    /**
     * Differ between two runs that decide the same: what is made from the new id, what only tells the time, and the
     * reasons of a placement, whose scores follow the fleet from moment to moment (the host chosen is no reason).
     */
    private static final Pattern INCIDENTAL =
            Pattern.compile(
                    "((items|volumes)\\.\\d+\\.)?(kind"
                            + "|metadata\\.(id|revision|created)"
                            + "|status\\.(observedAt|serial|vni)"
                            + "|status\\.addresses\\.\\d+\\.mac"
                            + "|status\\.placement\\..*)");

    private final ObjectMapper json;

    Plans(ObjectMapper json) {
        this.json = json;
    }

    /** The plan of a creation. */
    public Plan created(Object after) {
        return compare(null, tree(after));
    }

    /** Either side is null where there is nothing. */
    Plan compare(JsonNode before, JsonNode after) {
        Map<String, JsonNode> old = flatten(before);
        Map<String, JsonNode> now = flatten(after);
        List<Change> changes = new ArrayList<>();
        Set<String> fields = new TreeSet<>(old.keySet());
        fields.addAll(now.keySet());
        for (String field : fields) {
            JsonNode from = old.get(field);
            JsonNode to = now.get(field);
            if (from == null || !from.equals(to)) {
                changes.add(new Change(field, from, to));
            }
        }
        String action =
                before == null
                        ? "create"
                        : after == null ? "delete" : changes.isEmpty() ? "none" : "update";
        return new Plan(action, changes, after, digest(action, before, changes));
    }

    JsonNode tree(Object view) {
        return json.valueToTree(view);
    }

    /** A wire form as it is sent. */
    public String text(Object view) {
        try {
            return json.writeValueAsString(view);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String digest(String action, JsonNode before, List<Change> changes) {
        StringBuilder text = new StringBuilder(action);
        if (before != null) {
            text.append(before.path("metadata").path("id"))
                    .append(before.path("metadata").path("revision"));
        }
        changes.forEach(c ->
                text.append('\n')
                        .append(c.field())
                        .append('=')
                        .append(c.from())
                        .append("->")
                        .append(c.to()));
        return sha256(text.toString());
    }

    /** A digest of everything a request for something new asks. */
    public String fingerprint(Kind kind, String scope, Object body) {
        return sha256(kind + " " + scope + " " + tree(body));
    }

    /** Lower-case hex. */
    public static String sha256(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Map<String, JsonNode> flatten(JsonNode node) {
        Map<String, JsonNode> leaves = new TreeMap<>();
        if (node != null) {
            flatten("", node, leaves);
        }
        leaves.keySet().removeIf(INCIDENTAL.asMatchPredicate());
        return leaves;
    }

    private static void flatten(String path, JsonNode node, Map<String, JsonNode> leaves) {
        if (node.isObject()) {
            node.properties().forEach(e -> flatten(below(path, e.getKey()), e.getValue(), leaves));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                flatten(below(path, String.valueOf(i)), node.get(i), leaves);
            }
        } else {
            leaves.put(path, node);
        }
    }

    private static String below(String path, String part) {
        return path.isEmpty() ? part : path + "." + part;
    }
}
