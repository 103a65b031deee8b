package io.yunqing.controller.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.yunqing.api.Page;
import io.yunqing.api.Resource;
import io.yunqing.controller.platform.ListQuery.Position;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Table;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.hibernate.Session;

/** Answers lists: a keyset page costs the same at any depth; as {@code application/x-ndjson} all pages come in one stream. */
@ApplicationScoped
public class Lists {
    /** One JSON document a line. */
    public static final String NDJSON = "application/x-ndjson";

    /** Greater than anything that can follow in a name, as names compare bytewise. */
    private static final String BEYOND_ALL = Character.toString(Character.MAX_CODE_POINT);

    private final Session em;
    private final ObjectMapper json;

    private final Transactions transactions;

    Lists(Session em, ObjectMapper json, Transactions transactions) {
        this.transactions = transactions;
        this.em = em;
        this.json = json;
    }

    public <R extends ResourceRow, W extends Resource<?, ?>> Response answer(
            Listed<R, W> noun, ListQuery query, Where<W> where, HttpHeaders headers) {
        query.requireKnown(where.filters());
        query.limit();
        Where<W> all = withCommonFilters(where, query);
        Position start = query.start();
        String accept = headers.getHeaderString(HttpHeaders.ACCEPT);
        if (accept != null && accept.contains(NDJSON)) {
            return Response.ok(lines(noun, all, start, query), NDJSON).build();
        }
        Page<W> page = transactions.read(() -> page(noun, all, start, query.limit()));
        if (query.fields == null) {
            return Response.ok(page).build();
        }
        List<JsonNode> projected =
                page.items().stream().map(item -> project(item, query.fields)).toList();
        return Response.ok(new Page<>(projected, page.next())).build();
    }

    private <R extends ResourceRow, W extends Resource<?, ?>> StreamingOutput lines(
            Listed<R, W> noun, Where<W> where, Position start, ListQuery query) {
        return out -> {
            Position from = start;
            boolean more = true;
            while (more) {
                Position here = from;
                Page<W> page = transactions.read(() -> page(noun, where, here, 1000));
                for (W item : page.items()) {
                    Object line = query.fields == null ? item : project(item, query.fields);
                    out.write(json.writeValueAsString(line).getBytes(StandardCharsets.UTF_8));
                    out.write('\n');
                }
                more = page.next() != null;
                from = more ? Position.parse(page.next()) : from;
            }
        };
    }

    private <R extends ResourceRow, W extends Resource<?, ?>> Page<W> page(
            Listed<R, W> noun, Where<W> where, Position start, int limit) {
        List<R> rows = rows(noun, where, start, limit + 1);
        if (rows.size() <= limit) {
            return new Page<>(noun.views(rows), null);
        }
        List<R> shown = rows.subList(0, limit);
        Position last = new Position(shown.getLast().name, shown.getLast().id);
        return new Page<>(noun.views(shown), last.cursor());
    }

    private <R extends ResourceRow> List<R> rows(
            Listed<R, ?> noun, Where<?> where, Position after, int limit) {
        String table = noun.rowClass().getAnnotation(Table.class).name();
        String sql =
                """
                SELECT r.* FROM %s r
                WHERE (r.name, r.id) > (:afterName, :afterId)%s
                ORDER BY r.name, r.id
                LIMIT :limit
                """
                        .formatted(table, where.sql());
        var query = em.createNativeQuery(sql, noun.rowClass());
        query.setParameter("afterName", after.name());
        query.setParameter("afterId", after.id());
        query.setParameter("limit", limit);
        where.values().forEach(query::setParameter);
        List<R> rows = query.getResultList();
        return rows;
    }

    private <W> Where<W> withCommonFilters(Where<W> where, ListQuery query) {
        // Bounds instead of a pattern: an index keeps to them also in a plan that was made before
        // the values were known.
        if (query.prefix() != null) {
            where.and("beyondPrefix", query.prefix() + BEYOND_ALL, "r.name < :beyondPrefix");
        } else if (query.name != null) {
            where.and("exactName", query.name, "r.name = :exactName");
        }
        List<String> labels = query.labels == null ? List.of() : query.labels;
        for (int i = 0; i < labels.size(); i++) {
            String[] parts = labels.get(i).split("=", 2);
            if (parts.length != 2) {
                throw Parameters.refused(
                        "label", "is not key=value", labels.get(i), "write it like label=tier=web");
            }
            try {
                String value = json.writeValueAsString(Map.of(parts[0], parts[1]));
                where.and("label" + i, value, "r.labels @> cast(:label" + i + " AS jsonb)");
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
        return where;
    }

    /** Only the named fields; one that does not exist is simply not there. */
    private JsonNode project(Object item, String fields) {
        JsonNode whole = json.valueToTree(item);
        ObjectNode result = json.createObjectNode();
        for (String field : fields.split(",")) {
            if (!field.strip().matches("\\w+(\\.\\w+)*")) {
                throw Parameters.refused(
                        "fields",
                        "is not a list of field names",
                        fields,
                        "write it like metadata.name,status.phase");
            }
            copy(whole, result, field.strip().split("\\."), 0);
        }
        return result;
    }

    private static void copy(JsonNode from, ObjectNode to, String[] path, int depth) {
        JsonNode value = from.get(path[depth]);
        if (value == null || (depth < path.length - 1 && !value.isObject())) {
            return;
        }
        if (depth == path.length - 1) {
            to.set(path[depth], value);
        } else {
            copy(
                    value,
                    to.withObject("/" + path[depth].replace("~", "~0").replace("/", "~1")),
                    path,
                    depth + 1);
        }
    }
}
