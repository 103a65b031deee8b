package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.Fencing;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.Stopped;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.Until;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two hosts that share a pool, and an instance in a network of its tenant with its root disk in the pool. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class FenceTest {
    private static final Fencing ABLE = new Fencing(true, null);

    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;

    private final Rest rest = Rest.operator();
    private final Rest other = Rest.secondOperator();
    private City city;
    private FakeAgent second;
    private String lost;
    private String safe;

    @BeforeEach
    void anInstanceOnOneOfThem() {
        city = new City(rest, authority.certificatePem());
        city.created(
                "/v1/pools",
                city.id,
                "{\"url\":\"file:///srv/%s\",\"zone\":\"%s\",\"shared\":true}"
                        .formatted(city.id, city.id));
        city.created("/v1/tiers", city.id, "{\"pool\":\"%s\"}".formatted(city.id));
        second = city.secondAgent();
        city.created(
                "/v1/flavors",
                city.id + "-rooted",
                "{\"vcpus\":1,\"memoryMiB\":64,\"rootDiskGiB\":4,\"tier\":\"%s\"}"
                        .formatted(city.id));
        city.created("/v1/tenants/" + city.id + "/networks", "lan", "{\"cidr\":\"10.9.0.0/24\"}");
        reachable(city.agent, "10.200.0.1");
        reachable(second, "10.200.0.2");
        city.agent.fencing = ABLE;
        second.fencing = ABLE;
        admitted("web", "");
        lost = host("web");
        safe = lost.equals(city.id) ? city.id + "-2" : city.id;
        obey(lost);
        obey(safe);
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        schedulable(city.id + "-2", false);
        city.close();
    }

    @Test
    void whatMayBeIsStartedElsewhereOnceTheLeaseIsOverAndTheHostForgetsIt() {
        admitted("stay", ",\"onHostLoss\":\"STAY\"");
        long used = city.vcpusUsed();
        UUID id = id("web");
        assertTrue(told(lost, id).restartable());
        leaseOver(lost);
        Until.holds("it is started elsewhere", () -> host("web").equals(safe));
        Answer fence = rest.get("/v1/fences?host=" + lost);
        assertEquals("LEASE", fence.at("items.0.spec.proof").asText(), fence.text());
        Until.holds(
                "it is written down",
                () ->
                        rest.get("/v1/fences?host=" + lost).at("items.0.status.restarted").asInt()
                                == 1);
        assertEquals("FENCED", rest.get("/v1/hosts/" + lost).at("status.state").asText());
        Answer fenced = rest.get("/v1/hosts?state=FENCED&zone=" + city.id);
        assertEquals(1, fenced.at("items").size(), fenced.text());
        assertEquals(lost, fenced.at("items.0.metadata.name").asText());
        assertEquals(used, city.vcpusUsed(), "charged once");
        InstanceDesired there = told(safe, id);
        assertEquals(2, there.epoch());
        assertTrue(there.restartable());
        assertTrue(
                agent(safe).desired(0, 0).pooled().getFirst().made(), "with what is on its disk");
        assertEquals("SCHEDULED", rest.get(city.path("web")).at("status.phase").asText());

        HostDesired left = agent(lost).desired(0, 0);
        InstanceDesired tombstone = told(lost, id);
        assertTrue(tombstone.deleted());
        assertEquals(2, tombstone.epoch());
        assertEquals(1, left.departed().size());
        assertEquals(List.of(), left.pooled());

        Instant at = Instant.parse("2026-01-01T00:00:00Z");
        agent(lost).fencing = new Fencing(true, new Stopped(at, List.of(id)));
        agent(lost).report(null, true, List.of());
        Answer returned = rest.get("/v1/fences?host=" + lost);
        assertEquals("RETURNED", returned.at("items.0.status.phase").asText(), returned.text());
        assertEquals(at.toString(), returned.at("items.0.status.stopped.at").asText());
        assertEquals("CURRENT", rest.get("/v1/hosts/" + lost).at("status.state").asText());
        obey(lost);
        assertTrue(
                agent(lost).desired(0, 0).instances().stream()
                        .noneMatch(one -> one.id().equals(id)),
                "nothing is left of it");
        obey(safe);
        assertEquals("RUNNING", rest.get(city.path("web")).at("status.phase").asText());
        assertTrue(
                rest.get("/v1/events?kind=Instance&tenant=%s&name=web&limit=100".formatted(city.id))
                        .text()
                        .contains(
                                "host %s is lost, it is started on host %s".formatted(lost, safe)));
    }

    /** The other falls silent after it, twice: at its second fence this one has been looked at. */
    @Test
    void silenceOfAHostThatEndsNothingProvesNothing() {
        agent(lost).fencing = new Fencing(false, null);
        agent(lost).report(null, true, List.of());
        leaseOver(lost);
        for (int silences : List.of(1, 2)) {
            agent(safe).report(null, true, List.of());
            leaseOver(safe);
            Until.holds(
                    "the other is fenced",
                    () -> rest.get("/v1/fences?host=" + safe).at("items").size() == silences);
        }
        assertEquals("[]", rest.get("/v1/fences?host=" + lost).at("items").toString());
        assertEquals(lost, host("web"));
    }

    @Test
    void oneThatReturnsBeforeAnotherWasFoundKeepsWhatItHas() {
        schedulable(safe, false);
        leaseOver(lost);
        awaitWaiting("\"web\"");
        assertTrue(
                rest.get("/v1/availability").at("waiting").asInt() >= 1,
                rest.get("/v1/availability").text());
        agent(lost).report(null, true, List.of());
        schedulable(safe, true);
        assertEquals(
                "RETURNED",
                rest.get("/v1/fences?host=" + lost).at("items.0.status.phase").asText());
        assertEquals(lost, host("web"));
        assertEquals(1, told(lost, id("web")).epoch());
    }

    @Test
    void whatWaitsIsStartedWhenThereIsRoom() {
        schedulable(safe, false);
        leaseOver(lost);
        awaitWaiting("web");
        schedulable(safe, true);
        Until.holds("it is started", () -> host("web").equals(safe));
        Until.holds(
                "nobody waits",
                () ->
                        rest.get("/v1/fences?host=" + lost)
                                .at("items.0.status.waiting")
                                .toString()
                                .equals("[]"));
    }

    @Test
    void whatItsHostDidNotKnowItWasToEndIsNotStartedElsewhere() {
        Answer stay =
                rest.put(city.path("web"), body("web", ",\"onHostLoss\":\"STAY\""), etag("web"));
        assertEquals(200, stay.status(), stay.text());
        obey(lost);
        assertFalse(told(lost, id("web")).restartable());
        long known = agent(lost).desired(0, 0).revision();
        rest.put(city.path("web"), body("web", ""), etag("web"));
        agent(lost).report(null, true, 100, known, List.of());
        leaseOver(lost);
        awaitWaiting("its host was silent before it knew");
        assertEquals(lost, host("web"));
    }

    @Test
    void twoPeopleCanSayThatAHostIsLost() {
        agent(lost).fencing = null;
        agent(lost).report(null, true, List.of());
        String path = "/v1/hosts/%s/declarations".formatted(lost);
        String words = "{\"reason\":\"its rack burns\"}";
        Answer heard = rest.post(path, words);
        assertEquals("precondition.failed", heard.at("code").asText(), heard.text());
        leaseOver(lost);
        Until.holds("it is silent", () -> rest.post(path, words).status() == 200);
        agent(lost).report(null, true, List.of());
        Answer back = other.post(path, words);
        assertEquals(
                "precondition.failed",
                back.at("code").asText(),
                "the first word was of another silence");
        leaseOver(lost);
        Until.holds("it is silent again", () -> rest.post(path, words).status() == 200);
        Answer empty = rest.post(path, "{\"reason\":\" \"}");
        assertEquals("reason", empty.at("errors.0.field").asText(), empty.text());
        Answer again = rest.post(path, words);
        assertEquals("precondition.failed", again.at("code").asText(), again.text());
        Answer agreed = other.post(path, "{\"reason\":\"I see it\"}");
        assertEquals(200, agreed.status(), agreed.text());
        Answer fence = rest.get("/v1/fences/" + agreed.at("fence").asText());
        assertEquals("DECLARATION", fence.at("spec.proof").asText(), fence.text());
        assertEquals("operator", fence.at("status.evidence.declaredBy").asText());
        assertEquals("second-operator", fence.at("status.evidence.agreedBy").asText());
        assertEquals("its rack burns", fence.at("status.evidence.reason").asText());
        Until.holds("it is started elsewhere", () -> host("web").equals(safe));
        Answer late = rest.post(path, words);
        assertEquals("precondition.failed", late.at("code").asText(), late.text());
        assertEquals(404, rest.post("/v1/hosts/none/declarations", words).status());
    }

    @Test
    void aHostThatCannotEndItIsSwitchedOff() throws Exception {
        try (var bmc = new FakeBmc()) {
            unguarded(bmc.system());
            bmc.refuseKeys(true);
            keys("* admin secret");
            leaseOver(lost);
            Until.holds("it was asked", () -> bmc.asked() > 0);
            Until.holds(
                    "why it is not off is said",
                    () ->
                            rest.get("/v1/events?kind=Host&name=%s&limit=100".formatted(lost))
                                    .text()
                                    .contains("is answered 401"));
            assertEquals(lost, host("web"), "and nothing is given away");
            assertTrue(bmc.on());
            bmc.refuseKeys(false);
            Until.holds("it is started elsewhere", () -> host("web").equals(safe));
            assertFalse(bmc.on());
            Answer fence = rest.get("/v1/fences?host=" + lost);
            assertEquals("POWER", fence.at("items.0.spec.proof").asText(), fence.text());
            assertEquals(
                    bmc.system(), fence.at("items.0.status.evidence.bmc").asText(), fence.text());
            assertFalse(fence.at("items.0.status.evidence.offAt").isMissingNode(), fence.text());
            assertFalse(fence.text().contains("secret"));
        }
    }

    @Test
    void aMachineThatStaysOnProvesNothing() throws Exception {
        try (var bmc = new FakeBmc()) {
            unguarded(bmc.system());
            bmc.stayOn();
            keys(lost + " admin secret");
            leaseOver(lost);
            Until.holds("it was told and looked at", () -> bmc.asked() > 4);
            assertEquals("[]", rest.get("/v1/fences?host=" + lost).at("items").toString());
            assertEquals(lost, host("web"));
        }
    }

    @Test
    void whatIsDeletedOnALostHostIsGoneAndItsDiskIsErasedByAnother() {
        schedulable(safe, false);
        UUID id = id("web");
        leaseOver(lost);
        awaitWaiting("web");
        assertEquals(200, rest.delete(city.path("web")).status());
        Until.holds("it is gone", () -> rest.get(city.path("web")).status() == 404);
        assertEquals(0, city.vcpusUsed());
        String disk = "/v1/tenants/" + city.id + "/volumes/web-root";
        assertEquals(safe, rest.get(disk).at("status.host").asText());
        obey(safe);
        assertEquals(404, rest.get(disk).status());
        assertEquals(0, rest.get("/v1/tenants/" + city.id).at("status.used.storageGiB").asInt());
        assertTrue(told(lost, id).deleted(), "should it return");
    }

    /** It was planned for another host by then. */
    @Test
    void whoReturnsWhileAnotherIsBeingFoundKeepsWhatItHas() throws Exception {
        whileItIsGivenAway(connection ->
                update(
                        connection,
                        "UPDATE host_observation SET fence_id = NULL WHERE host_id = (SELECT id FROM host WHERE name = ?)"));
        assertEquals(lost, host("web"));
        assertEquals(1, told(lost, id("web")).epoch());
    }

    @Test
    void whatComesToStandAgainstItMeanwhileIsHeeded() throws Exception {
        whileItIsGivenAway(_ ->
                assertEquals(
                        201,
                        rest.post(
                                        "/v1/tenants/" + city.id + "/volumes",
                                        "{\"metadata\":{\"name\":\"logs\"},\"spec\":{\"sizeGiB\":1,\"instance\":\"web\"}}")
                                .status()));
        awaitWaiting("it has volumes in its host's own pool");
        assertEquals(lost, host("web"));
    }

    private interface Meanwhile {
        void happens(Connection connection) throws SQLException;
    }

    /** Stops whoever gives it another host at the first lock, and lets something happen. */
    private void whileItIsGivenAway(Meanwhile meanwhile) throws Exception {
        schedulable(safe, false);
        leaseOver(lost);
        awaitWaiting("web");
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            update(
                    connection,
                    "UPDATE host_observation SET sequence = sequence WHERE host_id = (SELECT id FROM host WHERE name = ?)");
            schedulable(safe, true);
            Until.holds("it is about to be given away", () -> somebodyWaits(connection));
            meanwhile.happens(connection);
            connection.commit();
        }
        Until.holds(
                "nobody is at it any more",
                () -> {
                    try (Connection connection = dataSource.getConnection()) {
                        return !somebodyWaits(connection);
                    } catch (SQLException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static boolean somebodyWaits(Connection connection) {
        try (var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private void update(Connection connection, String text) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.setString(1, lost);
            assertEquals(1, statement.executeUpdate());
        }
    }

    /** The old machine may run what the new one would start. */
    @Test
    void anotherAgentIsNotLetInBeforeItIsProvenThatTheOldOneHasEnded() throws Exception {
        String token =
                rest.post("/v1/hosts/%s/join-token".formatted(lost), "{}").at("token").asText();
        var another = new FakeAgent(authority.certificatePem());
        FakeAgent.Answer refused = another.enrol(token);
        assertEquals(
                "precondition.failed", refused.body().path("code").asText(), refused.toString());
        schedulable(safe, false);
        leaseOver(lost);
        Until.holds("it is fenced", () -> another.enrol(token).status() == 200);
    }

    @Test
    void onlyWhatSurvivesItsHostCanBeStartedElsewhere() {
        Answer refused =
                rest.post(
                        "/v1/tenants/" + city.id + "/instances",
                        city.body("own").replace("}}", ",\"onHostLoss\":\"RESTART\"}}"));
        assertEquals("spec.onHostLoss", refused.at("errors.0.field").asText(), refused.text());
        admitted("data", "");
        city.created("/v1/tiers", city.id + "-own", "{}");
        Answer volume =
                rest.post(
                        "/v1/tenants/" + city.id + "/volumes",
                        "{\"metadata\":{\"name\":\"logs\"},\"spec\":{\"sizeGiB\":1,\"instance\":\"web\"}}");
        assertEquals(201, volume.status(), volume.text());
        obey(lost);
        leaseOver(lost);
        awaitWaiting("it has volumes in its host's own pool");
        assertEquals(lost, host("web"));
    }

    // --- Words ---

    private void awaitWaiting(String words) {
        Until.holds(
                "it waits",
                () ->
                        rest.get("/v1/fences?host=" + lost)
                                .at("items.0.status.waiting")
                                .toString()
                                .contains(words));
    }

    private void unguarded(String bmc) {
        agent(lost).fencing = new Fencing(false, null);
        agent(lost).report(null, true, List.of());
        city.replaced(
                "/v1/hosts/" + lost, "{\"zone\":\"%s\",\"bmc\":\"%s\"}".formatted(city.id, bmc));
    }

    private void keys(String lines) throws IOException {
        Path file =
                Path.of(ConfigProvider.getConfig().getValue("yunqing.data", String.class))
                        .resolve("bmc.keys");
        Files.writeString(file, lines + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** Its lease is so short that it is over at once. */
    private void leaseOver(String host) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement(
                                "UPDATE host_observation SET lease_ms = 1 WHERE host_id = (SELECT id FROM host WHERE name = ?)")) {
            statement.setString(1, host);
            assertEquals(1, statement.executeUpdate());
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private void reachable(FakeAgent agent, String underlay) {
        assertEquals(
                200,
                agent.obey(
                                DomainState.RUNNING,
                                FakeAgent.reachable(
                                        FakeAgent.inventory(
                                                agent == second
                                                        ? city.subnet.replaceFirst("10", "11")
                                                        : city.subnet,
                                                2,
                                                4608),
                                        underlay))
                        .status());
    }

    private void admitted(String name, String more) {
        Answer answer = rest.post("/v1/tenants/" + city.id + "/instances", body(name, more));
        assertEquals(201, answer.status(), answer.text());
    }

    private String body(String name, String more) {
        return city.body(name)
                .replace("\"flavor\":\"" + city.id + "\"", "\"flavor\":\"" + city.id + "-rooted\"")
                .replace("}}", ",\"network\":\"lan\"" + more + "}}");
    }

    private String host(String instance) {
        return rest.get(city.path(instance)).at("status.host").asText();
    }

    private String etag(String instance) {
        return rest.get(city.path(instance)).etag();
    }

    private UUID id(String instance) {
        return UUID.fromString(rest.get(city.path(instance)).at("metadata.id").asText());
    }

    private InstanceDesired told(String host, UUID instance) {
        return agent(host).desired(0, 0).instances().stream()
                .filter(one -> one.id().equals(instance))
                .findFirst()
                .orElseThrow();
    }

    private FakeAgent agent(String host) {
        return host.equals(city.id) ? city.agent : second;
    }

    private void obey(String host) {
        assertEquals(200, agent(host).obey(DomainState.RUNNING).status());
    }

    private void schedulable(String host, boolean open) {
        city.replaced(
                "/v1/hosts/" + host,
                "{\"zone\":\"%s\",\"schedulable\":%s}".formatted(city.id, open));
    }
}
