package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Starting anew, standing still, and what must not be deleted, with the host's side of the protocol played by the test. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class PowerTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;
    private FakeAgent agent;

    @BeforeEach
    void aRunningInstance() {
        city = new City(rest, authority.certificatePem());
        agent = city.agent;
        city.admitted("web");
        agent.obey(DomainState.RUNNING);
        assertEquals("RUNNING", city.phase("web"));
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void anInstanceOfFewerBootsThanDesiredGoesOffAndComesBack() {
        InstanceDesired before = desired();
        Answer asked = put("\"boot\":1");
        assertEquals(200, asked.status(), asked.text());
        assertEquals("STOPPING", asked.at("status.phase").asText());
        assertEquals("WaitingForGuest", asked.at("status.conditions.0.type").asText());
        assertEquals(List.of("web"), inPhase("STOPPING"));
        InstanceDesired instance = desired();
        assertEquals(1, instance.boot());
        assertFalse(instance.forcedBoot());

        agent.report(null, true, List.of(FakeAgent.observed(before, DomainState.SHUTOFF)));
        assertEquals("STARTING", city.phase("web"));
        assertEquals(List.of("web"), inPhase("STARTING"));
        agent.obey(DomainState.RUNNING);
        assertEquals("RUNNING", city.phase("web"));
        assertEquals(List.of("web"), inPhase("RUNNING"));
    }

    @Test
    void aGuestThatGoesOffByItselfWasNotAskedTo() {
        agent.obey(DomainState.SHUTTING_DOWN);
        Answer leaving = rest.get(city.path("web"));
        assertEquals("STOPPING", leaving.at("status.phase").asText());
        assertEquals("[]", leaving.at("status.conditions").toString(), leaving.text());
    }

    @Test
    void whoDoesNotSpeakOfBootsChangesNone() {
        put("\"boot\":3,\"forcedBoot\":true");
        assertTrue(desired().forcedBoot());
        Answer silent = put("");
        assertEquals(3, silent.at("spec.boot").asInt());
        assertEquals(3, desired().boot());
    }

    @Test
    void theSameBootAskedForTwiceIsOne() {
        put("\"boot\":1");
        agent.obey(DomainState.RUNNING);
        Answer again = put("\"boot\":1");
        assertEquals(200, again.status());
        assertEquals("RUNNING", again.at("status.phase").asText());
    }

    @Test
    void bootsOnlyGrowAndOnlyOfWhatIsToRun() {
        put("\"boot\":3");
        refused(put("\"boot\":2"), ">= 3");
        refused(put("\"boot\":4,\"power\":\"OFF\""), "3");
        refused(put("\"boot\":4,\"power\":\"PAUSED\""), "3");
        Answer absurd = put("\"boot\":-1");
        assertEquals("field.invalid", absurd.at("code").asText(), absurd.text());
        assertEquals(3, desired().boot());
    }

    @Test
    void aRebuildIsABootWithAFreshDiskThatMayBeOfAnotherImage() {
        city.created(
                "/v1/images",
                city.id + "-next",
                "{\"url\":\"file:///next\",\"sha256\":\"%s\",\"format\":\"RAW\",\"minDiskGiB\":2}"
                        .formatted("1".repeat(64)));
        Answer asked = rebuild("next", "\"boot\":1,\"rebuild\":1,\"userData\":\"#!/bin/sh\"");
        assertEquals(200, asked.status(), asked.text());
        assertEquals("STOPPING", asked.at("status.phase").asText());
        InstanceDesired instance = desired();
        assertEquals(List.of(1, 1), List.of(instance.boot(), instance.rebuild()));
        assertEquals("file:///next", instance.image().url());
        assertEquals("#!/bin/sh", instance.seed().userData());
        agent.obey(DomainState.RUNNING);
        assertEquals("RUNNING", city.phase("web"));
        Answer silent = rebuild("next", "\"userData\":\"#!/bin/sh\"");
        assertEquals(200, silent.status(), silent.text());
        assertEquals(1, desired().rebuild(), "who does not speak of it asks for none");
        assertEquals(409, rest.delete("/v1/images/" + city.id + "-next").status());
        assertEquals(204, rest.delete("/v1/images/" + city.id).status(), "it is in use no more");
    }

    @Test
    void whatIsGivenOnceChangesOnlyWithARebuild() {
        for (String fields : List.of("\"userData\":\"x\"", "\"sshKeys\":[\"ssh-rsa AAAA\"]")) {
            for (String boot : List.of("", "\"boot\":1,")) {
                Answer refused = put(boot + fields);
                assertEquals("field.immutable", refused.at("code").asText(), refused.text());
                assertTrue(refused.at("remedy").asText().contains("rebuilt"), refused.text());
            }
        }
        put("\"boot\":2");
        for (String fields :
                List.of(
                        "\"rebuild\":1",
                        "\"rebuild\":2",
                        "\"boot\":3,\"rebuild\":2",
                        "\"boot\":3,\"rebuild\":4")) {
            Answer refused = put(fields);
            assertEquals("spec.rebuild", refused.at("errors.0.field").asText(), refused.text());
            assertEquals("3", refused.at("errors.0.limit").asText(), refused.text());
        }
        put("\"boot\":3,\"rebuild\":3");
        assertEquals("spec.rebuild", put("\"boot\":4,\"rebuild\":2").at("errors.0.field").asText());
        put("\"deletionProtection\":true");
        Answer kept = put("\"boot\":4,\"rebuild\":4");
        assertEquals("deletion.protected", kept.at("code").asText(), kept.text());
        assertEquals(3, desired().rebuild());
    }

    @Test
    void anImageThatDoesNotFitOrIsNoneIsRefused() {
        city.created(
                "/v1/images",
                city.id + "-big",
                "{\"url\":\"file:///big\",\"sha256\":\"%s\",\"format\":\"RAW\",\"minDiskGiB\":3}"
                        .formatted("2".repeat(64)));
        Answer big = rebuild("big", "\"boot\":1,\"rebuild\":1");
        assertEquals("spec.image", big.at("errors.0.field").asText(), big.text());
        assertEquals("minDiskGiB <= 2", big.at("errors.0.limit").asText(), big.text());
        Answer none = rebuild("none", "\"boot\":1,\"rebuild\":1");
        assertEquals("reference.unknown", none.at("code").asText(), none.text());
        String early = city.body("web2").replace("\"zone\"", "\"rebuild\":1,\"zone\"");
        Answer created = rest.post("/v1/tenants/" + city.id + "/instances", early);
        assertEquals("spec.rebuild", created.at("errors.0.field").asText(), created.text());
        assertEquals(0, desired().boot());
    }

    private Answer rebuild(String image, String fields) {
        String body =
                city.body("web")
                        .replace(
                                "\"image\":\"%s\"".formatted(city.id),
                                "\"image\":\"%s-%s\"".formatted(city.id, image))
                        .replace("\"zone\"", fields + ",\"zone\"");
        return rest.put(city.path("web"), body, rest.get(city.path("web")).etag());
    }

    /** An agent from before there was pausing does not know the word. */
    @Test
    void whatIsToStandStillIsDesiredAsRunningAndPaused() {
        assertEquals("STOPPING", put("\"power\":\"PAUSED\"").at("status.phase").asText());
        assertEquals(Power.RUNNING, desired().power());
        assertTrue(desired().paused());
        agent.obey(DomainState.PAUSED);
        assertEquals("PAUSED", city.phase("web"));
        assertEquals(List.of("web"), inPhase("PAUSED"));
        put("\"power\":\"RUNNING\"");
        assertFalse(desired().paused());
    }

    @Test
    void whatIsProtectedIsNotDeleted() {
        put("\"deletionProtection\":true");
        Answer refused = rest.delete(city.path("web"));
        assertEquals("deletion.protected", refused.at("code").asText(), refused.text());
        assertEquals(409, refused.status());
        assertEquals("RUNNING", city.phase("web"));
        put("\"deletionProtection\":false");
        assertEquals(200, rest.delete(city.path("web")).status());
        agent.obey(DomainState.SHUTOFF);
        assertEquals(404, rest.get(city.path("web")).status());
    }

    @Test
    void aProtectedVolumeIsDetachedButNotDeleted() {
        String volumes = "/v1/tenants/" + city.id + "/volumes";
        city.created(
                volumes,
                "data",
                "{\"sizeGiB\":1,\"instance\":\"web\",\"deletionProtection\":true}");
        String volume = volumes + "/data";
        city.replaced(volume, "{\"sizeGiB\":1,\"deletionProtection\":true}");
        Answer refused = rest.delete(volume);
        assertEquals("deletion.protected", refused.at("code").asText(), refused.text());
        city.replaced(volume, "{\"sizeGiB\":1}");
        assertEquals(200, rest.delete(volume).status());
    }

    private InstanceDesired desired() {
        return agent.desired(0, 0).instances().getFirst();
    }

    private Answer put(String fields) {
        String comma = fields.isEmpty() ? "" : ",";
        String body = city.body("web").replace("\"zone\"", fields + comma + "\"zone\"");
        return rest.put(city.path("web"), body, rest.get(city.path("web")).etag());
    }

    private List<String> inPhase(String phase) {
        return rest.get("/v1/tenants/" + city.id + "/instances?phase=" + phase)
                .body()
                .path("items")
                .valueStream()
                .map(item -> item.at("/metadata/name").asText())
                .toList();
    }

    private static void refused(Answer answer, String limit) {
        assertEquals("field.invalid", answer.at("code").asText(), answer.text());
        assertEquals("spec.boot", answer.at("errors.0.field").asText(), answer.text());
        assertEquals(limit, answer.at("errors.0.limit").asText(), answer.text());
    }
}
