package io.yunqing.controller.platform;

import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** What all lists take. */
public class ListQuery {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST = 1000;
    private static final Set<String> NAMES = Set.of("limit", "cursor", "label", "name", "fields");

    @QueryParam("limit")
    @Parameter(description = "items on a page, 1 to 1000; 100 when absent")
    public String limit;

    @QueryParam("cursor")
    @Parameter(description = "where to go on: the previous page's next")
    public String cursor;

    @QueryParam("label")
    @Parameter(description = "key=value; may be repeated, all must match")
    public List<String> labels;

    @QueryParam("name")
    @Parameter(description = "a name, or the beginning of one followed by *")
    public String name;

    @QueryParam("fields")
    @Parameter(description = "only these, separated by commas, such as metadata.name,status.phase")
    public String fields;

    @Context UriInfo uri;

    int limit() {
        return (int) Parameters.number("limit", limit, DEFAULT_LIMIT, 1, MOST);
    }

    void requireKnown(Set<String> filters) {
        Set<String> known = new TreeSet<>(NAMES);
        known.addAll(filters);
        Parameters.requireKnown(uri, known);
    }

    /** What names have to begin with; null when that does not matter. */
    String prefix() {
        return name != null && name.endsWith("*") ? name.substring(0, name.length() - 1) : null;
    }

    /** Behind which row the list begins. */
    Position start() {
        Position given = cursor == null ? Position.START : Position.parse(cursor);
        if (prefix() == null) {
            return given;
        }
        Position first = new Position(prefix(), Position.START.id());
        return given.before(first) ? first : given;
    }

    /** The last row of a page; rows are ordered by name, then id. */
    record Position(String name, UUID id) {
        static final Position START = new Position("", new UUID(0, 0));

        /** Names are ASCII: their characters compare like their bytes. */
        boolean before(Position other) {
            return name.compareTo(other.name) < 0;
        }

        String cursor() {
            byte[] bytes = (id + name).getBytes(StandardCharsets.UTF_8);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }

        static Position parse(String cursor) {
            try {
                String text =
                        new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
                if (CleanText.clean(text)) {
                    return new Position(text.substring(36), UUID.fromString(text.substring(0, 36)));
                }
            } catch (IllegalArgumentException | StringIndexOutOfBoundsException _) {
                // refused below, like one that holds no text
            }
            throw Parameters.refused(
                    "cursor", "was not given out by a list", cursor, "start without a cursor");
        }
    }
}
