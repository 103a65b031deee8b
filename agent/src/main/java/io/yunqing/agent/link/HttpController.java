package io.yunqing.agent.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.Problem;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.ConsoleDesired;
import io.yunqing.api.agent.EnrolRequest;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostImages;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.RenewRequest;
import io.yunqing.api.agent.ReportAnswer;
import java.io.EOFException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The protocol over HTTPS. Whatever comes back that the protocol does not say becomes a {@link LinkFault}. */
public final class HttpController implements Controller, AutoCloseable {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);
    private static final long MAX_ANSWER_BYTES = 64L * 1024 * 1024;

    private final Endpoint endpoint;
    private final Duration answerWithin;
    private volatile HttpClient client;
    private volatile SSLContext tls;

    HttpController(Endpoint endpoint, SSLContext tls) {
        this(endpoint, tls, ANSWER_WITHIN);
    }

    /**
     * @param answerWithin how long an answer may take, besides the waiting that was asked for
     */
    HttpController(Endpoint endpoint, SSLContext tls, Duration answerWithin) {
        this.endpoint = endpoint;
        this.answerWithin = answerWithin;
        this.client = endpoint.clients().apply(tls);
        this.tls = tls;
    }

    public static HttpController of(Endpoint endpoint, Identity identity)
            throws GeneralSecurityException {
        return new HttpController(endpoint, Tls.mutual(identity));
    }

    /** Calls made from now on use this identity; those under way end with the old one. */
    void use(SSLContext tls) {
        var old = client;
        client = endpoint.clients().apply(tls);
        this.tls = tls;
        old.shutdown();
    }

    /** Breaks off the calls under way. */
    @Override
    public void close() {
        client.shutdownNow();
    }

    /** A connection of its own to a file of the controller's: what is long may stop for a while, which the client does not notice. */
    public HttpURLConnection open(String path) throws IOException {
        var connection =
                (HttpsURLConnection) endpoint.controller().resolve(path).toURL().openConnection();
        connection.setSSLSocketFactory(tls.getSocketFactory());
        connection.setInstanceFollowRedirects(false);
        return connection;
    }

    @Override
    public HostDesired desired(long revision, Duration wait)
            throws LinkFault, InterruptedException {
        var request =
                request("desired?after=%d&wait=%d".formatted(revision, wait.toSeconds())).GET();
        var desired = call(request, answerWithin.plus(wait), HostDesired.class);
        Wellformed.check(desired);
        return desired;
    }

    @Override
    public ReportAnswer report(HostObserved observed) throws LinkFault, InterruptedException {
        return call(request("observed").POST(json(observed)), answerWithin, ReportAnswer.class);
    }

    @Override
    public void console(UUID instance, byte[] tail, long end)
            throws LinkFault, InterruptedException {
        var request =
                HttpRequest.newBuilder(uri("consoles/%s?end=%d".formatted(instance, end)))
                        .header("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(tail));
        send(request, answerWithin);
    }

    @Override
    public void statistics(HostStatistics statistics) throws LinkFault, InterruptedException {
        send(request("statistics").PUT(json(statistics)), answerWithin);
    }

    @Override
    public void images(HostImages known) throws LinkFault, InterruptedException {
        send(request("images").PUT(json(known)), answerWithin);
    }

    @Override
    public CompletableFuture<WebSocket> open(ConsoleDesired session, WebSocket.Listener listener) {
        URI controller =
                session.controller() == null
                        ? endpoint.controller()
                        : URI.create(session.controller());
        String scheme = controller.getScheme().equals("https") ? "wss:" : "ws:";
        URI uri = controller.resolve("/agent/v1/consoles/" + session.session());
        return client.newWebSocketBuilder()
                .connectTimeout(answerWithin)
                .buildAsync(URI.create(scheme + uri.getRawSchemeSpecificPart()), listener);
    }

    @Override
    public CertificateGrant renew(String signingRequest) throws LinkFault, InterruptedException {
        var request = request("renew").POST(json(new RenewRequest(signingRequest)));
        return granted(call(request, answerWithin, CertificateGrant.class));
    }

    CertificateGrant enrol(EnrolRequest enrol) throws LinkFault, InterruptedException {
        return granted(
                call(request("enrol").POST(json(enrol)), answerWithin, CertificateGrant.class));
    }

    @SuppressWarnings("ConstantValue") // What was read may lack fields whatever their types say.
    private static CertificateGrant granted(CertificateGrant grant) throws LinkFault {
        if (grant.host() == null || grant.certificate() == null || grant.ca() == null) {
            throw new LinkFault(
                    LinkFault.Kind.GARBAGE,
                    "a certificate grant must have host, certificate and ca");
        }
        return grant;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, " + Problem.MEDIA_TYPE);
    }

    private URI uri(String path) {
        return endpoint.controller().resolve("/agent/v1/" + path);
    }

    private static BodyPublisher json(Object body) {
        try {
            return BodyPublishers.ofByteArray(Json.MAPPER.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + body.getClass().getSimpleName(), e);
        }
    }

    private <T> T call(HttpRequest.Builder request, Duration within, Class<T> type)
            throws LinkFault, InterruptedException {
        var answer = send(request, within);
        String mediaType = mediaType(answer);
        if (answer.statusCode() != 200 || !mediaType.equals("application/json")) {
            throw garbage(answer, "expected 200 and application/json", null);
        }
        try {
            T value = Json.MAPPER.readValue(answer.body(), type);
            if (value == null) {
                throw garbage(answer, "the body is null", null);
            }
            return value;
        } catch (IOException e) {
            throw garbage(
                    answer,
                    "the body is not a " + type.getSimpleName() + ": " + firstLine(e.getMessage()),
                    e);
        }
    }

    /** Sends and takes any 2xx; the deadline covers the whole answer, as a slow body is as bad as none. */
    private HttpResponse<byte[]> send(HttpRequest.Builder builder, Duration within)
            throws LinkFault, InterruptedException {
        var request = builder.timeout(within).build();
        var exchange =
                client.sendAsync(
                        request,
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
        try {
            var answer = exchange.get(within.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() / 100 != 2) {
                throw refusal(answer);
            }
            return answer;
        } catch (TimeoutException e) {
            throw new LinkFault(
                    LinkFault.Kind.TIMEOUT,
                    "%s: no whole answer within %d s".formatted(request.uri(), within.toSeconds()),
                    null,
                    e);
        } catch (ExecutionException e) {
            throw broken(request, e.getCause() == null ? e : e.getCause());
        } finally {
            exchange.cancel(true);
        }
    }

    private static LinkFault broken(HttpRequest request, Throwable cause) {
        var kind =
                switch (cause) {
                    case java.net.http.HttpTimeoutException e -> LinkFault.Kind.TIMEOUT;
                    case SSLException e when !brokeOff(e) -> LinkFault.Kind.UNTRUSTED;
                    default -> LinkFault.Kind.UNREACHABLE;
                };
        String words = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new LinkFault(kind, request.uri() + ": " + words, null, cause);
    }

    /** What the JDK says when the connection ends in a handshake, without a cause. */
    private static final Set<String> BROKE_OFF =
            Set.of("Remote host terminated the handshake", "Remote host closed the channel");

    /** Whether a handshake ended as the connection did, not as one side did not believe the other. */
    private static boolean brokeOff(SSLException fault) {
        for (Throwable at = fault; at != null; at = at.getCause()) {
            if (at instanceof EOFException
                    || at instanceof SocketException
                    || BROKE_OFF.contains(String.valueOf(at.getMessage()))) {
                return true;
            }
        }
        return false;
    }

    private static LinkFault refusal(HttpResponse<byte[]> answer) {
        Duration retryAfter = retryAfter(answer);
        int status = answer.statusCode();
        var problem = problem(answer);
        if (problem == null) {
            var kind = status / 100 == 5 ? LinkFault.Kind.BUSY : LinkFault.Kind.GARBAGE;
            return new LinkFault(kind, answer.uri() + " answered " + status, retryAfter, null);
        }
        var kind = LinkFault.Kind.REFUSED;
        if (status / 100 == 5 || status == 429) {
            kind = LinkFault.Kind.BUSY;
        } else if (ProblemCode.AGENT_DUPLICATE_IDENTITY.code().equals(problem.code())) {
            kind = LinkFault.Kind.DUPLICATE;
        }
        String words =
                "%s answered %d %s: %s%s"
                        .formatted(
                                answer.uri(),
                                status,
                                problem.code(),
                                problem.detail() == null ? problem.title() : problem.detail(),
                                problem.remedy() == null ? "" : " (" + problem.remedy() + ")");
        return new LinkFault(kind, words, retryAfter, null);
    }

    private static @Nullable Problem problem(HttpResponse<byte[]> answer) {
        if (!mediaType(answer).equals(Problem.MEDIA_TYPE)) {
            return null;
        }
        try {
            return Json.MAPPER.readValue(answer.body(), Problem.class);
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable Duration retryAfter(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("[0-9]{1,6}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                .orElse(null);
    }

    private static String mediaType(HttpResponse<?> answer) {
        String header = answer.headers().firstValue("Content-Type").orElse("");
        return header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static LinkFault garbage(
            HttpResponse<?> answer, String why, @Nullable Throwable cause) {
        return new LinkFault(
                LinkFault.Kind.GARBAGE,
                "%s answered %d %s: %s"
                        .formatted(answer.uri(), answer.statusCode(), mediaType(answer), why),
                null,
                cause);
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }
}
