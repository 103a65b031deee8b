package io.yunqing.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.NullUnmarked;

/** An operator's REST client for tests: says what it wants and gives back what came, whatever it is. */
@NullUnmarked // an answer may have no body
public final class Rest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;
    private final String token;

    private Rest(String base, String token) {
        this.base = base;
        this.token = token;
    }

    /** To the controller under test. */
    public static Rest operator() {
        var config = ConfigProvider.getConfig();
        return new Rest(
                config.getValue("test.url", String.class),
                config.getValue("yunqing.operator-token", String.class));
    }

    /** The same, as the other person. */
    public static Rest secondOperator() {
        var config = ConfigProvider.getConfig();
        return new Rest(
                config.getValue("test.url", String.class),
                config.getValue("yunqing.second-token", String.class));
    }

    /** What came back; a body that is not JSON is a missing node. */
    public record Answer(int status, Map<String, String> headers, String text, JsonNode body) {
        /** The value at a path like {@code errors.0.field}. */
        public JsonNode at(String path) {
            JsonNode node = body;
            for (String part : path.split("\\.")) {
                node = part.matches("\\d+") ? node.path(Integer.parseInt(part)) : node.path(part);
            }
            return node;
        }

        public String etag() {
            return headers.get("etag");
        }
    }

    public Answer get(String path) {
        return send("GET", path, null, Map.of());
    }

    public Answer post(String path, String body) {
        return send("POST", path, body, Map.of());
    }

    public Answer put(String path, String body, String etag) {
        return send("PUT", path, body, Map.of("If-Match", etag));
    }

    public Answer delete(String path) {
        String etag = get(path).etag();
        return send("DELETE", path, null, etag == null ? Map.of() : Map.of("If-Match", etag));
    }

    /** Headers given replace the usual ones; an empty value leaves the header out. */
    public Answer send(String method, String path, String body, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .timeout(Duration.ofSeconds(60))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.put("Authorization", "Bearer " + token);
        if (body != null) {
            all.put("Content-Type", "application/json");
        }
        all.putAll(headers);
        all.forEach((name, value) -> {
            if (!value.isEmpty()) {
                request.header(name, value);
            }
        });
        try {
            HttpResponse<String> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What came back another way. */
    public static Answer answer(int status, HttpHeaders headers, String body) throws IOException {
        Map<String, String> received = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.map().forEach((name, values) -> received.put(name, values.getFirst()));
        return new Answer(status, received, body, json(received, body));
    }

    private static JsonNode json(Map<String, String> headers, String body) throws IOException {
        String type = headers.getOrDefault("content-type", "");
        return type.contains("json") && !type.contains("ndjson")
                ? JSON.readTree(body)
                : MissingNode.getInstance();
    }
}
