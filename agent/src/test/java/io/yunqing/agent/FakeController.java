package io.yunqing.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.yunqing.agent.link.JoinToken;
import io.yunqing.agent.link.Json;
import io.yunqing.api.Problem;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.EnrolRequest;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.RenewRequest;
import io.yunqing.api.agent.ReportAnswer;
import io.yunqing.api.agent.VolumeDesired;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.PublicKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** The agents' side of a controller, over real TLS, with levels that a test sets. */
public final class FakeController implements AutoCloseable {

    public static final String SECRET = "only-once";
    public static final UUID HOST = UUID.fromString("0198f1a2-0000-7000-8000-000000000001");

    private final TestAuthority authority = new TestAuthority();
    private final HttpsServer server;
    private final Map<UUID, InstanceDesired> desired = new LinkedHashMap<>();
    private final Map<UUID, VolumeDesired> volumes = new LinkedHashMap<>();
    private final Map<UUID, Long> changedAt = new HashMap<>();
    public final Map<UUID, String> consoles = new ConcurrentHashMap<>();
    public volatile @Nullable HostStatistics lastStatistics;
    private final Set<UUID> removed = ConcurrentHashMap.newKeySet();
    private long revision = 1;
    private @Nullable HostObserved last;
    private @Nullable HostObserved lastWithInventory;
    private final Set<PublicKey> keys = new HashSet<>();
    private int enrolments;
    private boolean loseAnswer;

    public FakeController() {
        try {
            var loopback = InetAddress.getLoopbackAddress();
            server = HttpsServer.create(new InetSocketAddress(loopback, 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var tls = authority.serverTls();
        server.setHttpsConfigurator(
                new HttpsConfigurator(tls) {
                    @Override
                    public void configure(HttpsParameters parameters) {
                        var wanted = tls.getDefaultSSLParameters();
                        wanted.setWantClientAuth(true);
                        parameters.setSSLParameters(wanted);
                    }
                });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/agent/v1/enrol", this::enrol);
        server.createContext("/agent/v1/renew", this::renew);
        server.createContext("/agent/v1/desired", this::desired);
        server.createContext("/agent/v1/observed", this::observed);
        server.createContext("/agent/v1/consoles/", this::console);
        server.createContext("/agent/v1/statistics", this::statistics);
        server.start();
    }

    public URI uri() {
        return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    }

    public JoinToken token() {
        return JoinToken.parse(SECRET + "." + authority.fingerprint());
    }

    public synchronized void desire(InstanceDesired instance) {
        desired.put(instance.id(), instance);
        changedAt.put(instance.id(), ++revision);
        notifyAll();
    }

    public synchronized void desire(VolumeDesired volume) {
        volumes.put(volume.id(), volume);
        changedAt.put(volume.id(), ++revision);
        notifyAll();
    }

    public synchronized int enrolments() {
        return enrolments;
    }

    public synchronized int keysSeen() {
        return keys.size();
    }

    /** The next enrolment is heard, but its answer does not arrive. */
    public synchronized void loseNextAnswer() {
        loseAnswer = true;
    }

    /** Waits for a report that satisfies the condition; the deadline is that of the slowest machine. */
    public synchronized HostObserved await(String what, Predicate<HostObserved> condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (last == null || !condition.test(last)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("waited in vain for " + what + "; last report: " + last);
            }
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
        return last;
    }

    public synchronized Optional<HostObserved> lastWithInventory() {
        return Optional.ofNullable(lastWithInventory);
    }

    public static Optional<InstanceObserved> in(HostObserved report, UUID id) {
        return report.instances().stream().filter(i -> i.id().equals(id)).findFirst();
    }

    private void enrol(HttpExchange exchange) throws IOException {
        var request = Json.MAPPER.readValue(exchange.getRequestBody(), EnrolRequest.class);
        boolean lost;
        synchronized (this) {
            enrolments++;
            keys.add(TestAuthority.keyOf(request.csr()));
            lost = loseAnswer;
            loseAnswer = false;
        }
        if (lost) {
            exchange.close();
            return;
        }
        if (!request.token().equals(SECRET)) {
            refuse(exchange, ProblemCode.AGENT_TOKEN_INVALID);
            return;
        }
        answer(exchange, 200, grant(request.csr(), Duration.ofHours(24)));
    }

    private void renew(HttpExchange exchange) throws IOException {
        requireClient(exchange);
        var request = Json.MAPPER.readValue(exchange.getRequestBody(), RenewRequest.class);
        answer(exchange, 200, grant(request.csr(), Duration.ofHours(24)));
    }

    private CertificateGrant grant(String csr, Duration life) {
        return new CertificateGrant(
                HOST,
                "host-1",
                authority.grant(csr, HOST.toString(), life),
                TestAuthority.pem(authority.certificate));
    }

    private void desired(HttpExchange exchange) throws IOException {
        requireClient(exchange);
        long after =
                Long.parseLong(
                        exchange.getRequestURI().getQuery().replaceAll(".*after=(\\d+).*", "$1"));
        HostDesired news;
        synchronized (this) {
            long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (after >= revision && System.nanoTime() < deadline) {
                try {
                    wait(100);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            news =
                    HostDesired.of(
                            revision,
                            after == 0,
                            desired.values().stream()
                                    .filter(i -> changedAt.getOrDefault(i.id(), 0L) > after)
                                    .toList(),
                            volumes.values().stream()
                                    .filter(v -> changedAt.getOrDefault(v.id(), 0L) > after)
                                    .toList(),
                            null,
                            null);
        }
        answer(exchange, 200, news);
    }

    private void observed(HttpExchange exchange) throws IOException {
        requireClient(exchange);
        var report = Json.MAPPER.readValue(exchange.getRequestBody(), HostObserved.class);
        synchronized (this) {
            last = report;
            report.instances().stream()
                    .filter(i -> i.state() == DomainState.REMOVED)
                    .forEach(i -> removed.add(i.id()));
            if (report.inventory() != null) {
                lastWithInventory = report;
            }
            notifyAll();
            answer(exchange, 200, new ReportAnswer(500, 30_000, revision));
        }
    }

    private void console(HttpExchange exchange) throws IOException {
        requireClient(exchange);
        String path = exchange.getRequestURI().getPath();
        var id = UUID.fromString(path.substring(path.lastIndexOf('/') + 1));
        consoles.put(
                id,
                new String(
                        exchange.getRequestBody().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8));
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private void statistics(HttpExchange exchange) throws IOException {
        requireClient(exchange);
        lastStatistics = Json.MAPPER.readValue(exchange.getRequestBody(), HostStatistics.class);
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private static void requireClient(HttpExchange exchange) throws IOException {
        try {
            ((HttpsExchange) exchange).getSSLSession().getPeerCertificates();
        } catch (SSLPeerUnverifiedException e) {
            refuse(exchange, ProblemCode.AUTH_REQUIRED);
            throw e;
        }
    }

    private static void refuse(HttpExchange exchange, ProblemCode code) throws IOException {
        var problem =
                new Problem(
                        "about:blank",
                        code.title(),
                        code.status(),
                        null,
                        code.code(),
                        code.kind(),
                        false,
                        null,
                        List.of(),
                        null);
        answer(exchange, code.status(), problem);
    }

    private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = Json.MAPPER.writeValueAsBytes(body);
        String type = body instanceof Problem ? Problem.MEDIA_TYPE : "application/json";
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** All that was ever reported as removed: an agent says it until it is heard, not for ever. */
    public Set<UUID> removed() {
        return removed;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
