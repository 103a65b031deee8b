package io.yunqing.examples.fleet;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 over TLS with blocking sockets on virtual threads, connections kept alive.
 *
 * <p>The JDK's client has a selector thread and a pool of its own in each instance, and an agent needs an instance of its own
 * as its certificate is its client's; ten thousand of them do not fit into a process. This one costs what its sockets cost.
 */
final class SocketHttpClient extends HttpClient {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final SSLContext tls;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final Set<Connection> all = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    SocketHttpClient(SSLContext tls) {
        this.tls = tls;
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler) {
        var exchange = new Exchange<T>();
        Thread.startVirtualThread(() -> {
            try {
                exchange.complete(exchange(request, handler, exchange));
            } catch (IOException | RuntimeException e) {
                exchange.completeExceptionally(e);
            }
        });
        return exchange;
    }

    /** An answer to come; to give it up is to give up its connection. */
    private static final class Exchange<T> extends CompletableFuture<HttpResponse<T>> {
        private volatile @Nullable Connection connection;

        void over(Connection used) throws IOException {
            connection = used;
            if (isCancelled()) {
                used.close();
                throw new IOException("given up");
            }
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            boolean first = super.cancel(mayInterrupt);
            Connection used = connection;
            if (first && used != null) {
                used.close();
            }
            return first;
        }
    }

    private <T> HttpResponse<T> exchange(
            HttpRequest request, BodyHandler<T> handler, Exchange<T> exchange) throws IOException {
        Duration patience = request.timeout().orElse(LONGEST);
        Connection kept = idle.pollFirst();
        if (kept != null) {
            exchange.over(kept);
            try {
                return over(kept, request, handler, patience);
            } catch (Connection.Stale e) {
                // The server has closed it since; it has not seen the request.
                all.remove(kept);
            }
        }
        Connection fresh = Connection.open(request.uri(), tls, patience);
        all.add(fresh);
        exchange.over(fresh);
        return over(fresh, request, handler, patience);
    }

    private <T> HttpResponse<T> over(
            Connection connection, HttpRequest request, BodyHandler<T> handler, Duration patience)
            throws IOException {
        try {
            Connection.Answer answer = connection.exchange(request, patience);
            if (answer.keepAlive() && !ended) {
                idle.addFirst(connection);
            } else {
                discard(connection);
            }
            return new Response<>(request, answer, body(answer, handler));
        } catch (IOException e) {
            discard(connection);
            throw e;
        }
    }

    private void discard(Connection connection) {
        connection.close();
        all.remove(connection);
    }

    private static <T> T body(Connection.Answer answer, BodyHandler<T> handler) throws IOException {
        var taker = handler.apply(new Info(answer.status(), answer.headers()));
        Connection.feed(taker, answer.body());
        try {
            return taker.getBody().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        var exchange = sendAsync(request, handler);
        try {
            return exchange.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } finally {
            exchange.cancel(true);
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
        return sendAsync(request, handler);
    }

    /** Calls under way may end. */
    @Override
    public void shutdown() {
        ended = true;
        for (Connection kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            discard(kept);
        }
    }

    @Override
    public void shutdownNow() {
        shutdown();
        all.forEach(Connection::close);
    }

    @Override
    public void close() {
        shutdownNow();
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return Optional.empty();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return Optional.empty();
    }

    @Override
    public Redirect followRedirects() {
        return Redirect.NEVER;
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return Optional.empty();
    }

    @Override
    public SSLContext sslContext() {
        return tls;
    }

    @Override
    public SSLParameters sslParameters() {
        return tls.getDefaultSSLParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return Optional.empty();
    }

    @Override
    public Version version() {
        return Version.HTTP_1_1;
    }

    @Override
    public Optional<Executor> executor() {
        return Optional.empty();
    }

    private record Info(int statusCode, HttpHeaders headers) implements HttpResponse.ResponseInfo {
        @Override
        public Version version() {
            return Version.HTTP_1_1;
        }
    }

    private record Response<T>(HttpRequest request, Connection.Answer answer, T body)
            implements HttpResponse<T> {
        @Override
        public int statusCode() {
            return answer.status();
        }

        @Override
        public Optional<HttpResponse<T>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public HttpHeaders headers() {
            return answer.headers();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request.uri();
        }

        @Override
        public Version version() {
            return Version.HTTP_1_1;
        }
    }
}
