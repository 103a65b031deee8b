package io.yunqing.agent.link;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.yunqing.agent.Backups;
import io.yunqing.agent.Instances;
import io.yunqing.agent.TestAuthority;
import io.yunqing.agent.Volumes;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.HostDesired;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the other side may answer, and what becomes of it. */
class HttpControllerTest {

    private static final Duration NO_WAIT = Duration.ZERO;

    @TempDir static Path folder;
    private static TestAuthority authority;
    private static WireMockServer server;
    private HttpController controller;

    @BeforeAll
    static void serve() throws Exception {
        authority = new TestAuthority();
        Path keys = folder.resolve("keys.p12");
        try (OutputStream out = Files.newOutputStream(keys)) {
            authority.serverKeys().store(out, "changeit".toCharArray());
        }
        server =
                new WireMockServer(
                        wireMockConfig()
                                .bindAddress("127.0.0.1")
                                .httpDisabled(true)
                                .dynamicHttpsPort()
                                .keystorePath(keys.toString())
                                .keystoreType("PKCS12")
                                .keystorePassword("changeit")
                                .keyManagerPassword("changeit"));
        server.start();
    }

    private static Endpoint endpoint() {
        return Endpoint.at(URI.create("https://127.0.0.1:" + server.httpsPort()));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    @BeforeEach
    void connect() throws Exception {
        server.resetAll();
        controller = new HttpController(endpoint(), Tls.pinned(authority.fingerprint()));
    }

    @Test
    void aDesiredStateIsHeard() throws Exception {
        var instance = Instances.running().volumes(Volumes.ID).build();
        var part = new BackupSource.Part(Backups.ID, 1, "0".repeat(64));
        var source = Backups.source(Backups.NOWHERE, part);
        var sent =
                HostDesired.of(
                                7,
                                true,
                                List.of(instance),
                                List.of(
                                        Volumes.fresh(Volumes.ID, 3),
                                        Volumes.fromBackup(Volumes.OTHER, 3, source)),
                                List.of(),
                                null)
                        .withBackups(List.of(Backups.full(Backups.SECOND, Backups.NOWHERE)));
        String json =
                Json.MAPPER
                        .writeValueAsString(sent)
                        .replaceFirst("\\{", "{\"fromTheFuture\": {\"a\": [1]},");
        server.stubFor(get(anyUrl()).willReturn(okJson(json)));
        assertEquals(sent, controller.desired(3, Duration.ofSeconds(30)));
        server.verify(getRequestedFor(urlEqualTo("/agent/v1/desired?after=3&wait=30")));
    }

    @Test
    void aConsoleIsPutWithItsEnd() throws Exception {
        server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(204)));
        controller.console(Instances.ID, new byte[] {1, 2, 3}, 99);
        server.verify(
                putRequestedFor(urlEqualTo("/agent/v1/consoles/" + Instances.ID + "?end=99"))
                        .withHeader(
                                "Content-Type",
                                com.github.tomakehurst.wiremock.client.WireMock.equalTo(
                                        "application/octet-stream")));
    }

    @Test
    void everyOddAnswerIsAFaultOfItsKind() throws Exception {
        var odd =
                Map.ofEntries(
                        Map.entry("an error page", status(500, "text/html", "<h1>oops</h1>")),
                        Map.entry("a proxy's error", status(502, "text/html", "bad gateway")),
                        Map.entry("busy", problem(503, "busy")),
                        Map.entry("too many", problem(429, "busy")),
                        Map.entry("forbidden", problem(403, "auth.forbidden")),
                        Map.entry("duplicate", problem(409, "agent.duplicate_identity")),
                        Map.entry("a 404 of something else", status(404, "text/plain", "nope")),
                        Map.entry("a sign-in page", status(200, "text/html", "<form>")),
                        Map.entry("a redirect", status(302, "text/html", "")),
                        Map.entry("no body", status(200, "application/json", "")),
                        Map.entry("null", status(200, "application/json", "null")),
                        Map.entry("a list", status(200, "application/json", "[]")),
                        Map.entry(
                                "half", status(200, "application/json", "{\"revision\": 1, \"ins")),
                        Map.entry("twice", status(200, "application/json", "{}{}")),
                        Map.entry(
                                "no instances",
                                status(200, "application/json", "{\"revision\":1}")),
                        Map.entry(
                                "an empty instance",
                                status(
                                        200,
                                        "application/json",
                                        "{\"revision\":1,\"complete\":true,\"instances\":[{}]}")),
                        Map.entry(
                                "a path for a digest",
                                status(
                                        200,
                                        "application/json",
                                        Json.MAPPER
                                                .writeValueAsString(
                                                        HostDesired.of(
                                                                1,
                                                                true,
                                                                List.of(
                                                                        Instances.running()
                                                                                .build()),
                                                                null,
                                                                null,
                                                                null))
                                                .replace("0".repeat(64), "../../etc/passwd"))),
                        Map.entry("an empty volume", desired("[]", "[{}]")),
                        Map.entry("a null for a volume", desired("[]", "[null]")),
                        Map.entry("a null for an orphan", orphans("null")),
                        Map.entry(
                                "an orphan without a place",
                                orphans("{\"orphan\":{\"kind\":\"FILE\"}}")),
                        Map.entry(
                                "a volume without a size",
                                desired(
                                        "[]",
                                        "[{\"id\":\"%s\",\"tenant\":\"t\",\"name\":\"n\"}]"
                                                .formatted(Volumes.ID))),
                        Map.entry("a null for a backup", backups("null")),
                        Map.entry(
                                "a backup in a place that is no file",
                                backups(
                                        Json.MAPPER.writeValueAsString(
                                                Backups.full(
                                                        Backups.ID,
                                                        Backups.place("ftp://x/y", false))))),
                        Map.entry(
                                "a volume from a backup without a digest",
                                desired(
                                        "[]",
                                        Json.MAPPER.writeValueAsString(
                                                List.of(
                                                        Volumes.fromBackup(
                                                                Volumes.ID,
                                                                1,
                                                                Backups.source(
                                                                        Backups.NOWHERE,
                                                                        new BackupSource.Part(
                                                                                Backups.ID,
                                                                                1,
                                                                                "0"))))))),
                        Map.entry(
                                "a volume that is attached twice",
                                desired(
                                        Json.MAPPER.writeValueAsString(
                                                List.of(
                                                        Instances.running()
                                                                .volumes(Volumes.ID, Volumes.ID)
                                                                .build())),
                                        "[]")),
                        Map.entry("reset", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)),
                        Map.entry("bytes", aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE)),
                        Map.entry(
                                "chunks of nothing",
                                aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK)));
        var expected =
                Map.of(
                        "an error page", LinkFault.Kind.BUSY,
                        "a proxy's error", LinkFault.Kind.BUSY,
                        "busy", LinkFault.Kind.BUSY,
                        "too many", LinkFault.Kind.BUSY,
                        "forbidden", LinkFault.Kind.REFUSED,
                        "duplicate", LinkFault.Kind.DUPLICATE,
                        "reset", LinkFault.Kind.UNREACHABLE,
                        "bytes", LinkFault.Kind.UNREACHABLE,
                        "chunks of nothing", LinkFault.Kind.UNREACHABLE);
        for (var entry : odd.entrySet()) {
            server.resetAll();
            server.stubFor(any(anyUrl()).willReturn(entry.getValue()));
            var fault =
                    assertThrows(
                            LinkFault.class, () -> controller.desired(0, NO_WAIT), entry.getKey());
            assertEquals(
                    expected.getOrDefault(entry.getKey(), LinkFault.Kind.GARBAGE),
                    fault.kind(),
                    entry.getKey() + ": " + fault.getMessage());
        }
    }

    @Test
    void retryAfterIsHeardAndBounded() throws Exception {
        server.stubFor(
                any(anyUrl()).willReturn(problem(503, "busy").withHeader("Retry-After", "7")));
        var fault = assertThrows(LinkFault.class, () -> controller.desired(0, NO_WAIT));
        assertEquals(Duration.ofSeconds(7), fault.retryAfter());
        server.stubFor(
                any(anyUrl()).willReturn(problem(503, "busy").withHeader("Retry-After", "soon")));
        fault = assertThrows(LinkFault.class, () -> controller.desired(0, NO_WAIT));
        assertEquals(null, fault.retryAfter());
    }

    @Test
    void anAnswerThatTricklesIsGivenUpOn() throws Exception {
        String json = "{\"revision\":1,\"complete\":true,\"instances\":[]}";
        server.stubFor(any(anyUrl()).willReturn(okJson(json).withChunkedDribbleDelay(10, 60_000)));
        var hasty =
                new HttpController(
                        endpoint(), Tls.pinned(authority.fingerprint()), Duration.ofSeconds(1));
        var fault = assertThrows(LinkFault.class, () -> hasty.desired(0, NO_WAIT));
        assertEquals(LinkFault.Kind.TIMEOUT, fault.kind());
    }

    @Test
    void anotherAuthorityIsNotBelieved() throws Exception {
        var other = new HttpController(endpoint(), Tls.pinned(new TestAuthority().fingerprint()));
        var fault = assertThrows(LinkFault.class, () -> other.desired(0, NO_WAIT));
        assertEquals(LinkFault.Kind.UNTRUSTED, fault.kind());
        assertTrue(
                String.valueOf(fault.getMessage()).contains("not the controller of the join token"),
                fault.getMessage());
    }

    @Test
    void aHandshakeThatBreaksOffIsNoMatterOfTrust() throws Exception {
        for (boolean reset : new boolean[] {true, false}) {
            var fault = brokenOff(reset);
            assertEquals(LinkFault.Kind.UNREACHABLE, fault.kind(), fault.getMessage());
        }
    }

    /** By a reset, or by an end like any other; as often as it is tried. */
    private LinkFault brokenOff(boolean reset) throws Exception {
        try (var cut = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> breakOff(cut, reset));
            var other =
                    new HttpController(
                            Endpoint.at(URI.create("https://127.0.0.1:" + cut.getLocalPort())),
                            Tls.pinned(authority.fingerprint()));
            return assertThrows(LinkFault.class, () -> other.desired(0, NO_WAIT));
        }
    }

    private static void breakOff(ServerSocket cut, boolean reset) {
        while (!cut.isClosed()) {
            try (var socket = cut.accept()) {
                socket.getInputStream().read(new byte[1 << 14]);
                socket.setSoLinger(reset, 0);
            } catch (IOException e) {
                // It was closed; else the next one may come.
            }
        }
    }

    private static ResponseDefinitionBuilder status(int status, String type, String body) {
        return aResponse().withStatus(status).withHeader("Content-Type", type).withBody(body);
    }

    private static ResponseDefinitionBuilder orphans(String one) {
        return okJson(
                "{\"revision\":1,\"complete\":true,\"instances\":[],\"orphans\":[%s]}"
                        .formatted(one));
    }

    private static ResponseDefinitionBuilder backups(String one) {
        return okJson(
                "{\"revision\":1,\"complete\":true,\"instances\":[],\"backups\":[%s]}"
                        .formatted(one));
    }

    private static ResponseDefinitionBuilder desired(String instances, String volumes) {
        String body =
                "{\"revision\":1,\"complete\":true,\"instances\":%s,\"volumes\":%s}"
                        .formatted(instances, volumes);
        return status(200, "application/json", body);
    }

    private static ResponseDefinitionBuilder problem(int status, String code) {
        String body =
                """
                {"type": "about:blank", "title": "t", "status": %d, "code": "%s", "kind": "CALLER",
                 "retryable": false, "errors": []}
                """
                        .formatted(status, code);
        return status(status, "application/problem+json", body);
    }
}
