package io.yunqing.cli.rest;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.platform.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The controller, as one caller sees it.
 *
 * <p>A request whose answer was lost is sent again: a POST under the same idempotency key, the others because they are
 * idempotent. A controller that refuses the connection is not asked again; {@link Exit#UNREACHABLE} says so at once.
 */
public final class Rest {
    private static final int TRIES = 3;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(300);
    private static final int CONNECT_MILLIS = 10_000;
    private static final int ANSWER_MILLIS = 30_000;

    private final String server;
    private final String token;
    private final @Nullable SSLContext trust;
    private final Shell shell;

    /**
     * A caller of one controller.
     *
     * @param server such as {@code https://cloud.example:8443}
     * @param token empty to call without
     * @param ca a PEM file; empty for the JDK's own trust store
     */
    public Rest(String server, String token, String ca, Shell shell) {
        this.server = checked(server);
        this.token = token;
        this.trust = ca.isEmpty() ? null : Trust.in(Path.of(ca));
        this.shell = shell;
    }

    /** A mutation's headers: why, and which revision was seen. Empty values are left out. */
    public static Map<String, String> headers(String reason, String etag) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (!reason.isEmpty()) {
            headers.put("Yunqing-Reason", reason);
        }
        if (!etag.isEmpty()) {
            headers.put("If-Match", etag);
        }
        return headers;
    }

    public Answer get(Url url) {
        return send("GET", url, Map.of(), null);
    }

    /** What is there, or nothing when the controller answers 404. */
    public Optional<Answer> find(Url url) {
        try {
            return Optional.of(get(url));
        } catch (Refused e) {
            if (e.status() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public Answer post(Url url, Map<String, String> headers, Map<String, Object> body) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("Idempotency-Key", UUID.randomUUID().toString());
        return send("POST", url, all, body);
    }

    public Answer put(Url url, Map<String, String> headers, Map<String, Object> body) {
        return send("PUT", url, headers, body);
    }

    public Answer delete(Url url, Map<String, String> headers) {
        return send("DELETE", url, headers, null);
    }

    public EventStream events(Url url) {
        return new EventStream(server + url, token, trust, shell);
    }

    public Upload upload(Url url) {
        return new Upload(server + url, token, trust);
    }

    /** Joins a serial console; what refuses it is thrown before anything is shown. */
    public ConsoleSocket console(
            Url url, Map<String, String> headers, ConsoleSocket.Screen screen) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        if (!token.isEmpty()) {
            all.put("Authorization", "Bearer " + token);
        }
        return ConsoleSocket.open(server + url, all, trust, screen);
    }

    private Answer send(
            String method,
            Url url,
            Map<String, String> headers,
            @Nullable Map<String, Object> body) {
        byte[] bytes = body == null ? null : Tree.write(body);
        for (int attempt = 1; ; attempt++) {
            try {
                return once(method, url, headers, bytes);
            } catch (ConnectException | UnknownHostException | NoRouteToHostException e) {
                throw unreachable(e);
            } catch (SSLException e) {
                throw new Failure(
                        Exit.UNREACHABLE,
                        "no trusted connection to " + server + ": " + e.getMessage(),
                        "name the controller's CA certificate with --ca FILE or YQCTL_CA");
            } catch (IOException e) {
                if (attempt == TRIES) {
                    throw unreachable(e);
                }
                shell.rest(BETWEEN_TRIES.multipliedBy(attempt));
            }
        }
    }

    private Answer once(String method, Url url, Map<String, String> headers, byte @Nullable [] body)
            throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(server + url).toURL().openConnection();
        if (trust != null && connection instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(trust.getSocketFactory());
        }
        connection.setRequestMethod(method);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        // A redirect could carry the token to another server.
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("Accept", "application/json, text/plain;q=0.5");
        connection.setRequestProperty("User-Agent", "yqctl");
        if (!token.isEmpty()) {
            connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        headers.forEach(connection::setRequestProperty);
        if (body != null) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
        }
        int status = connection.getResponseCode();
        if (status < 0) {
            throw new IOException("the answer is not HTTP");
        }
        byte[] answer = bodyOf(connection, status);
        if (status >= 300) {
            throw Refused.of(status, answer);
        }
        return new Answer(status, headersOf(connection), answer);
    }

    private static byte[] bodyOf(HttpURLConnection connection, int status) throws IOException {
        try (InputStream in =
                status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }

    private static Map<String, String> headersOf(HttpURLConnection connection) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        // Index 0 is the status line, without a name.
        for (int i = 1; ; i++) {
            String name = connection.getHeaderFieldKey(i);
            String value = connection.getHeaderField(i);
            if (name == null || value == null) {
                return headers;
            }
            headers.put(name, value);
        }
    }

    private Failure unreachable(IOException cause) {
        return new Failure(
                Exit.UNREACHABLE,
                "no answer from " + server + ": " + cause.getMessage(),
                "check that the controller runs and that --server or YQCTL_SERVER is right");
    }

    private static String checked(String server) {
        if (server.isEmpty()) {
            throw Failure.usage(
                    "no controller is named",
                    "sign in with 'yqctl login --server URL', or give --server or YQCTL_SERVER");
        }
        boolean web = server.startsWith("https://") || server.startsWith("http://");
        if (!web || server.indexOf(' ') >= 0) {
            throw Failure.usage(
                    "--server: '" + server + "' is not a controller's URL",
                    "write it with its scheme, such as https://cloud.example:8443");
        }
        return server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
    }
}
