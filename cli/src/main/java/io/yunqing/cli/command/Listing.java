package io.yunqing.cli.command;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Filter;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.print.Printer.Listed;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Url;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** {@code list}: all pages, or as many items as were asked for. */
final class Listing {
    private static final int PAGE = 500;

    private Listing() {}

    static Exit list(Call call, Noun noun) {
        String tenant =
                noun.kind().inTenant() && !call.args().has("--all-tenants")
                        ? call.tenantOrNone()
                        : "";
        int limit = limit(call);
        Listed listed =
                pages(
                        call,
                        () -> filtered(call, noun, noun.list(tenant)),
                        "cursor",
                        call.args().text("--cursor").orElse(""),
                        limit);
        call.printer().list(noun, listed);
        if (listed.items().isEmpty() && call.printer().output().forPeople()) {
            String empty =
                    noun.kind().made()
                            ? "list.empty"
                            : noun.kind().isRecord()
                                    ? "list.empty." + noun.kind().singular()
                                    : "list.empty.found";
            call.say(filters(call, noun) ? "list.empty.filtered" : empty, noun.word());
        }
        String next = Tree.textAt(listed.tree(), "next");
        if (!next.isEmpty() && call.printer().output().forPeople()) {
            call.say("list.more", next);
        }
        return Exit.OK;
    }

    /** All that the command's filters let through. */
    static List<Map<String, Object>> all(Call call, Noun noun) {
        return pages(
                        call,
                        () -> filtered(call, noun, noun.list("")),
                        "cursor",
                        "",
                        Integer.MAX_VALUE)
                .items();
    }

    /**
     * Reads pages until there are no more or there are enough.
     *
     * @param first makes the request without its page; called once a page
     * @param parameter what the query calls the cursor
     */
    static Listed pages(
            Call call, Supplier<Url> first, String parameter, String cursor, int limit) {
        List<Map<String, Object>> items = new ArrayList<>();
        String next = cursor;
        while (true) {
            // Never more than is shown: the cursor would skip what was cut off.
            int wanted = Math.min(PAGE, limit - items.size());
            Answer answer =
                    call.rest()
                            .get(
                                    first.get()
                                            .with("limit", Integer.toString(wanted))
                                            .with(parameter, next));
            Map<String, Object> page = answer.tree();
            List<Map<String, Object>> more = Tree.mapsAt(page, "items");
            next = Tree.textAt(page, "next");
            boolean onlyPage = items.isEmpty();
            items.addAll(more);
            if (next.isEmpty() || items.size() >= limit || more.isEmpty()) {
                return onlyPage
                        ? new Listed(items, page, answer.text().strip())
                        : merged(items, next);
            }
        }
    }

    private static Listed merged(List<Map<String, Object>> items, String next) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("items", items);
        if (!next.isEmpty()) {
            tree.put("next", next);
        }
        return new Listed(items, tree, Tree.text(tree));
    }

    private static Url filtered(Call call, Noun noun, Url url) {
        for (Filter filter : noun.filters()) {
            url.with(filter.parameter(), call.args().text(filter.flag()).orElse(""));
        }
        call.args()
                .pairs("--label", false)
                .forEach((key, value) -> url.with("label", key + "=" + value.orElse("")));
        return url.with("name", call.args().text("--name").orElse(""))
                .with("fields", call.args().text("--fields").orElse(""));
    }

    private static boolean filters(Call call, Noun noun) {
        return call.args().has("--label")
                || call.args().has("--name")
                || noun.filters().stream().anyMatch(f -> call.args().has(f.flag()));
    }

    /** What {@code --limit} says; as good as all when it is absent. */
    static int limit(Call call) {
        String text = call.args().text("--limit").orElse("");
        if (text.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit > 0) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Said below, like a number out of range.
        }
        throw Failure.usage(
                "--limit: '" + text + "' is not a number of items",
                "give 1 to " + Integer.MAX_VALUE + ", or leave it out for all");
    }
}
