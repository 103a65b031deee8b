package io.yunqing.cli.noun;

import io.yunqing.api.Kind;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.rest.Url;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the command line knows of a kind of resource.
 *
 * @param about one line for help
 * @param example name and flags of a typical create, for help, or a name alone where people make none; lines end where a shell line
 *     would be continued
 */
public record Noun(
        Kind kind,
        String about,
        List<Column> columns,
        List<Filter> filters,
        List<Field> fields,
        String example) {
    private static final int LONGEST_NAME = 63;

    /** The word on the command line. */
    public String word() {
        return kind.singular();
    }

    /** The word with its article, for help. */
    public String aWord() {
        return ("aeiou".indexOf(word().charAt(0)) >= 0 ? "an " : "a ") + word();
    }

    /** Whether it takes time until one is as asked, so that there is something to wait for. */
    public boolean awaited() {
        return kind == Kind.INSTANCE
                || kind == Kind.VOLUME
                || kind == Kind.BACKUP
                || kind == Kind.ORPHAN;
    }

    /** The phase that one will be in when it is as asked. */
    public String wantedPhase(Map<String, Object> resource) {
        if (kind == Kind.VOLUME) {
            return Tree.textAt(resource, "spec.instance").isEmpty() ? "AVAILABLE" : "ATTACHED";
        }
        if (kind == Kind.BACKUP) {
            return "AVAILABLE";
        }
        if (kind == Kind.ORPHAN) {
            return Tree.textAt(resource, "spec.quarantined").equals("true")
                    ? "QUARANTINED"
                    : "FOUND";
        }
        return switch (Tree.textAt(resource, "spec.power")) {
            case "", "RUNNING" -> "RUNNING";
            case "PAUSED" -> "PAUSED";
            default -> "STOPPED";
        };
    }

    /** Where its list is. */
    public Url list(String tenant) {
        return kind.inTenant() && !tenant.isEmpty()
                ? Url.of("tenants", tenant, kind.plural())
                : Url.of(kind.plural());
    }

    /** Where one of them is, or something below it. */
    public Url one(String tenant, String name, String... below) {
        if (!kind.inTenant()) {
            return switch (below.length) {
                case 0 -> Url.of(kind.plural(), name);
                default -> Url.of(kind.plural(), name, below[0]);
            };
        }
        return switch (below.length) {
            case 0 -> Url.of("tenants", tenant, kind.plural(), name);
            default -> Url.of("tenants", tenant, kind.plural(), name, below[0]);
        };
    }

    public Optional<Field> field(String name) {
        return fields.stream().filter(f -> f.name().equals(name)).findFirst();
    }

    /** What finds a resource again as an argument: its name, behind its tenant where it has one. */
    public String reference(Map<String, Object> resource) {
        String name = Tree.textAt(resource, "metadata.name");
        String tenant = Tree.textAt(resource, "metadata.tenant");
        return tenant.isEmpty() ? name : tenant + "/" + name;
    }

    /** Refuses what cannot be a name, before it is made part of a path. */
    public static String checkedName(String what, String name) {
        boolean fits = !name.isEmpty() && name.length() <= LONGEST_NAME;
        for (int i = 0; fits && i < name.length(); i++) {
            char c = name.charAt(i);
            boolean inner = c == '-' && i > 0 && i < name.length() - 1;
            fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || inner;
        }
        if (!fits) {
            String shown = name.length() > LONGEST_NAME ? name.substring(0, 40) + "..." : name;
            throw Failure.usage(
                    what + ": '" + shown + "' cannot be a name",
                    "a name has 1 to 63 lower-case letters, digits and hyphens, with a letter or"
                            + " digit at both ends");
        }
        return name;
    }
}
