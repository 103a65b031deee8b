package io.yunqing.cli.fake;

import io.yunqing.cli.json.Tree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The fake controller's events, oldest first, and their stream. */
final class Feed {
    private final List<Map<String, Object>> events = new ArrayList<>();

    synchronized void add(Map<String, Object> resource, String kind, String type, String reason) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("cursor", "c" + (events.size() + 1));
        event.put("at", "2026-01-01T00:00:0" + Math.min(9, events.size()) + "Z");
        event.put("kind", kind);
        String tenant = Tree.textAt(resource, "metadata.tenant");
        if (!tenant.isEmpty()) {
            event.put("tenant", tenant);
        }
        event.put("name", Tree.textAt(resource, "metadata.name"));
        event.put("type", type);
        event.put("actor", "ops");
        event.put("reason", reason);
        event.put("message", kind + " " + type);
        events.add(event);
        notifyAll();
    }

    synchronized Reply page(Map<String, String> query) {
        List<Map<String, Object>> found =
                events.subList(behind(query.getOrDefault("after", "")), events.size()).stream()
                        .filter(event -> wanted(event, query))
                        .toList();
        if ("desc".equals(query.get("order"))) {
            found = found.reversed();
        }
        int limit = Integer.parseInt(query.getOrDefault("limit", "100"));
        return Reply.json(200, Map.of("items", found.subList(0, Math.min(limit, found.size()))));
    }

    /**
     * Sends what comes after a cursor, and keeps sending, until the client goes.
     *
     * @param cut asked after each event, whether to end the stream there
     */
    void stream(String after, Map<String, String> query, OutputStream to, BooleanSupplier cut)
            throws IOException {
        int sent;
        synchronized (this) {
            sent = behind(after);
        }
        do {
            Map<String, Object> event;
            synchronized (this) {
                while (sent == events.size()) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
                event = events.get(sent++);
            }
            if (wanted(event, query)) {
                String text =
                        "id: "
                                + event.get("cursor")
                                + "\nevent: "
                                + event.get("type")
                                + "\ndata: "
                                + Tree.text(event)
                                + "\n\n";
                to.write(text.getBytes(StandardCharsets.UTF_8));
                to.flush();
            }
        } while (!cut.getAsBoolean());
    }

    private int behind(String cursor) {
        return events.stream().map(event -> event.get("cursor")).toList().indexOf(cursor) + 1;
    }

    private static boolean wanted(Map<String, Object> event, Map<String, String> query) {
        return List.of("kind", "tenant", "name").stream()
                .allMatch(f -> !query.containsKey(f) || query.get(f).equals(event.get(f)));
    }
}
