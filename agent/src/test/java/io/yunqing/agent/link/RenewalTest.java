package io.yunqing.agent.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.yunqing.agent.TestAuthority;
import io.yunqing.agent.platform.Threads;
import io.yunqing.api.Problem;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.RenewRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent's certificate and its successor, against a controller with real TLS; the clock is the test's. */
class RenewalTest {

    private static final UUID HOST = UUID.fromString("0198f1a2-0000-7000-8000-000000000001");
    private static final Duration LIFE = Duration.ofDays(1);

    /** So that by the clock of a test the successor is not due at once. */
    private static final Duration SUCCESSORS_LIFE = Duration.ofDays(2);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    @TempDir Path data;
    private final Issuer issuer = new Issuer();
    private Identity first;
    private HttpController controller;
    private Renewal renewal;
    private volatile Instant now = Instant.MIN;

    @BeforeEach
    void enrol() throws Exception {
        var key = Identity.key(data);
        first = Identity.accept(data, key, issuer.grant(Pem.signingRequest(key), LIFE));
        controller = HttpController.of(Endpoint.at(issuer.uri()), first);
        renewal =
                new Renewal(
                        data,
                        first,
                        controller,
                        () -> now,
                        new Rhythm(Threads.PLATFORM, new Random(1)));
        now = first.renewAt();
    }

    @AfterEach
    void stop() {
        renewal.close();
        issuer.stop();
    }

    @Test
    void itIsDueWhenTwoThirdsOfItsLifeAreOverAndNotBefore() throws Exception {
        var rests =
                Map.of(
                        Duration.ofHours(15), Duration.ofMinutes(10),
                        Duration.ofMinutes(10), Duration.ofMinutes(10),
                        Duration.ofMinutes(3), Duration.ofMinutes(3),
                        Duration.ofMillis(1), Duration.ofMillis(1));
        for (var rest : rests.entrySet()) {
            now = first.renewAt().minus(rest.getKey());
            assertEquals(rest.getValue(), renewal.round(), () -> rest.getKey() + " before");
        }
        assertEquals(0, issuer.asked.get());
        var life =
                Duration.between(first.certificate().getNotBefore().toInstant(), first.expires());
        assertEquals(life.dividedBy(3), Duration.between(first.renewAt(), first.expires()));

        now = first.renewAt();
        assertEquals(Duration.ZERO, renewal.round());
        assertEquals(1, issuer.asked.get());
        assertNotEquals(first.certificate(), kept());
        assertEquals(Duration.ofMinutes(10), renewal.round(), "the successor is not due yet");
        assertEquals(1, issuer.asked.get());
    }

    @Test
    void theNextConnectionShowsTheSuccessorAndSoDoesARestartedAgent() throws Exception {
        controller.desired(0, Duration.ZERO);
        assertEquals(first.certificate(), issuer.shown);
        renewal.round();
        assertEquals(first.certificate(), issuer.shown, "it is asked for with the old one");

        controller.desired(0, Duration.ZERO);
        assertEquals(issuer.granted, issuer.shown);
        assertNotEquals(first.certificate(), issuer.shown);
        assertEquals(issuer.granted, kept());
        assertEquals(first.key().getPublic(), kept().getPublicKey());
        var reloaded = Identity.load(data);
        assertNotNull(reloaded);
        HttpController.of(Endpoint.at(issuer.uri()), reloaded).desired(0, Duration.ZERO);
        assertEquals(issuer.granted, issuer.shown);
    }

    @Test
    void whateverTheControllerAnswersTheOldOneStaysAndIsTriedAgain() throws Exception {
        for (Answer answer : List.of(Answer.BUSY, Answer.REFUSAL, Answer.GARBAGE, Answer.FOREIGN)) {
            issuer.answer = answer;
            assertTriedAgain(answer.name());
            controller.desired(0, Duration.ZERO);
            assertEquals(first.certificate(), issuer.shown, answer.name());
        }
        issuer.answer = Answer.GRANT;
        assertEquals(Duration.ZERO, renewal.round());
        assertEquals(issuer.granted, kept());
    }

    @Test
    void aControllerThatIsAwayIsAskedWhenItIsBack() throws Exception {
        issuer.stop();
        for (int i = 0; i < 3; i++) {
            assertTriedAgain("away");
        }
        issuer.start();
        assertEquals(Duration.ZERO, renewal.round());
        assertEquals(issuer.granted, kept());
    }

    @Test
    void theLoopGoesOnUntilItHasOne() throws Exception {
        issuer.answer = Answer.BUSY;
        renewal.start();
        until("it has asked again", () -> issuer.asked.get() >= 2);
        issuer.answer = Answer.GRANT;
        until("it has one", () -> issuer.granted != null && issuer.granted.equals(kept()));
    }

    private void assertTriedAgain(String why) throws Exception {
        Duration rest = renewal.round();
        assertTrue(
                rest.isPositive() && rest.compareTo(LONGEST_PAUSE) <= 0, () -> why + ": " + rest);
        assertEquals(first.certificate(), kept(), why);
    }

    private X509Certificate kept() {
        try {
            var identity = Identity.load(data);
            assertNotNull(identity);
            return identity.certificate();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void until(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain: " + what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private enum Answer {
        GRANT,
        BUSY,
        REFUSAL,
        GARBAGE,
        /** A certificate of the right authority, but for somebody else's key. */
        FOREIGN
    }

    /** The part of a controller that grants certificates and remembers which ones it was shown. */
    private static final class Issuer {

        private final TestAuthority authority = new TestAuthority();
        private HttpsServer server = start(0);
        private volatile Answer answer = Answer.GRANT;
        private final AtomicInteger asked = new AtomicInteger();
        private volatile @Nullable Certificate shown;
        private volatile @Nullable X509Certificate granted;

        URI uri() {
            return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
        }

        void stop() {
            server.stop(0);
        }

        /** Again, at the same address. */
        void start() {
            server = start(server.getAddress().getPort());
        }

        private HttpsServer start(int port) {
            try {
                var loopback = InetAddress.getLoopbackAddress();
                var started = HttpsServer.create(new InetSocketAddress(loopback, port), 0);
                var tls = authority.serverTls();
                started.setHttpsConfigurator(
                        new HttpsConfigurator(tls) {
                            @Override
                            public void configure(HttpsParameters parameters) {
                                var wanted = tls.getDefaultSSLParameters();
                                wanted.setNeedClientAuth(true);
                                parameters.setSSLParameters(wanted);
                            }
                        });
                started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
                started.createContext("/agent/v1/renew", this::renew);
                started.createContext("/agent/v1/desired", this::desired);
                started.start();
                return started;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        CertificateGrant grant(String signingRequest, Duration life) {
            return new CertificateGrant(
                    HOST,
                    "host-1",
                    authority.grant(signingRequest, HOST.toString(), life),
                    TestAuthority.pem(authority.certificate));
        }

        private void renew(HttpExchange exchange) throws IOException {
            look(exchange);
            asked.incrementAndGet();
            var request = Json.MAPPER.readValue(exchange.getRequestBody(), RenewRequest.class);
            try {
                switch (answer) {
                    case GRANT -> {
                        var grant = grant(request.csr(), SUCCESSORS_LIFE);
                        granted = Pem.certificate(grant.certificate());
                        answer(exchange, 200, grant);
                    }
                    case BUSY -> answer(exchange, 503, Map.of());
                    case REFUSAL -> answer(exchange, refusal().status(), refusal());
                    case GARBAGE -> answer(exchange, 200, Map.of("certificate", 7));
                    case FOREIGN ->
                            answer(
                                    exchange,
                                    200,
                                    grant(Pem.signingRequest(Pem.newKey()), SUCCESSORS_LIFE));
                }
            } catch (java.security.GeneralSecurityException e) {
                throw new IOException(e);
            }
        }

        private void desired(HttpExchange exchange) throws IOException {
            look(exchange);
            answer(exchange, 200, HostDesired.of(1, true, List.of(), null, null, null));
        }

        private void look(HttpExchange exchange) throws IOException {
            shown = ((HttpsExchange) exchange).getSSLSession().getPeerCertificates()[0];
        }

        private static Problem refusal() {
            var code = ProblemCode.AGENT_TOKEN_INVALID;
            return new Problem(
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
        }

        private static void answer(HttpExchange exchange, int status, Object body)
                throws IOException {
            byte[] bytes = Json.MAPPER.writeValueAsBytes(body);
            exchange.getResponseHeaders()
                    .set(
                            "Content-Type",
                            body instanceof Problem ? Problem.MEDIA_TYPE : "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        }
    }
}
