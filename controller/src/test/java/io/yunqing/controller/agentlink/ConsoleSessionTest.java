package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.ConsoleEnd;
import io.yunqing.api.agent.ConsoleDesired;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.platform.Sql;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Consoles, with the host's side of the protocol played by the test. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class ConsoleSessionTest {
    @Inject CertificateAuthority authority;
    @Inject Sql sql;

    private final Rest rest = Rest.operator();
    private final HttpClient client = HttpClient.newHttpClient();
    private City city;

    @BeforeEach
    void aRunningInstance() {
        city = new City(rest, authority.certificatePem());
        city.admitted("web");
        city.agent.obey(DomainState.RUNNING);
        assertEquals("RUNNING", city.phase("web"));
    }

    @AfterEach
    void close() {
        client.shutdownNow();
        city.close();
    }

    @Test
    void bothEndsHearEachOtherAndTheHistorySaysWho() throws Exception {
        long revision = city.agent.desired(0, 0).revision();
        CompletableFuture<HostDesired> waiting =
                CompletableFuture.supplyAsync(() -> city.agent.desired(revision, 30));
        Talker user = new Talker(true);
        open(user, "");
        // Woken, not found at the end of its wait.
        ConsoleDesired wanted = waiting.get(10, TimeUnit.SECONDS).consolesOrNone().getFirst();
        Talker agent = new Talker(true);
        city.agent.join(wanted.session(), agent).join();
        agent.socket.sendText("{\"type\":\"connected\"}", true).join();
        agent.say("login: ");
        user.awaitHeard("login: ");
        assertEquals("{\"type\":\"connected\"}", user.notices());
        user.say("root\n");
        agent.awaitHeard("root\n");
        assertEquals(1, city.agent.desired(0, 0).consolesOrNone().size());

        user.socket.sendClose(1000, "").join();
        agent.awaitEnd(ConsoleEnd.LEFT);
        awaitEvent("closed after");
        assertTrue(history().contains("console opened by operator"), history());
        assertEquals(0, city.agent.desired(0, 0).consolesOrNone().size());
    }

    @Test
    void theSecondIsToldWhoHasItAndMayTakeItOver() {
        Talker first = new Talker(true);
        open(first, "");
        Talker hosts = join();
        Answer refused = refused("");
        assertEquals(409, refused.status(), refused.text());
        assertEquals("console.in_use", refused.at("code").asText());
        assertTrue(
                refused.at("detail").asText().startsWith("operator has had the console of"),
                refused.text());
        Talker second = new Talker(true);
        open(second, "?force=true");
        first.awaitEnd(ConsoleEnd.TAKEN_OVER);
        hosts.awaitEnd(ConsoleEnd.TAKEN_OVER);
        Talker anew = join();
        anew.say("still here");
        second.awaitHeard("still here");
        awaitEvent("taken over by operator");
        second.socket.sendClose(1000, "").join();
        anew.awaitEnd(ConsoleEnd.LEFT);
    }

    @Test
    void whatTheHostSaidLastComesBeforeTheEndAndItsReasonToo() {
        Talker user = new Talker(true);
        open(user, "");
        Talker hosts = join();
        hosts.say("Power down\n");
        hosts.socket.sendClose(ConsoleEnd.GUEST_OFF.code(), "the guest went off").join();
        user.awaitEnd(ConsoleEnd.GUEST_OFF);
        assertEquals("the guest went off", user.reason);
        assertEquals("Power down\n", user.heard());
        awaitEvent("the guest went off");
    }

    @Test
    void anAgentThatIsLostEndsIt() {
        Talker user = new Talker(true);
        open(user, "");
        join().socket.abort();
        user.awaitEnd(ConsoleEnd.HOST_LOST);
    }

    @Test
    void anAgentThatNeverComesIsNotAwaitedForEver() {
        Talker user = new Talker(true);
        open(user, "");
        user.awaitEnd(ConsoleEnd.HOST_LOST);
        assertTrue(user.reason.contains("did not come within 15 s"), user.reason);
    }

    /** A replica that was killed says nothing of its end. */
    @Test
    void whatAReplicaHeldThatIsGoneIsHeldByNobody() {
        UUID instance = city.agent.desired(0, 0).instances().getFirst().id();
        sql.run(connection -> {
            try (var statement =
                    connection.prepareStatement(
                            """
                            INSERT INTO console_session (id, instance_id, host_id, actor, opened, alive)
                            SELECT gen_random_uuid(), id, host_id, 'somebody', now() - interval '1 hour', now() - interval '1 min'
                            FROM instance WHERE id = ?
                            """)) {
                statement.setObject(1, instance);
                return statement.executeUpdate();
            }
        });
        Talker user = new Talker(true);
        open(user, "");
        awaitEvent("its controller went away");
        user.socket.sendClose(1000, "").join();
    }

    /** A guest that writes without end, and somebody who does not read: the guest's side is made to wait, and all comes. */
    @Test
    void whoReadsSlowlyHoldsBackAndLosesNothing() {
        Talker user = new Talker(false);
        open(user, "");
        user.await(() -> user.socket != null, "is connected");
        Talker hosts = join();
        int frame = 16 * 1024;
        int sent = heldBack(hosts, frame);
        assertTrue(sent < 64 << 20, sent + " bytes are nowhere but in the controller");
        CompletableFuture<WebSocket> pending = stuck;
        user.read();
        pending.orTimeout(20, TimeUnit.SECONDS).join();
        long all = sent + (long) frame;
        user.await(() -> user.bytes.get() == all, "gets all " + all + " bytes");
    }

    /** The same the other way round: what is typed at a guest that does not listen. */
    @Test
    void whoTypesAtAGuestThatDoesNotListenIsHeldBack() {
        Talker user = new Talker(true);
        open(user, "");
        Talker hosts = new Talker(false);
        city.agent.join(wanted(), hosts).join();
        int sent = heldBack(user, 16 * 1024);
        assertTrue(sent < 64 << 20, sent + " bytes are nowhere but in the controller");
    }

    private CompletableFuture<WebSocket> stuck;

    /** Sends until nothing is taken any more; returns how much was, without what is stuck. */
    private int heldBack(Talker talker, int frame) {
        for (int sent = 0; sent < 256 << 20; sent += frame) {
            stuck = talker.socket.sendBinary(ByteBuffer.allocate(frame), true);
            try {
                stuck.get(2, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                return sent;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError("never held back");
    }

    @Test
    void whatIsOffHasNoConsoleAndNobodyComesWithoutAToken() {
        city.power("web", "OFF");
        city.agent.obey(DomainState.SHUTOFF);
        Answer off = refused("");
        assertEquals("console.unavailable", off.at("code").asText(), off.text());
        assertEquals("request.parameter", refused("?froce=true").at("code").asText());
        assertEquals("request.parameter", refused("?force=yes").at("code").asText());
        assertEquals(
                404,
                refusedAt("/v1/tenants/" + city.id + "/instances/nobody/console", true).status());
        assertEquals(404, refusedAt("/v1/tenants/nobody/instances/web/console", true).status());
        Answer unknown = refusedAt(city.path("web") + "/console", false);
        assertEquals(401, unknown.status(), unknown.text());
        assertEquals("Bearer realm=\"yunqing\"", unknown.headers().get("www-authenticate"));
        assertEquals(200, rest.get(city.path("web") + "/console").status(), "its log is there");
    }

    @Test
    void onlyTheHostOfTheInstanceMayJoin() {
        Talker user = new Talker(true);
        open(user, "");
        UUID session = wanted();
        City other = new City(rest, authority.certificatePem());
        assertRefused(404, other.agent.join(session, new Talker(true)));
        assertRefused(404, city.agent.join(UUID.randomUUID(), new Talker(true)));
        FakeAgent stranger = new FakeAgent(authority.certificatePem());
        assertRefused(403, stranger.join(session, new Talker(true)));
        other.close();
        user.socket.sendClose(1000, "").join();
    }

    private static void assertRefused(int status, CompletableFuture<WebSocket> joining) {
        var refusal = assertThrows(CompletionException.class, joining::join).getCause();
        assertEquals(status, ((WebSocketHandshakeException) refusal).getResponse().statusCode());
    }

    private Talker join() {
        Talker hosts = new Talker(true);
        city.agent.join(wanted(), hosts).join();
        return hosts;
    }

    private UUID wanted() {
        return city.agent.desired(0, 0).consolesOrNone().getFirst().session();
    }

    private void open(Talker user, String query) {
        connect(city.path("web") + "/console" + query, true, user).join();
    }

    private CompletableFuture<WebSocket> connect(String path, boolean signedIn, Talker user) {
        var config = ConfigProvider.getConfig();
        String base = config.getValue("test.url", String.class).replaceFirst("http", "ws");
        WebSocket.Builder builder = client.newWebSocketBuilder();
        if (signedIn) {
            builder.header(
                    "Authorization",
                    "Bearer " + config.getValue("yunqing.operator-token", String.class));
        }
        return builder.buildAsync(URI.create(base + path), user);
    }

    private Answer refused(String query) {
        return refusedAt(city.path("web") + "/console" + query, true);
    }

    private Answer refusedAt(String path, boolean signedIn) {
        var failure =
                assertThrows(
                        CompletionException.class,
                        () -> connect(path, signedIn, new Talker(true)).join());
        var answer = ((WebSocketHandshakeException) failure.getCause()).getResponse();
        try {
            return Rest.answer(answer.statusCode(), answer.headers(), (String) answer.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitEvent(String words) {
        Talker nobody = new Talker(true);
        nobody.await(() -> history().contains(words), "the history says " + words);
    }

    private String history() {
        return rest.get("/v1/events?kind=Instance&tenant=" + city.id + "&name=web").text();
    }
}
