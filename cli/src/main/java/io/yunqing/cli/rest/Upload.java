package io.yunqing.cli.rest;

import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Bytes on their way to the controller by the resumable upload protocol tus 1.0. Whoever loses an answer asks {@link #begin} again. */
public final class Upload implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

    /** With the last piece the controller may have to read all of them. */
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(2);

    private final URI uri;
    private final String token;
    private final HttpClient client;

    Upload(String url, String token, @Nullable SSLContext trust) {
        this.uri = URI.create(url);
        this.token = token;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_WITHIN);
        if (trust != null) {
            builder.sslContext(trust);
        }
        this.client = builder.build();
    }

    /**
     * Begins, or goes on with one of the same length.
     *
     * @return how many bytes the controller has
     * @throws IOException if no answer came
     */
    public long begin(long length) throws IOException {
        return send(
                "POST", BodyPublishers.noBody(), Map.of("Upload-Length", Long.toString(length)));
    }

    /**
     * Sends the bytes that follow those that the controller has.
     *
     * @return how many it has then
     * @throws IOException if no answer came
     */
    public long send(long offset, byte[] piece) throws IOException {
        return send(
                "PATCH",
                BodyPublishers.ofByteArray(piece),
                Map.of(
                        "Upload-Offset",
                        Long.toString(offset),
                        "Content-Type",
                        "application/offset+octet-stream"));
    }

    private long send(String method, BodyPublisher body, Map<String, String> headers)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .timeout(ANSWER_WITHIN)
                        .method(method, body)
                        .header("Tus-Resumable", "1.0.0")
                        .header("Accept", "application/json")
                        .header("User-Agent", "yqctl");
        headers.forEach(request::header);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<byte[]> answer;
        try {
            answer = client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Exit.UNEXPECTED, "interrupted");
        }
        if (answer.statusCode() / 100 != 2) {
            throw Refused.of(answer.statusCode(), answer.body());
        }
        return answer.headers()
                .firstValueAsLong("Upload-Offset")
                .orElseThrow(() -> new IOException("the answer has no Upload-Offset"));
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
