package io.yunqing.examples.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The controller's REST interface, as a program of a department would use it: one connection, kept alive. */
public final class Rest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final URI server;
    private final String token;

    public Rest(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    /** What came back; the body is missing when it is not JSON. */
    public record Answer(int status, String etag, JsonNode body) {
        /** No answer came at all: as good as one that what answers is away. */
        public static final Answer NONE = new Answer(503, "", MissingNode.getInstance());

        /** The problem's stable code; empty when it is no problem. */
        public String code() {
            return body.path("code").asText();
        }
    }

    public Answer get(String path) throws IOException {
        return send("GET", path, Map.of(), "");
    }

    /**
     * Sends a request.
     *
     * @param body empty for none
     * @throws IOException when no answer came
     */
    public Answer send(String method, String path, Map<String, String> headers, String body)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(PATIENCE)
                        .header("Authorization", "Bearer " + token)
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        HttpResponse<String> response = exchange(request.build());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("ETag").orElse(""),
                tree(response));
    }

    /** How many a list holds, all pages of it. */
    public int lines(String path) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(PATIENCE)
                        .header("Authorization", "Bearer " + token)
                        .header("Accept", "application/x-ndjson")
                        .build();
        HttpResponse<Stream<String>> response = exchange(request, BodyHandlers.ofLines());
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException(
                        "%s: %d %s"
                                .formatted(
                                        path,
                                        response.statusCode(),
                                        lines.collect(Collectors.joining("\n"))));
            }
            return Math.toIntExact(lines.count());
        }
    }

    /** Follows the feed and tells of each event as it comes, until the thread is interrupted or the stream ends. */
    public void watch(String path, Runnable event) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(server.resolve(path))
                        .header("Authorization", "Bearer " + token)
                        .header("Accept", "text/event-stream")
                        .build();
        try (Stream<String> lines = exchange(request, BodyHandlers.ofLines()).body()) {
            lines.filter(line -> line.startsWith("data:")).forEach(_ -> event.run());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** A page that is not JSON. */
    public String text(String path) throws IOException {
        return exchange(HttpRequest.newBuilder(server.resolve(path)).timeout(PATIENCE).build())
                .body();
    }

    private HttpResponse<String> exchange(HttpRequest request) throws IOException {
        return exchange(request, BodyHandlers.ofString());
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, BodyHandler<T> reader)
            throws IOException {
        try {
            return client.send(request, reader);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static JsonNode tree(HttpResponse<String> response) throws IOException {
        boolean json = response.headers().firstValue("Content-Type").orElse("").contains("json");
        return json && !response.body().isEmpty()
                ? JSON.readTree(response.body())
                : MissingNode.getInstance();
    }
}
