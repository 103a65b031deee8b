package io.yunqing.cli.fake;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.yunqing.api.Kind;
import io.yunqing.cli.json.Tree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A controller that keeps the REST contract in memory: names, revisions, idempotency keys, pages, plans, events. What it
 * is told to, it does wrong once: see {@link #next(Fault)}.
 */
public final class FakeController implements AutoCloseable {
    public static final String TOKEN = "secret";
    private static final List<String> KINDS = Stream.of(Kind.values()).map(Kind::plural).toList();

    /** The lists of all tenants' together. */
    private static final List<String> IN_TENANTS =
            Stream.of(Kind.values())
                    .filter(Kind::inTenant)
                    .map(kind -> "/v1/" + kind.plural())
                    .toList();

    /** A mishap, for one request. */
    public enum Fault {
        /** The request is carried out, and the connection cut before the answer. */
        LOSE_ANSWER,
        /** Somebody else changes the resource before this PUT or DELETE is looked at. */
        OVERTAKE,
        /** 503. */
        BUSY,
        /** The event stream ends after one event. */
        CUT_STREAM,
        /** The event stream says that its reader fell behind what is kept, and ends. */
        STREAM_GONE
    }

    private static final Set<String> FORECASTS =
            Set.of("/v1/rebalancings", "/v1/rehearsals", "/v1/simulations");

    private final HttpServer server;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Map<String, Object>> resources = new TreeMap<>();
    private final Map<String, Reply> answered = new LinkedHashMap<>();
    private final Feed feed = new Feed();
    private final FakeUploads uploads = new FakeUploads();
    private final List<String> requests = new ArrayList<>();
    private final Deque<Fault> faults = new ArrayDeque<>();
    private final Deque<String> phases = new ArrayDeque<>();
    private Map<String, Object> overtakingSpec = Map.of();
    private String console = "";
    private Map<String, Object> statistics = Map.of();
    private Map<String, Object> forecast = Map.of();
    private Map<String, Object> problem = Map.of();
    private long revision;

    public FakeController() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(workers);
        server.createContext("/", this::exchange);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What was asked, oldest first: method and path with query. */
    public synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    public synchronized void next(Fault fault) {
        faults.add(fault);
    }

    /** What somebody else sets when he overtakes. */
    public synchronized void overtakeWith(Map<String, Object> spec) {
        overtakingSpec = spec;
    }

    /** The phases that the following looks at an instance find, one each; the last stays. */
    public synchronized void phases(String... following) {
        phases.addAll(List.of(following));
    }

    /** What every instance uses. */
    public synchronized void statistics(String json) throws IOException {
        statistics = Tree.read(json.getBytes(StandardCharsets.UTF_8));
    }

    public synchronized void console(String text) {
        console = text;
    }

    /** The answer to every following question for a simulation or a plan of moves. */
    public synchronized void forecast(String json) throws IOException {
        forecast = Tree.read(json.getBytes(StandardCharsets.UTF_8));
    }

    /** The answer to every following mutation; empty for none. */
    public synchronized void refuse(Map<String, Object> problemDocument) {
        problem = problemDocument;
    }

    /** Puts a resource there, as if it had been made before. */
    public synchronized void have(String path, String json) throws IOException {
        store("/v1/" + path, Tree.read(json.getBytes(StandardCharsets.UTF_8)), "operator");
    }

    public synchronized Map<String, Object> resource(String path) {
        return resources.getOrDefault("/v1/" + path, Map.of());
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }

    private void exchange(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestURI().getPath().equals("/v1/events")
                    && "text/event-stream".equals(header(exchange, "Accept"))) {
                stream(exchange);
                return;
            }
            Reply reply;
            boolean lost;
            synchronized (this) {
                requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                Fault fault = exchange.getRequestMethod().equals("GET") ? null : faults.poll();
                lost = fault == Fault.LOSE_ANSWER;
                reply =
                        fault == Fault.BUSY
                                ? Reply.refusal(503, "busy", "UPSTREAM")
                                : reply(exchange, body, fault);
            }
            if (!lost) {
                reply.send(exchange);
            }
        }
    }

    private Reply reply(HttpExchange exchange, byte[] body, Fault fault) throws IOException {
        String path = exchange.getRequestURI().getPath();
        Map<String, String> query = query(exchange);
        if (!("Bearer " + TOKEN).equals(header(exchange, "Authorization"))) {
            return Reply.refusal(401, "auth.required", "CALLER");
        } else if (path.equals("/v1/whoami")) {
            return Reply.json(200, Map.of("name", "ops", "region", "shenzhen", "version", "0.1.0"));
        } else if (path.equals("/v1/events")) {
            return feed.page(query);
        } else if (FORECASTS.contains(path)) {
            requests.add(new String(body, StandardCharsets.UTF_8));
            return problem.isEmpty() ? Reply.json(200, forecast) : Reply.problem(problem);
        } else if (path.endsWith("/instance-sets")) {
            return createSet(exchange, path, query, Tree.read(body));
        } else if (path.endsWith("/snapshots")) {
            requests.add(new String(body, StandardCharsets.UTF_8));
            return Reply.json(201, Map.of("items", List.of()));
        } else if (path.endsWith("/check")) {
            requests.add(new String(body, StandardCharsets.UTF_8));
            return one(path.substring(0, path.lastIndexOf('/')));
        } else if (path.endsWith("/console")) {
            return console(Long.parseLong(query.getOrDefault("offset", "0")));
        } else if (path.endsWith("/upload")) {
            return uploads.reply(
                    exchange, body, resources.get(path.substring(0, path.lastIndexOf('/'))));
        } else if (path.endsWith("/statistics")) {
            return Reply.json(200, statistics);
        } else if (path.endsWith("/join-token")) {
            return Reply.json(
                    201,
                    Map.of("host", "h1", "token", "join-me", "expires", "2026-01-02T00:00:00Z"));
        }
        String last = path.substring(path.lastIndexOf('/') + 1);
        boolean list = KINDS.contains(last);
        return switch (exchange.getRequestMethod()) {
            case "GET" -> list ? page(path, query) : one(path);
            case "POST" -> create(exchange, path, query, body);
            case "PUT" -> put(exchange, path, query, Tree.read(body), fault);
            case "DELETE" -> delete(exchange, path, query, fault);
            default -> Reply.refusal(405, "request.method", "CALLER");
        };
    }

    private Reply one(String path) {
        Map<String, Object> found = resources.get(path);
        if (found == null) {
            return Reply.refusal(404, "not_found", "CALLER");
        }
        if (path.contains("/instances/") && !phases.isEmpty()) {
            String phase = phases.poll();
            if (phase.equals("GONE")) {
                resources.remove(path);
                return Reply.refusal(404, "not_found", "CALLER");
            }
            Map<String, Object> status = new LinkedHashMap<>(Tree.mapAt(found, "status"));
            status.put("phase", phase);
            found.put("status", status);
        }
        return Reply.json(200, found);
    }

    private Reply create(HttpExchange exchange, String path, Map<String, String> query, byte[] body)
            throws IOException {
        if (!problem.isEmpty()) {
            return Reply.problem(problem);
        }
        String key = header(exchange, "Idempotency-Key");
        if (answered.containsKey(key)) {
            return answered.get(key);
        }
        Map<String, Object> resource = Tree.read(body);
        String at = path + "/" + Tree.textAt(resource, "metadata.name");
        if (resources.containsKey(at)) {
            return Reply.refusal(409, "name.taken", "CONFLICT");
        } else if (query.containsKey("mode")) {
            return Reply.json(200, plan("create", Map.of(), resource));
        }
        Reply reply = Reply.json(201, store(at, resource, header(exchange, "Yunqing-Reason")));
        answered.put(key, reply);
        return reply;
    }

    /** All of a set, or none. */
    private Reply createSet(
            HttpExchange exchange,
            String path,
            Map<String, String> query,
            Map<String, Object> set) {
        if (!problem.isEmpty()) {
            return Reply.problem(problem);
        }
        String key = header(exchange, "Idempotency-Key");
        if (answered.containsKey(key)) {
            return answered.get(key);
        }
        Map<String, Map<String, Object>> wanted = new LinkedHashMap<>();
        String base = Tree.textAt(set, "metadata.name");
        String count = Tree.textAt(set, "count");
        List<String> names =
                count.isEmpty()
                        ? List.of(base)
                        : IntStream.rangeClosed(1, Integer.parseInt(count))
                                .mapToObj(number -> base + "-" + number)
                                .toList();
        for (String name : names) {
            wanted.put(
                    path.replace("/instance-sets", "/instances/") + name,
                    named(set, name, Tree.mapAt(set, "spec")));
            for (Map<String, Object> volume : Tree.mapsAt(set, "volumes")) {
                String whole = name + "-" + volume.get("name");
                wanted.put(
                        path.replace("/instance-sets", "/volumes/") + whole,
                        named(
                                set,
                                whole,
                                Map.of("sizeGiB", volume.get("sizeGiB"), "instance", name)));
            }
        }
        if (wanted.keySet().stream().anyMatch(resources::containsKey)) {
            return Reply.refusal(409, "name.taken", "CONFLICT");
        } else if (query.containsKey("mode")) {
            return Reply.json(200, plan("create", Map.of(), set));
        }
        List<Object> made = new ArrayList<>();
        wanted.forEach((at, one) -> {
            Object stored = store(at, one, header(exchange, "Yunqing-Reason"));
            if (at.contains("/instances/")) {
                made.add(stored);
            }
        });
        Reply reply = Reply.json(201, Map.of("items", made));
        answered.put(key, reply);
        return reply;
    }

    private static Map<String, Object> named(
            Map<String, Object> set, String name, Map<String, Object> spec) {
        Map<String, Object> metadata = new LinkedHashMap<>(Tree.mapAt(set, "metadata"));
        metadata.put("name", name);
        return Map.of("metadata", metadata, "spec", spec);
    }

    private Reply put(
            HttpExchange exchange,
            String path,
            Map<String, String> query,
            Map<String, Object> wanted,
            Fault fault) {
        if (!problem.isEmpty()) {
            return Reply.problem(problem);
        }
        overtake(path, fault);
        Map<String, Object> there = resources.get(path);
        if (there != null) {
            Reply stale = precondition(exchange, there);
            if (stale != null) {
                return stale;
            }
        }
        if (query.containsKey("mode")) {
            return Reply.json(
                    200,
                    plan(
                            there == null ? "create" : "update",
                            there == null ? Map.of() : there,
                            wanted));
        }
        return Reply.json(
                there == null ? 201 : 200, store(path, wanted, header(exchange, "Yunqing-Reason")));
    }

    private Reply delete(
            HttpExchange exchange, String path, Map<String, String> query, Fault fault) {
        overtake(path, fault);
        Map<String, Object> there = resources.get(path);
        if (there == null) {
            return Reply.refusal(404, "not_found", "CALLER");
        }
        Reply stale = precondition(exchange, there);
        if (stale != null) {
            return stale;
        } else if (!problem.isEmpty()) {
            return Reply.problem(problem);
        } else if (query.containsKey("mode")) {
            return Reply.json(
                    200, Map.of("action", "delete", "changes", List.of(), "digest", "d1"));
        } else if (path.contains("/instances/")) {
            there.put("status", new LinkedHashMap<>(Map.of("phase", "DELETING")));
            return Reply.json(200, there);
        }
        resources.remove(path);
        return new Reply(204, Map.of(), new byte[0]);
    }

    private void overtake(String path, Fault fault) {
        if (fault == Fault.OVERTAKE && resources.containsKey(path)) {
            Map<String, Object> changed = new LinkedHashMap<>(resources.get(path));
            Map<String, Object> spec = new LinkedHashMap<>(Tree.mapAt(changed, "spec"));
            spec.putAll(overtakingSpec);
            changed.put("spec", spec);
            store(path, changed, "somebody else");
        }
    }

    private Reply precondition(HttpExchange exchange, Map<String, Object> there) {
        String match = header(exchange, "If-Match");
        if (match.isEmpty()) {
            return Reply.refusal(428, "precondition.required", "CALLER");
        }
        return match.equals(Reply.etag(there))
                ? null
                : Reply.refusal(412, "precondition.failed", "CONFLICT");
    }

    private Map<String, Object> store(String path, Map<String, Object> wanted, String reason) {
        Map<String, Object> before = resources.getOrDefault(path, Map.of());
        Map<String, Object> metadata = new LinkedHashMap<>(Tree.mapAt(wanted, "metadata"));
        String[] steps = path.split("/");
        metadata.putIfAbsent("name", steps[steps.length - 1]);
        if (path.startsWith("/v1/tenants/") && steps.length == 6) {
            metadata.put("tenant", steps[3]);
        }
        metadata.putIfAbsent(
                "id",
                before.isEmpty() ? "id-" + (revision + 1) : Tree.textAt(before, "metadata.id"));
        metadata.putIfAbsent("created", "2026-01-01T00:00:00Z");
        metadata.put("revision", ++revision);
        Map<String, Object> resource = new LinkedHashMap<>();
        String plural = steps[steps.length - 2];
        String kind =
                Stream.of(Kind.values())
                        .filter(one -> one.plural().equals(plural))
                        .findFirst()
                        .map(Kind::wireName)
                        .orElseThrow();
        resource.put("kind", kind);
        resource.put("metadata", metadata);
        resource.put("spec", Tree.mapAt(wanted, "spec"));
        Map<String, Object> status =
                new LinkedHashMap<>(Tree.mapAt(before.isEmpty() ? wanted : before, "status"));
        if (plural.equals("instances")) {
            status.putIfAbsent("phase", "SCHEDULED");
        }
        resource.put("status", status);
        resources.put(path, resource);
        feed.add(resource, kind, before.isEmpty() ? "created" : "updated", reason);
        return resource;
    }

    private Reply page(String path, Map<String, String> query) {
        int limit = Integer.parseInt(query.getOrDefault("limit", "100"));
        String after = query.getOrDefault("cursor", "");
        String infix = path + "/";
        if (IN_TENANTS.contains(path)) {
            infix = path.substring("/v1".length()) + "/";
        }
        List<Object> items = new ArrayList<>();
        String next = "";
        for (Map.Entry<String, Map<String, Object>> one : resources.entrySet()) {
            boolean within =
                    one.getKey().contains(infix)
                            && one.getKey()
                                            .indexOf(
                                                    '/',
                                                    one.getKey().indexOf(infix) + infix.length())
                                    < 0;
            String phase = query.getOrDefault("phase", Tree.textAt(one.getValue(), "status.phase"));
            if (!within
                    || one.getKey().compareTo(after) <= 0
                    || !phase.equals(Tree.textAt(one.getValue(), "status.phase"))) {
                continue;
            } else if (items.size() == Math.min(limit, 2)) {
                break; // Two a page, so that a test with three has two pages.
            }
            items.add(one.getValue());
            next = one.getKey();
        }
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("items", items);
        if (items.size() == Math.min(limit, 2)) {
            page.put("next", next);
        }
        return Reply.json(200, page);
    }

    private void stream(HttpExchange exchange) throws IOException {
        Map<String, String> query = query(exchange);
        String resume = header(exchange, "Last-Event-ID");
        String after = resume.isEmpty() ? query.getOrDefault("after", "") : resume;
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        synchronized (this) {
            requests.add("STREAM " + after);
        }
        if (comes(Fault.STREAM_GONE)) {
            exchange.getResponseBody()
                    .write(
                            """
                            event:feed.gone
                            data:{"status":410,"code":"feed.gone","kind":"CONFLICT",
                            data:"detail":"events up to then are no longer kept","remedy":"start from 7-7"}

                            """
                                    .getBytes(StandardCharsets.UTF_8));
        } else {
            feed.stream(after, query, exchange.getResponseBody(), () -> comes(Fault.CUT_STREAM));
        }
    }

    private synchronized boolean comes(Fault fault) {
        return faults.peek() == fault && faults.poll() != null;
    }

    private Reply console(long offset) {
        byte[] all = console.getBytes(StandardCharsets.UTF_8);
        int from = (int) Math.min(offset, all.length);
        int to = Math.min(from + 8, all.length);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "text/plain");
        headers.put("Yunqing-Console-Offset", Long.toString(from));
        headers.put("Yunqing-Console-End", Long.toString(all.length));
        headers.put("Yunqing-Observed-At", "2026-01-01T00:00:00Z");
        return new Reply(200, headers, java.util.Arrays.copyOfRange(all, from, to));
    }

    private static Map<String, Object> plan(
            String action, Map<String, Object> before, Map<String, Object> after) {
        List<Object> changes = new ArrayList<>();
        Tree.mapAt(after, "spec")
                .forEach((field, to) -> {
                    Object from = Tree.mapAt(before, "spec").get(field);
                    if (!Tree.same(from, to)) {
                        Map<String, Object> change = new LinkedHashMap<>();
                        change.put("field", "spec." + field);
                        if (from != null) {
                            change.put("from", from);
                        }
                        change.put("to", to);
                        changes.add(change);
                    }
                });
        return Map.of(
                "action", changes.isEmpty() ? "none" : action, "changes", changes, "digest", "d1");
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new LinkedHashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            int equals = pair.indexOf('=');
            query.put(
                    pair.substring(0, equals),
                    URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return query;
    }
}
