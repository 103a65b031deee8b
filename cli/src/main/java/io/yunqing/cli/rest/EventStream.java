package io.yunqing.cli.rest;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.platform.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The controller's change feed as server-sent events. A lost connection is taken up behind the last event seen, so that
 * none is missed and none is shown twice.
 */
public final class EventStream {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** The name of what a stream ends with whose reader fell behind what the controller keeps. */
    private static final String GONE = "feed.gone";

    private static final int HTTP_GONE = 410;

    private final String url;
    private final String token;
    private final @Nullable SSLContext trust;
    private final Shell shell;
    private String lastId = "";
    private Duration pause = FIRST_PAUSE;

    EventStream(String url, String token, @Nullable SSLContext trust, Shell shell) {
        this.url = url;
        this.token = token;
        this.trust = trust;
        this.shell = shell;
    }

    /**
     * Follows the feed until the reader has had enough or the time is over.
     *
     * @param limit null to follow without an end
     * @param reader gets one event; answers whether it wants more
     * @return whether the reader had enough; false when the time ended first
     */
    public boolean follow(@Nullable Duration limit, Predicate<Map<String, Object>> reader) {
        FutureTask<Boolean> following = new FutureTask<>(() -> reconnecting(reader));
        Thread.ofPlatform().daemon().name("watch").start(following);
        try {
            return limit == null
                    ? following.get()
                    : following.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            following.cancel(true);
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Failure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException | CancellationException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Exit.UNEXPECTED, "interrupted");
        }
    }

    private boolean reconnecting(Predicate<Map<String, Object>> reader)
            throws InterruptedException {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
        if (trust != null) {
            builder.sslContext(trust);
        }
        try (HttpClient client = builder.build()) {
            boolean connectedOnce = false;
            while (true) {
                try {
                    HttpResponse<InputStream> answer =
                            client.send(request(), BodyHandlers.ofInputStream());
                    connectedOnce = true;
                    if (read(answer, reader)) {
                        return true;
                    }
                } catch (IOException e) {
                    // Lost, not refused: a controller that restarts comes back. One never reached
                    // may not exist.
                    if (!connectedOnce) {
                        throw new Failure(
                                Exit.UNREACHABLE,
                                "no answer from " + url + ": " + e,
                                "check --server");
                    }
                }
                shell.pause().of(pause);
                Duration doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
            }
        }
    }

    private HttpRequest request() {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url)).header("Accept", "text/event-stream");
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!lastId.isEmpty()) {
            request.header("Last-Event-ID", lastId);
        }
        return request.build();
    }

    /** Reads to the end of the stream or until the reader has had enough. */
    private boolean read(HttpResponse<InputStream> answer, Predicate<Map<String, Object>> reader)
            throws IOException {
        try (InputStream body = answer.body()) {
            if (answer.statusCode() == 503) {
                return false;
            } else if (answer.statusCode() != 200) {
                throw Refused.of(answer.statusCode(), body.readAllBytes());
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
            String id = "";
            String name = "";
            StringBuilder data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id:")) {
                    id = line.substring(3).strip();
                } else if (line.startsWith("event:")) {
                    name = line.substring(6).strip();
                } else if (line.startsWith("data:")) {
                    data.append(line, 5, line.length()).append('\n');
                } else if (line.isEmpty() && !data.isEmpty()) {
                    // Only an event that ended is an event: a cut one comes again.
                    byte[] whole = data.toString().getBytes(StandardCharsets.UTF_8);
                    if (name.equals(GONE)) {
                        throw Refused.of(HTTP_GONE, whole);
                    }
                    boolean more = reader.test(Tree.read(whole));
                    name = "";
                    lastId = id.isEmpty() ? lastId : id;
                    pause = FIRST_PAUSE;
                    data.setLength(0);
                    if (!more) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
