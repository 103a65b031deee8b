package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes that are copies of others, in a tenant for 50 GiB: instance {@code web} has {@code data} of 10 and {@code logs} of 2. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class VolumeCopyTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void anInstanceWithTwoVolumes() {
        city = new City(rest, authority.certificatePem());
        city.admitted("web");
        assertEquals(201, create("data", "\"sizeGiB\":10,\"instance\":\"web\"").status());
        assertEquals(201, create("logs", "\"sizeGiB\":2,\"instance\":\"web\"").status());
        city.obey();
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void aSnapshotIsACopyThatIsOnlyKept() {
        Answer made = create("before", "\"sizeGiB\":10,\"copyOf\":\"data\",\"snapshot\":true");
        assertEquals(201, made.status(), made.text());
        assertEquals("SCHEDULED", phase("before"));
        HostDesired told = city.agent.desired(0, 0);
        assertEquals(List.of(id("before")), told.copies().stream().map(VolumeDesired::id).toList());
        assertTrue(
                told.volumes().stream().noneMatch(one -> one.id().equals(id("before"))),
                "an agent that knows of no copies does not make an empty one");
        assertEquals(id("data"), desired("before").source());
        assertEquals("reference.in_use", code(deleteDetached("data")));
        city.obey();
        assertEquals("AVAILABLE", phase("before"));
        assertNull(desired("before").source(), "what is copied needs its source no more");
        assertTrue(desired("before").made());

        assertEquals(
                "spec.instance",
                field(put("before", snapshot(10, "data", ",\"instance\":\"web\""))));
        assertEquals("spec.sizeGiB", field(put("before", snapshot(11, "data", ""))));
        assertEquals("spec.restore", field(put("before", snapshot(10, "data", ",\"restore\":1"))));
        assertEquals("spec.snapshot", field(put("before", "\"sizeGiB\":10,\"copyOf\":\"data\"")));
        assertEquals("spec.copyOf", field(put("before", snapshot(10, "logs", ""))));
        assertEquals(
                200, put("before", snapshot(10, "data", ",\"deletionProtection\":true")).status());
        assertEquals("deletion.protected", code(delete("before")));
        assertEquals(
                List.of("before"),
                names("/v1/tenants/" + city.id + "/volumes?of=data&snapshot=true"));
        assertEquals(
                List.of("data", "logs"),
                names("/v1/tenants/" + city.id + "/volumes?snapshot=false"));
        assertEquals("request.parameter", code(rest.get("/v1/volumes?snapshot=perhaps")));
        assertEquals(
                List.of("before", "data"),
                names("/v1/tenants/" + city.id + "/volumes?phase=AVAILABLE"));
        assertEquals(List.of("logs"), names("/v1/volumes?phase=ATTACHED&tenant=" + city.id));
    }

    @Test
    void aCopyIsMadeOnItsSourcesHostAndCanBeLargerAndAttachedAtOnce() {
        Answer made = create("clone", "\"sizeGiB\":12,\"copyOf\":\"data\",\"instance\":\"web\"");
        assertEquals(201, made.status(), made.text());
        assertEquals(city.id, made.at("status.host").asText());
        city.obey();
        assertEquals("ATTACHED", phase("clone"));
        assertEquals("data", rest.get(path("clone")).at("spec.copyOf").asText());
    }

    @Test
    void whatCannotBeCopiedIsRefused() {
        assertEquals("spec.sizeGiB", field(create("copy", "\"sizeGiB\":9,\"copyOf\":\"data\"")));
        assertEquals("spec.copyOf", field(create("copy", "\"sizeGiB\":9,\"copyOf\":\"none\"")));
        assertEquals(
                "spec.copyOf",
                field(create("copy", "\"sizeGiB\":9,\"snapshot\":true,\"instance\":\"web\"")));
        assertEquals(
                "spec.instance",
                field(create("copy", snapshot(10, "data", ",\"instance\":\"web\""))));
        assertEquals(
                "spec.restore",
                field(create("copy", "\"sizeGiB\":10,\"copyOf\":\"data\",\"restore\":1")));
        assertEquals("spec.instance", field(create("copy", "\"sizeGiB\":9")));
        assertEquals("quota.exceeded", code(create("copy", "\"sizeGiB\":40,\"copyOf\":\"data\"")));
        create("fresh", "\"sizeGiB\":1,\"instance\":\"web\"");
        Answer early = create("copy", "\"sizeGiB\":1,\"copyOf\":\"fresh\"");
        assertEquals("spec.copyOf", field(early), early.text());
        assertTrue(early.at("detail").asText().contains("not made yet"), early.text());
        String second = city.secondHost();
        city.replaced(
                "/v1/hosts/" + city.id,
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
        city.admitted("far");
        Answer elsewhere =
                create("copy", "\"sizeGiB\":10,\"copyOf\":\"data\",\"instance\":\"far\"");
        assertEquals("spec.copyOf", field(elsewhere), elsewhere.text());
        assertTrue(elsewhere.at("detail").asText().contains("on host " + second), elsewhere.text());
        city.replaced(
                "/v1/hosts/" + second,
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
    }

    @Test
    void aRestoreReplacesWhatIsOnADetachedVolumeOnce() {
        create("before", snapshot(10, "data", ""));
        city.obey();
        Answer attached =
                put(
                        "data",
                        "\"sizeGiB\":10,\"instance\":\"web\",\"copyOf\":\"before\",\"restore\":1");
        assertEquals("volume.in_use", code(attached), attached.text());
        put("data", "\"sizeGiB\":10");
        Answer early = put("data", restored(1));
        assertEquals("volume.in_use", code(early), early.text());
        city.obey();
        assertEquals("spec.restore", field(put("data", restored(2))));
        assertEquals("spec.copyOf", field(put("data", "\"sizeGiB\":10,\"restore\":1")));
        assertEquals(
                "spec.copyOf",
                field(put("data", "\"sizeGiB\":10,\"copyOf\":\"data\",\"restore\":1")));
        assertEquals("spec.copyOf", field(put("data", "\"sizeGiB\":10,\"copyOf\":\"before\"")));
        put("data", "\"sizeGiB\":10,\"deletionProtection\":true");
        assertEquals("deletion.protected", code(put("data", restored(1))));
        put("data", "\"sizeGiB\":10");
        city.obey();

        Answer asked = put("data", restored(1));
        assertEquals(200, asked.status(), asked.text());
        assertEquals("COPYING", phase("data"));
        VolumeDesired told = desired("data");
        assertEquals(List.of(id("before"), 1), List.of(told.source(), told.restore()));
        assertEquals("reference.in_use", code(delete("before")));
        Answer clone = create("clone", "\"sizeGiB\":10,\"copyOf\":\"data\"");
        assertTrue(clone.at("detail").asText().contains("being replaced"), clone.text());
        Answer attach = put("data", restored(1) + ",\"instance\":\"web\"");
        assertEquals("volume.in_use", code(attach), attach.text());
        // An agent that does not know of restores says nothing of them.
        city.agent.volumes =
                city.agent.volumes.stream()
                        .map(one ->
                                new VolumeObserved(
                                        one.id(),
                                        VolumeState.PRESENT,
                                        one.sizeGiB(),
                                        one.instance(),
                                        0,
                                        null,
                                        null,
                                        null))
                        .toList();
        city.agent.report(null, true, List.of());
        assertEquals("COPYING", phase("data"));
        city.obey();
        assertEquals("AVAILABLE", phase("data"));
        assertNull(desired("data").source(), "it is never restored by itself again");
        assertEquals(200, put("data", restored(1) + ",\"instance\":\"web\"").status());
        city.obey();
        assertEquals("ATTACHED", phase("data"));
        assertEquals(200, delete("before").status());
    }

    @Test
    void aCopyThatIsNotWantedAnyMoreLetsItsSourceGo() {
        create("before", snapshot(10, "data", ""));
        assertEquals(200, delete("before").status());
        put("data", "\"sizeGiB\":10");
        assertEquals(200, delete("data").status());
        assertEquals(22 + 2, storageUsed());
        city.obey();
        assertEquals(4, storageUsed());
        assertEquals(404, rest.get(path("before")).status());
    }

    @Test
    void snapshotsOfAllVolumesOfAnInstanceAreOfOneMoment() {
        Answer plan = rest.post(snapshots() + "?mode=plan", set("{}", ""));
        assertEquals("night-logs", plan.at("after.items.1.metadata.name").asText(), plan.text());
        Map<String, String> key = Map.of("Idempotency-Key", city.id + "-night");
        Answer made = rest.send("POST", snapshots(), set("{\"run\":\"1\"}", ""), key);
        assertEquals(201, made.status(), made.text());
        assertEquals(
                made.body(),
                rest.send("POST", snapshots(), set("{\"run\":\"1\"}", ""), key).body());
        assertEquals("night-data", made.at("items.0.metadata.name").asText());
        assertEquals("1", made.at("items.1.metadata.labels.run").asText());
        UUID moment = desired("night-data").moment();
        assertNotNull(moment);
        assertEquals(moment, desired("night-logs").moment());
        assertEquals(26, storageUsed());
        city.obey();
        assertEquals("AVAILABLE", phase("night-logs"));

        assertEquals("name.taken", code(rest.post(snapshots(), set("{}", ""))));
        assertEquals(
                "volumes[0]",
                field(rest.post(snapshots(), set("{}", ",\"volumes\":[\"night-data\"]"))));
        assertEquals("volumes", field(rest.post(snapshots(), set("{}", ",\"volumes\":[]"))));
        assertEquals(
                "instance",
                field(rest.post(snapshots().replace("/web/", "/none/"), set("{}", ""))));
        put("data", "\"sizeGiB\":10");
        put("logs", "\"sizeGiB\":2");
        assertEquals("volumes", field(rest.post(snapshots(), set("{}", ""))));
        assertEquals(26, storageUsed());
    }

    /** Each plan makes ids anew, and what follows from them is not what is agreed to. */
    @Test
    void whatWasPlannedCanBeAgreedTo() {
        String digest = planned(snapshots(), set("{}", ""));
        put("logs", "\"sizeGiB\":2");
        Answer stale = rest.post(snapshots() + "?digest=" + digest, set("{}", ""));
        assertEquals("plan.stale", code(stale), stale.text());
        Answer nothing = rest.post(snapshots() + "?digest=", set("{}", ""));
        assertEquals("request.parameter", code(nothing), nothing.text());

        Map<String, String> asked =
                Map.of(
                        "/v1/tenants/" + city.id + "/volumes",
                        body("before", snapshot(10, "data", "")),
                        snapshots(),
                        set("{}", ""),
                        "/v1/tenants/" + city.id + "/instance-sets",
                        """
                        {"metadata":{"name":"db"},"spec":{"flavor":"%1$s","image":"%1$s","zone":"%1$s"},"volumes":[{"name":"data","sizeGiB":1}]}
                        """
                                .formatted(city.id));
        asked.forEach((path, body) -> {
            Answer made = rest.post(path + "?digest=" + planned(path, body), body);
            assertEquals(201, made.status(), made.text());
        });
    }

    private String planned(String path, String body) {
        Answer plan = rest.post(path + "?mode=plan", body);
        assertEquals(200, plan.status(), plan.text());
        return plan.at("digest").asText();
    }

    private String snapshots() {
        return "/v1/tenants/" + city.id + "/instances/web/snapshots";
    }

    private static String set(String labels, String more) {
        return "{\"metadata\":{\"name\":\"night\",\"labels\":%s}%s}".formatted(labels, more);
    }

    private Answer create(String name, String spec) {
        return rest.post("/v1/tenants/" + city.id + "/volumes", body(name, spec));
    }

    private Answer put(String name, String spec) {
        return rest.put(path(name), body(name, spec), "*");
    }

    private Answer deleteDetached(String name) {
        Answer was = rest.get(path(name));
        put(name, "\"sizeGiB\":" + was.at("spec.sizeGiB").asInt());
        return delete(name);
    }

    private Answer delete(String name) {
        return rest.send("DELETE", path(name), null, Map.of("If-Match", "*"));
    }

    private static String body(String name, String spec) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{%s}}".formatted(name, spec);
    }

    private static String snapshot(int sizeGiB, String of, String more) {
        return "\"sizeGiB\":%d,\"copyOf\":\"%s\",\"snapshot\":true%s".formatted(sizeGiB, of, more);
    }

    private static String restored(int times) {
        return "\"sizeGiB\":10,\"copyOf\":\"before\",\"restore\":" + times;
    }

    private String path(String name) {
        return "/v1/tenants/" + city.id + "/volumes/" + name;
    }

    private String phase(String name) {
        return rest.get(path(name)).at("status.phase").asText();
    }

    private UUID id(String name) {
        return UUID.fromString(rest.get(path(name)).at("metadata.id").asText());
    }

    private VolumeDesired desired(String name) {
        return city.agent.desired(0, 0).volumesOrNone().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private long storageUsed() {
        return rest.get("/v1/tenants/" + city.id).at("status.used.storageGiB").asLong();
    }

    private List<String> names(String path) {
        return rest.get(path).body().path("items").findValuesAsText("name");
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }

    private static String field(Answer answer) {
        return answer.at("errors.0.field").asText();
    }
}
