package io.yunqing.cli.manifest;

import io.yunqing.cli.noun.Noun;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One document: what should exist.
 *
 * @param tenant empty for kinds that live in none
 * @param changes the fields it speaks of, by dotted path; nothing where it says null
 */
public record Manifest(
        Noun noun, String tenant, String name, Map<String, Optional<Object>> changes, Place place) {

    /** Where something stands in a file; counted from 1, as editors do. */
    public record Place(String file, int line, int column) {
        @Override
        public String toString() {
            return file + ":" + line + ":" + column;
        }
    }

    /** The same for two documents that mean the same resource. */
    public String key() {
        return noun.word() + "/" + reference();
    }

    /** As it is written as an operand. */
    public String reference() {
        return tenant.isEmpty() ? name : tenant + "/" + name;
    }

    /** The text of one field; empty when it is not given. */
    public String text(String path) {
        return changes.getOrDefault(path, Optional.empty()).map(Object::toString).orElse("");
    }

    /** The resource before anything is applied to it: its name and place. */
    public Map<String, Object> blank() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name);
        if (!tenant.isEmpty()) {
            metadata.put("tenant", tenant);
        }
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("metadata", metadata);
        return resource;
    }
}
