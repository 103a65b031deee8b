package io.yunqing.controller.platform;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.api.ProblemCode;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.net.URI;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Refuses text that PostgreSQL cannot keep as it is: the character U+0000 and halves of surrogate pairs. */
final class CleanText {
    private CleanText() {}

    /** Refuses a body that holds such text anywhere, naming the field. */
    static void check(String path, JsonNode node) {
        if (node.isTextual() && !clean(node.textValue())) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    path,
                    "holds a character that is no text (U+0000 or half a surrogate pair)",
                    null,
                    node.textValue(),
                    "leave the character out");
        }
        if (node.isObject()) {
            node.properties()
                    .forEach(e ->
                            check(
                                    path.isEmpty() ? e.getKey() : path + "." + e.getKey(),
                                    e.getValue()));
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            check(path + "[" + i + "]", node.get(i));
        }
    }

    static boolean clean(String text) {
        return text.codePoints()
                .noneMatch(c ->
                        c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
    }

    /** Paths and queries, where the character comes as an escape. */
    static class Filter {
        @ServerRequestFilter
        void check(ContainerRequestContext request) {
            URI uri = request.getUriInfo().getRequestUri();
            String query = uri.getRawQuery();
            if (uri.getRawPath().contains("%00") || (query != null && query.contains("%00"))) {
                throw ProblemException.of(
                        ProblemCode.REQUEST_MALFORMED,
                        "the path or query holds the character U+0000",
                        "leave the character out");
            }
        }
    }
}
