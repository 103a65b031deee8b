package io.yunqing.cli.fake;

import com.sun.net.httpserver.HttpExchange;
import io.yunqing.cli.json.Tree;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer of the fake controller. */
final class Reply {
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    Reply(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    static Reply json(int status, Map<String, Object> body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        if (body.containsKey("metadata")) {
            headers.put("ETag", etag(body));
        }
        return new Reply(status, headers, Tree.write(body));
    }

    static Reply problem(Map<String, Object> problem) {
        return new Reply(
                Integer.parseInt(Tree.textAt(problem, "status")),
                Map.of("Content-Type", "application/problem+json"),
                Tree.write(problem));
    }

    static Reply refusal(int status, String code, String kind) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("title", code);
        problem.put("status", status);
        problem.put("detail", "refused: " + code);
        problem.put("code", code);
        problem.put("kind", kind);
        return problem(problem);
    }

    static String etag(Map<String, Object> resource) {
        return '"' + Tree.textAt(resource, "metadata.revision") + '"';
    }

    void send(HttpExchange exchange) throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
