package io.yunqing.examples.fleet;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** One TLS connection, for one HTTP/1.1 exchange at a time. */
final class Connection implements AutoCloseable {
    private static final int LONGEST_LINE = 16 * 1024;
    private static final int BUFFER = 1024;

    /** The connection had ended before the request came to it. */
    static final class Stale extends IOException {
        private static final long serialVersionUID = 1;

        Stale(IOException cause) {
            super(cause);
        }
    }

    /** What came back, whole. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Answer(int status, HttpHeaders headers, byte[] body, boolean keepAlive) {}

    private final Socket plain;
    private final SSLSocket socket;
    private final InputStream in;
    private boolean used;

    private Connection(Socket plain, SSLSocket socket) throws IOException {
        this.plain = plain;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
    }

    static Connection open(URI server, SSLContext tls, Duration patience) throws IOException {
        var plain = new Socket();
        try {
            int millis = Math.toIntExact(patience.toMillis());
            plain.setTcpNoDelay(true);
            plain.connect(new InetSocketAddress(server.getHost(), server.getPort()), millis);
            plain.setSoTimeout(millis);
            // Its peer's name is what the session is found by that is taken up again.
            var socket =
                    (SSLSocket)
                            tls.getSocketFactory()
                                    .createSocket(plain, server.getHost(), server.getPort(), true);
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new Connection(plain, socket);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    Answer exchange(HttpRequest request, Duration patience) throws IOException {
        boolean mayBeStale = used;
        used = true;
        String status;
        try {
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            socket.getOutputStream().write(bytes(request));
            status = line();
        } catch (IOException e) {
            boolean timeout = e instanceof java.net.SocketTimeoutException;
            throw mayBeStale && !timeout ? new Stale(e) : e;
        }
        Map<String, List<String>> headers = headers();
        return new Answer(
                Integer.parseInt(status.split(" ")[1]),
                HttpHeaders.of(headers, (name, value) -> true),
                body(headers),
                !"close".equalsIgnoreCase(first(headers, "connection")));
    }

    private static byte[] bytes(HttpRequest request) throws IOException {
        byte[] body = request.bodyPublisher().map(Connection::collect).orElse(new byte[0]);
        URI uri = request.uri();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        var head =
                new StringBuilder()
                        .append(request.method())
                        .append(' ')
                        .append(uri.getRawPath())
                        .append(query)
                        .append(" HTTP/1.1\r\nHost: ")
                        .append(uri.getRawAuthority())
                        .append("\r\nContent-Length: ")
                        .append(body.length)
                        .append("\r\n");
        request.headers()
                .map()
                .forEach((name, values) ->
                        values.forEach(value ->
                                head.append(name).append(": ").append(value).append("\r\n")));
        head.append("\r\n");
        var all = new ByteArrayOutputStream(head.length() + body.length);
        all.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        all.write(body);
        return all.toByteArray();
    }

    private static byte[] collect(HttpRequest.BodyPublisher publisher) {
        var whole = BodySubscribers.ofByteArray();
        publisher.subscribe(
                new Flow.Subscriber<>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                        whole.onSubscribe(subscription);
                    }

                    @Override
                    public void onNext(ByteBuffer part) {
                        whole.onNext(List.of(part));
                    }

                    @Override
                    public void onError(Throwable failure) {
                        whole.onError(failure);
                    }

                    @Override
                    public void onComplete() {
                        whole.onComplete();
                    }
                });
        return whole.getBody().toCompletableFuture().join();
    }

    /** Gives a whole body to whoever takes bodies in parts. */
    static void feed(BodySubscriber<?> taker, byte[] body) {
        taker.onSubscribe(
                new Flow.Subscription() {
                    @Override
                    public void request(long parts) {}

                    @Override
                    public void cancel() {}
                });
        taker.onNext(List.of(ByteBuffer.wrap(body)));
        taker.onComplete();
    }

    private Map<String, List<String>> headers() throws IOException {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("not a header: " + line);
            }
            headers.computeIfAbsent(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return headers;
    }

    private byte[] body(Map<String, List<String>> headers) throws IOException {
        if ("chunked".equalsIgnoreCase(first(headers, "transfer-encoding"))) {
            return chunks();
        }
        String length = first(headers, "content-length");
        return length.isEmpty() ? new byte[0] : exactly(Integer.parseInt(length));
    }

    private byte[] chunks() throws IOException {
        var all = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line().split(";")[0].strip(), 16);
            all.write(exactly(size));
            line();
            if (size == 0) {
                return all.toByteArray();
            }
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] read = in.readNBytes(length);
        if (read.length < length) {
            throw new EOFException(
                    "the body ended after %d of %d bytes".formatted(read.length, length));
        }
        return read;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended");
            }
            if (line.length() > LONGEST_LINE) {
                throw new IOException("a line without end");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private static String first(Map<String, List<String>> headers, String name) {
        List<String> values = headers.get(name);
        return values == null ? "" : values.getFirst();
    }

    /** Without a farewell, which would wait for whoever is reading. */
    @Override
    public void close() {
        try {
            plain.close();
        } catch (IOException e) {
            // It ends in any case.
        }
    }
}
