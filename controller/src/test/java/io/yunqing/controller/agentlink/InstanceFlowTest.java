package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Fault;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An instance's way through the controller, with the host's side of the protocol played by the test. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class InstanceFlowTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;
    private String id;
    private FakeAgent agent;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
        id = city.id;
        agent = city.agent;
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void aReportingHostOffersWhatItsSpecAllows() {
        Answer host = rest.get("/v1/hosts/" + id);
        assertEquals("CURRENT", host.at("status.state").asText());
        assertEquals(8, host.at("status.capacity.vcpus.limit").asLong(), "2 CPUs promised 4 times");
        assertEquals(
                4096, host.at("status.capacity.memoryMiB.limit").asLong(), "512 MiB kept back");
        assertEquals(253, host.at("status.capacity.addresses.limit").asLong());
    }

    /** Revision 0 asks for everything at once; a host that had it would be asked without a pause. */
    @Test
    void aNewHostHasARevisionToWaitBehind() {
        assertEquals(1, agent.desired(0, 0).revision());
    }

    /** As after the database was restored to an earlier moment. */
    @Test
    void whoAsksBehindARevisionThatWasNeverGivenIsToldEverything() {
        city.admitted("web");
        long now = agent.desired(0, 0).revision();
        HostDesired all = agent.desired(now + 1000, 0);
        assertTrue(all.complete());
        assertEquals(now, all.revision());
        assertEquals(1, all.instances().size());
        HostDesired nothing = agent.desired(now, 0);
        assertFalse(nothing.complete());
        assertEquals(0, nothing.instances().size());
    }

    @Test
    void theWholeLife() {
        Answer placed = city.create("web");
        assertEquals(201, placed.status(), placed.text());
        assertEquals("SCHEDULED", placed.at("status.phase").asText());
        assertEquals(id, placed.at("status.host").asText());
        assertEquals(id, placed.at("status.placement.host").asText());
        assertTrue(placed.at("status.observedAt").isMissingNode(), "nothing was observed yet");
        assertEquals(1, rest.get("/v1/tenants/" + id).at("status.used.vcpus").asLong());

        HostDesired desired = agent.desired(0, 0);
        assertTrue(desired.complete());
        InstanceDesired instance = desired.instances().getFirst();
        assertEquals(Power.RUNNING, instance.power());
        assertEquals("web", instance.seed().hostname());
        assertEquals(128, instance.memoryMiB());
        assertNotNull(instance.nic());
        assertEquals(placed.at("status.addresses.0.ip").asText(), instance.nic().address());

        agent.obey(DomainState.SHUTOFF);
        assertEquals("STARTING", city.phase("web"));
        agent.obey(DomainState.RUNNING);
        assertEquals("RUNNING", city.phase("web"));

        assertEquals(200, city.power("web", "STOPPED").status());
        assertEquals("STOPPING", city.phase("web"));
        assertEquals(
                Power.STOPPED, agent.desired(desired.revision(), 0).instances().getFirst().power());
        agent.obey(DomainState.SHUTOFF);
        assertEquals("STOPPED", city.phase("web"));

        assertEquals("DELETING", rest.delete(city.path("web")).at("status.phase").asText());
        assertEquals(
                1,
                rest.get("/v1/tenants/" + id).at("status.used.vcpus").asLong(),
                "held until the host confirms");
        agent.obey(DomainState.SHUTOFF);
        assertEquals(404, rest.get(city.path("web")).status());
        assertEquals(0, rest.get("/v1/tenants/" + id).at("status.used.vcpus").asLong());
        assertTrue(agent.desired(0, 0).instances().isEmpty());

        List<String> types =
                rest.get("/v1/events?kind=Instance&tenant=" + id)
                        .body()
                        .path("items")
                        .valueStream()
                        .map(event -> event.path("type").asText())
                        .toList();
        assertEquals(
                List.of("created", "phase", "phase", "updated", "phase", "deleting", "deleted"),
                types);
    }

    @Test
    void waitingEndsWithThePhase() throws Exception {
        try (ExecutorService waiting = Executors.newSingleThreadExecutor()) {
            long before = agent.desired(0, 0).revision();
            Future<Answer> answer =
                    waiting.submit(() ->
                            rest.post(
                                    "/v1/tenants/" + id + "/instances?wait=30s", city.body("web")));
            // The desired state is long-polled, so this returns when the instance is there.
            assertEquals(1, agent.desired(before, 30).instances().size());
            agent.obey(DomainState.RUNNING);
            assertEquals("RUNNING", answer.get().at("status.phase").asText());
        }
    }

    @Test
    void waitingInVainSaysHonestlyWhereItIs() {
        Answer answer = rest.post("/v1/tenants/" + id + "/instances?wait=1s", city.body("web"));
        assertEquals(201, answer.status());
        assertEquals("SCHEDULED", answer.at("status.phase").asText());
    }

    @Test
    void aLimitLoweredBelowItsUseOnlyTakesNothingNew() {
        city.admitted("web");
        Answer tenant = rest.get("/v1/tenants/" + id);
        String lowered =
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"memoryMiB\":4096}}}"
                        .formatted(id, id);
        assertEquals(200, rest.put("/v1/tenants/" + id, lowered, tenant.etag()).status());
        assertEquals("quota.exceeded", city.create("web-2").at("code").asText());
        assertEquals(200, rest.get(city.path("web")).status());
        rest.delete(city.path("web"));
        agent.obey(DomainState.SHUTOFF);
        assertEquals(404, rest.get(city.path("web")).status());
    }

    @Test
    void aPlanChoosesAHostAndTakesNothing() {
        Answer plan = rest.post("/v1/tenants/" + id + "/instances?mode=plan", city.body("web"));
        assertEquals("create", plan.at("action").asText());
        assertEquals(id, plan.at("after.status.host").asText());
        assertEquals(0, rest.get("/v1/tenants/" + id).at("status.used.vcpus").asLong());
        Answer applied =
                rest.post(
                        "/v1/tenants/" + id + "/instances?digest=" + plan.at("digest").asText(),
                        city.body("web"));
        assertEquals(201, applied.status(), applied.text());
    }

    @Test
    void theLastErrorIsShownInTheHypervisorsWords() {
        city.create("web");
        InstanceDesired instance = agent.desired(0, 0).instances().getFirst();
        Fault fault = new Fault(Instant.EPOCH, "start", "internal error: no such bridge 'br0'", 3);
        agent.report(
                null,
                true,
                List.of(
                        new InstanceObserved(
                                instance.id(),
                                1,
                                0,
                                DomainState.SHUTOFF,
                                null,
                                null,
                                fault,
                                null)));
        Answer failed = rest.get(city.path("web"));
        assertEquals("FAILED", failed.at("status.phase").asText());
        assertEquals(
                "internal error: no such bridge 'br0'",
                failed.at("status.lastError.message").asText());
    }

    @Test
    void onlyACompleteReportProvesAbsence() {
        city.create("web");
        agent.obey(DomainState.RUNNING);
        String seen = rest.get(city.path("web")).at("status.observedAt").asText();
        agent.report(null, false, List.of());
        agent.report(null, false, 100, 0, List.of());
        assertEquals("UNOBSERVED", city.phase("web"));
        Answer unseen = rest.get(city.path("web"));
        assertEquals("HypervisorUnobserved", unseen.at("status.conditions.0.type").asText());
        assertEquals(seen, unseen.at("status.observedAt").asText(), "not when that was said");
        assertEquals(seen, unseen.at("status.conditions.0.since").asText());
        agent.report(null, true, 101, Long.MAX_VALUE, List.of());
        assertEquals("STARTING", city.phase("web"));
    }

    @Test
    void anIncompleteReportSaysNothingOfWhatItDoesNotName() {
        city.create("web");
        agent.report(null, false, 100, Long.MAX_VALUE, List.of());
        assertEquals("SCHEDULED", city.phase("web"));
    }

    /** A complete report that was made before the agent knew of an instance says nothing about it. */
    @Test
    void aReportOlderThanTheInstanceDoesNotProveItsAbsence() {
        city.create("web");
        agent.report(null, true, 100, 0, List.of());
        assertEquals("SCHEDULED", city.phase("web"));
    }

    @Test
    void anOlderReportThatArrivesLateIsDropped() {
        city.create("web");
        agent.report(
                null,
                true,
                100,
                Long.MAX_VALUE,
                List.of(
                        FakeAgent.observed(
                                agent.desired(0, 0).instances().getFirst(), DomainState.RUNNING)));
        agent.report(null, true, 99, Long.MAX_VALUE, List.of());
        assertEquals("RUNNING", city.phase("web"));
        agent.report(null, true, 100, Long.MAX_VALUE, List.of());
        assertEquals("RUNNING", city.phase("web"));
    }

    @Test
    void aReportOfAnEarlierEpochIsIgnored() {
        city.create("web");
        InstanceDesired instance = agent.desired(0, 0).instances().getFirst();
        agent.report(
                null,
                true,
                List.of(
                        new InstanceObserved(
                                instance.id(), 0, 0, DomainState.RUNNING, null, null, null, null)));
        assertEquals("SCHEDULED", city.phase("web"));
    }

    @Test
    void removedIsOnlyBelievedOfWhatWasDeleted() {
        city.create("web");
        InstanceDesired instance = agent.desired(0, 0).instances().getFirst();
        agent.report(null, true, List.of(FakeAgent.observed(instance, DomainState.REMOVED)));
        assertEquals("STARTING", city.phase("web"));
    }

    @Test
    void oneHostCannotSpeakForAnothersInstances() {
        city.create("web");
        InstanceDesired instance = agent.desired(0, 0).instances().getFirst();
        city.created(
                "/v1/hosts",
                id + "-other",
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(id));
        FakeAgent other =
                FakeAgent.reporting(
                        rest, authority.certificatePem(), id + "-other", "10.250.0.0/24", 1, 512);
        other.report(null, true, List.of(FakeAgent.observed(instance, DomainState.RUNNING)));
        assertEquals("SCHEDULED", city.phase("web"));
        assertEquals(204, other.console(instance.id(), "lies", 4).status());
        assertEquals("", rest.get(city.path("web") + "/console").text());
        assertTrue(other.desired(0, 0).instances().isEmpty());
    }

    @Test
    void theConsoleKeepsItsTailAndItsPlace() {
        city.create("web");
        InstanceDesired instance = agent.desired(0, 0).instances().getFirst();
        agent.console(instance.id(), "hostname=web\n", 13);
        Answer console = rest.get(city.path("web") + "/console");
        assertEquals("hostname=web\n", console.text());
        assertEquals("13", console.headers().get("Yunqing-Console-End"));
        agent.console(instance.id(), "older", 5);
        assertEquals("web\n", rest.get(city.path("web") + "/console?offset=9").text());
        agent.console(instance.id(), "x".repeat(70_000), 100_000);
        Answer tail = rest.get(city.path("web") + "/console?offset=13");
        assertEquals(65_536, tail.text().length());
        assertEquals(
                String.valueOf(100_000 - 65_536), tail.headers().get("Yunqing-Console-Offset"));
    }

    @Test
    void aSecondLiveAgentWithOneIdentityIsRefused() {
        FakeAgent.Answer first = agent.report(null, true, List.of());
        assertEquals(200, first.status());
        agent.bootId = "another machine";
        FakeAgent.Answer same = agent.report(null, true, List.of());
        assertEquals(
                200, same.status(), "one start of an agent keeps its place whatever else it says");
        FakeAgent restarted = new FakeAgent(authority.certificatePem());
        String token = rest.post("/v1/hosts/" + id + "/join-token", null).at("token").asText();
        restarted.enrol(token);
        assertEquals(
                200,
                restarted.report(null, true, List.of()).status(),
                "a new token replaces the agent");
        assertEquals(
                "auth.forbidden",
                agent.report(null, true, List.of()).code(),
                "and ends the old one's right");
        agent = restarted;
    }

    @Test
    void aJoinTokenIsForOneKey() {
        String token = rest.post("/v1/hosts/" + id + "/join-token", null).at("token").asText();
        FakeAgent first = new FakeAgent(authority.certificatePem());
        assertEquals(200, first.enrol(token).status());
        assertEquals(200, first.enrol(token).status(), "the answer may have been lost");
        FakeAgent second = new FakeAgent(authority.certificatePem());
        assertEquals("agent.token_invalid", second.enrol(token).code());
        assertEquals("agent.token_invalid", second.enrol("nonsense.nonsense").code());
        assertEquals("auth.forbidden", second.report(null, true, List.of()).code());
        assertEquals(
                "field.invalid",
                second.post("/agent/v1/enrol", Map.of("token", "x", "csr", "garbage")).code());
        agent = first;
    }

    @Test
    void unknownDomainsAreShown() {
        assertNull(rest.get("/v1/hosts/" + id).at("status.unknownDomains.0").textValue());
        FakeAgent.Answer answer =
                agent.post(
                        "/agent/v1/observed",
                        Map.of(
                                "agentStart",
                                agent.start,
                                "bootId",
                                "boot-1",
                                "sequence",
                                1000,
                                "appliedRevision",
                                0,
                                "complete",
                                true,
                                "observedAt",
                                "2026-01-01T00:00:00Z",
                                "instances",
                                List.of(),
                                "unknownDomains",
                                List.of(
                                        Map.of(
                                                "uuid",
                                                agent.start,
                                                "name",
                                                "legacy",
                                                "state",
                                                "RUNNING")),
                                "lanes",
                                List.of(),
                                "aFieldOfTheNextVersion",
                                1));
        assertEquals(200, answer.status(), answer.body().toString());
        assertEquals(
                "legacy", rest.get("/v1/hosts/" + id).at("status.unknownDomains.0.name").asText());
        agent = city.newAgent();
    }

    @Test
    void aHostWithInstancesDoesNotVanish() {
        city.create("web");
        Answer refused = rest.delete("/v1/hosts/" + id);
        assertEquals("reference.in_use", refused.at("code").asText());
        assertTrue(refused.at("detail").asText().contains(id + "/web"), refused.text());
        assertFalse(rest.delete("/v1/tenants/" + id).status() == 204);
    }
}
