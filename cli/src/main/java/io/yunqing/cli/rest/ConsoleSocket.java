package io.yunqing.cli.rest;

import io.yunqing.api.ConsoleEnd;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A user's end of a serial console. What comes is shown before more is asked for, so whoever shows it slowly is waited for; the
 * controller pings, and when it falls silent the connection is lost.
 */
public final class ConsoleSocket implements WebSocket.Listener, AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofSeconds(60);

    /** Shows what comes, on a thread of the connection's. */
    public interface Screen {
        void guest(byte[] written);

        /** What is said beside that; see {@link io.yunqing.api.ConsoleNotice}. */
        void notice(String type, String message);
    }

    /**
     * How it ended.
     *
     * @param why null when the connection was lost
     */
    public record End(@Nullable ConsoleEnd why, String words) {}

    private final Screen screen;
    private final HttpClient client;
    private final CompletableFuture<End> ended = new CompletableFuture<>();
    private final StringBuilder notice = new StringBuilder();
    private volatile long heard = System.nanoTime();
    private volatile boolean showing;
    private @Nullable WebSocket socket;

    private ConsoleSocket(Screen screen, HttpClient client) {
        this.screen = screen;
        this.client = client;
    }

    static ConsoleSocket open(
            String url, Map<String, String> headers, @Nullable SSLContext trust, Screen screen) {
        HttpClient.Builder clients = HttpClient.newBuilder().connectTimeout(CONNECT_WITHIN);
        if (trust != null) {
            clients.sslContext(trust);
        }
        ConsoleSocket console = new ConsoleSocket(screen, clients.build());
        WebSocket.Builder opening = console.client.newWebSocketBuilder();
        headers.forEach(opening::header);
        try {
            console.socket =
                    opening.buildAsync(URI.create(url.replaceFirst("^http", "ws")), console)
                            .get(CONNECT_WITHIN.toSeconds(), TimeUnit.SECONDS);
            return console;
        } catch (ExecutionException e) {
            console.close();
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                String body = String.valueOf(refused.getResponse().body());
                throw Refused.of(
                        refused.getResponse().statusCode(), body.getBytes(StandardCharsets.UTF_8));
            }
            throw unreachable(url, String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            console.close();
            throw unreachable(url, "nothing within " + CONNECT_WITHIN.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Exit.UNEXPECTED, "interrupted");
        }
    }

    private static Failure unreachable(String url, String why) {
        return new Failure(
                Exit.UNREACHABLE,
                "no answer from " + url + ": " + why,
                "check that the controller runs and that --server or YQCTL_SERVER is right");
    }

    /** Types; waits until it is on its way. Returns whether the connection still takes anything. */
    public boolean type(byte[] typed) throws InterruptedException {
        try {
            opened().sendBinary(ByteBuffer.wrap(typed), true).get();
            return true;
        } catch (ExecutionException e) {
            return false;
        }
    }

    private WebSocket opened() {
        if (socket == null) {
            throw new IllegalStateException("not open");
        }
        return socket;
    }

    /** How it ended, if it has within so long. */
    public @Nullable End ended(Duration patience) throws InterruptedException {
        if (!showing && System.nanoTime() - heard > SILENCE.toNanos()) {
            ended.complete(
                    new End(
                            null,
                            "nothing was heard of the controller for "
                                    + SILENCE.toSeconds()
                                    + " s"));
        }
        try {
            return ended.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void onOpen(WebSocket opened) {
        more(opened);
    }

    private void more(WebSocket from) {
        heard = System.nanoTime();
        showing = false;
        from.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        showing = true;
        byte[] written = new byte[data.remaining()];
        data.get(written);
        screen.guest(written);
        more(from);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        notice.append(data);
        if (last) {
            try {
                Map<String, Object> said =
                        Tree.read(notice.toString().getBytes(StandardCharsets.UTF_8));
                screen.notice(Tree.textAt(said, "type"), Tree.textAt(said, "message"));
            } catch (IOException e) {
                screen.notice("", notice.toString());
            }
            notice.setLength(0);
        }
        more(from);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
        more(from);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        ended.complete(new End(ConsoleEnd.of(code).orElse(null), reason));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        ended.complete(new End(null, String.valueOf(error.getMessage())));
    }

    /** Leaves, if it has not ended. */
    @Override
    public void close() {
        if (socket != null && !socket.isOutputClosed()) {
            try {
                socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(1, TimeUnit.SECONDS);
                ended.get(1, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                socket.abort();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        client.shutdownNow();
    }
}
