package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.WipePolicy;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import io.yunqing.api.agent.WipeObserved;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes that are overwritten when they are deleted, and what is kept of that. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class WipeTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
        city.created("/v1/tiers", city.id, "{\"wipe\":\"ZERO\"}");
        city.create("web");
        city.obey();
        create("data", city.id);
        create("plain", null);
        city.obey();
        put("data", null);
        put("plain", null);
        city.obey();
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void roomIsGivenBackWhenTheHostHasOverwrittenItAndTheEvidenceIsKept() {
        String serial = rest.get(path("data")).at("status.serial").asText();
        assertEquals(200, delete("data").status());
        assertEquals(WipePolicy.ZERO, volume("data").wipe());
        assertEquals("WAITING", wipe(serial).at("status.phase").asText());
        city.obey();
        Answer wiped = wipe(serial);
        assertEquals("WIPED", wiped.at("status.phase").asText(), wiped.text());
        assertEquals(1 << 20, wiped.at("status.bytes").asLong());
        assertEquals("5".repeat(64), wiped.at("status.sampleSha256").asText());
        assertEquals(city.id, wiped.at("status.host").asText());
        assertEquals("DELETING", rest.get(path("data")).at("status.phase").asText());
        assertEquals(22, storageUsed(), "it takes up room until it is removed");
        assertNull(volume("data").wipe(), "its host is told that the evidence is known");
        city.obey();
        assertEquals(404, rest.get(path("data")).status());
        assertEquals(12, storageUsed());
        Answer kept = wipe(serial);
        assertEquals("WIPED", kept.at("status.phase").asText());
        assertTrue(kept.at("status.removedAt").isTextual(), kept.text());
        assertEquals(
                List.of("created", "wiped", "removed"),
                rest.get("/v1/events?kind=Wipe&name=" + serial)
                        .body()
                        .path("items")
                        .findValuesAsText("type"));
    }

    @Test
    void whatAnAgentRemovesWithoutEvidenceIsSaidToBeUnproven() {
        String serial = rest.get(path("data")).at("status.serial").asText();
        delete("data");
        report(
                new VolumeObserved(
                        volume("data").id(), VolumeState.REMOVED, 0, null, 0, null, null, null));
        assertEquals(404, rest.get(path("data")).status());
        assertEquals("UNPROVEN", wipe(serial).at("status.phase").asText());
        assertEquals(12, storageUsed());
    }

    @Test
    void progressIsShownAndWhatIsFinishedIsNotTakenBack() {
        String serial = rest.get(path("data")).at("status.serial").asText();
        delete("data");
        VolumeDesired volume = volume("data");
        report(FakeAgent.wiped(volume, half()));
        assertEquals("WIPING", wipe(serial).at("status.phase").asText());
        assertEquals(512, wipe(serial).at("status.bytes").asLong());
        Answer shown = rest.get(path("data"));
        assertEquals("Wiping", shown.at("status.conditions.0.type").asText(), shown.text());
        assertEquals(WipePolicy.ZERO, volume("data").wipe());
        city.obey();
        report(FakeAgent.wiped(volume, half()));
        assertEquals("WIPED", wipe(serial).at("status.phase").asText());
    }

    private static WipeObserved half() {
        return new WipeObserved(WipePolicy.ZERO, Instant.EPOCH, 512, 1 << 20, null, 0, null, false);
    }

    @Test
    void whatATierSaysWhenAVolumeIsDeletedHolds() {
        delete("plain");
        assertNull(volume("plain").wipe());
        delete("data");
        city.replaced("/v1/tiers/" + city.id, "{\"wipe\":\"NONE\"}");
        assertEquals(WipePolicy.ZERO, volume("data").wipe());
        assertEquals(List.of("data"), volumesOf("tenant=" + city.id));
    }

    @Test
    void aPlanKeepsNoRecord() {
        Answer plan =
                rest.send("DELETE", path("data") + "?mode=plan", null, Map.of("If-Match", "*"));
        assertEquals("delete", plan.at("action").asText(), plan.text());
        assertEquals(List.of(), volumesOf("tenant=" + city.id));
    }

    @Test
    void recordsAreListedByWhatTheyAreOfAndNobodyChangesThem() {
        String serial = rest.get(path("data")).at("status.serial").asText();
        delete("data");
        assertEquals(List.of("data"), volumesOf("host=" + city.id + "&volume=data&limit=1"));
        assertEquals(List.of(), volumesOf("host=" + city.id + "&volume=other"));
        assertEquals(404, wipe("nothing").status());
        for (String method : List.of("PUT", "DELETE")) {
            Answer refused =
                    rest.send(method, "/v1/wipes/" + serial, "{}", Map.of("If-Match", "*"));
            assertEquals("request.method", refused.at("code").asText(), refused.text());
        }
        Answer bad =
                rest.post(
                        "/v1/tiers",
                        "{\"metadata\":{\"name\":\"bad\"},\"spec\":{\"wipe\":\"SHRED\"}}");
        assertEquals(422, bad.status(), bad.text());
        assertTrue(bad.text().contains("NONE") && bad.text().contains("ZERO"), bad.text());
    }

    private void report(VolumeObserved one) {
        city.agent.volumes = List.of(one);
        assertEquals(
                200,
                city.agent
                        .report(
                                null,
                                true,
                                List.of(
                                        FakeAgent.observed(
                                                city.agent.desired(0, 0).instances().getFirst(),
                                                io.yunqing.api.agent.DomainState.RUNNING)))
                        .status());
    }

    private Answer wipe(String name) {
        return rest.get("/v1/wipes/" + name);
    }

    private List<String> volumesOf(String filters) {
        return rest.get("/v1/wipes?" + filters).body().path("items").findValuesAsText("volume");
    }

    private VolumeDesired volume(String name) {
        return city.agent.desired(0, 0).volumesOrNone().stream()
                .filter(volume -> volume.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void create(String name, String tier) {
        Answer made = rest.post("/v1/tenants/" + city.id + "/volumes", body(name, "web", tier));
        assertEquals(201, made.status(), made.text());
    }

    private void put(String name, String instance) {
        Answer answer = rest.put(path(name), body(name, instance, null), "*");
        assertEquals(200, answer.status(), answer.text());
    }

    private static String body(String name, String instance, String tier) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"sizeGiB\":10%s%s}}"
                .formatted(name, named("instance", instance), named("tier", tier));
    }

    private static String named(String field, String value) {
        return value == null ? "" : ",\"%s\":\"%s\"".formatted(field, value);
    }

    private Answer delete(String name) {
        return rest.send("DELETE", path(name), null, Map.of("If-Match", "*"));
    }

    private String path(String name) {
        return "/v1/tenants/" + city.id + "/volumes/" + name;
    }

    private long storageUsed() {
        return rest.get("/v1/tenants/" + city.id).at("status.used.storageGiB").asLong();
    }
}
