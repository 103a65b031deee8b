package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes of a tenant for 50 GiB, on a host of 100. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class VolumeTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void aLifeFromNothingToNothing() {
        city.create("web");
        city.obey();
        Answer made = create("data", 10, "web");
        assertEquals(201, made.status(), made.text());
        assertEquals("SCHEDULED", made.at("status.phase").asText());
        assertEquals(20, made.at("status.serial").asText().length());
        assertEquals(12, storageUsed());
        HostDesired asked = city.agent.desired(0, 0);
        VolumeDesired volume = asked.volumesOrNone().getFirst();
        assertEquals(List.of(10, false), List.of(volume.sizeGiB(), volume.made()));
        assertEquals(List.of(volume.id()), asked.instances().getFirst().volumesOrNone());
        city.obey();
        assertEquals("ATTACHED", phase("data"));
        assertEquals("[\"data\"]", rest.get(city.path("web")).at("status.volumes").toString());
        assertTrue(volume().made(), "its host is told that it is never to be made again");
        Answer inUse = delete("data");
        assertEquals("volume.in_use", code(inUse), inUse.text());
        assertEquals(200, put("data", 12, null).status());
        assertEquals("GROWING", phase("data"));
        assertEquals(14, storageUsed());
        assertEquals(List.of(), city.agent.desired(0, 0).instances().getFirst().volumesOrNone());
        city.obey();
        assertEquals("AVAILABLE", phase("data"));
        assertEquals(200, delete("data").status());
        assertEquals("DELETING", phase("data"));
        assertEquals(14, storageUsed(), "it takes room until its host says that it is gone");
        city.obey();
        assertEquals(404, rest.get(path("data")).status());
        assertEquals(2, storageUsed());
        List<String> types = history("data");
        assertEquals("created", types.getFirst());
        assertEquals("deleted", types.getLast());
        assertTrue(types.contains("phase"), types.toString());
    }

    @Test
    void anInstanceAndItsVolumesAreAdmittedTogetherOrNotAtAll() {
        Answer made = rest.post(sets(), set("web", 2, "{\"name\":\"data\",\"sizeGiB\":10}"));
        assertEquals(201, made.status(), made.text());
        assertEquals("web-2-data", made.at("volumes.1.metadata.name").asText(), made.text());
        assertEquals("web-2", made.at("volumes.1.spec.instance").asText());
        assertEquals("SCHEDULED", made.at("volumes.1.status.phase").asText());
        assertEquals(24, storageUsed());
        assertEquals(made.at("volumes.0"), rest.get(path("web-1-data")).body());
        city.obey();
        assertEquals("ATTACHED", phase("web-1-data"));
        Answer over = rest.post(sets(), set("db", 1, "{\"name\":\"data\",\"sizeGiB\":25}"));
        assertEquals("quota.exceeded", code(over), over.text());
        assertTrue(over.at("detail").asText().contains("with their volumes need 27"), over.text());
        assertEquals(404, rest.get(city.path("db-1")).status());
        tenantMay(1000);
        Answer full = rest.post(sets(), set("db", 1, "{\"name\":\"data\",\"sizeGiB\":80}"));
        assertEquals("placement.no_host", code(full), full.text());
        assertEquals(404, rest.get(path("db-1-data")).status());
        Answer taken =
                rest.post(
                        sets(),
                        set("web-1", null, "{\"name\":\"data\",\"sizeGiB\":1}")
                                .replace("\"name\":\"web-1\"", "\"name\":\"web\""));
        assertEquals(201, taken.status(), "one without a count has the name as it is");
        assertEquals("web-data", taken.at("volumes.0.metadata.name").asText());
        rest.send("DELETE", city.path("web-1"), null, Map.of("If-Match", "*"));
        city.obey();
        Answer again = rest.post(sets(), set("web", 1, "{\"name\":\"data\",\"sizeGiB\":1}"));
        assertEquals("name.taken", code(again), again.text());
        assertEquals("web-1-data", again.at("errors.0.actual").asText());
        assertEquals("AVAILABLE", phase("web-1-data"), "a volume outlives its instance");
        assertTrue(history("web-1-data").contains("updated"));
    }

    @Test
    void aPlanAndAKeyHoldForVolumesToo() {
        String body = set("web", 1, "{\"name\":\"data\",\"sizeGiB\":10}");
        Answer plan = rest.post(sets() + "?mode=plan", body);
        assertEquals("web-1-data", plan.at("after.volumes.0.metadata.name").asText(), plan.text());
        assertEquals(0, storageUsed());
        Map<String, String> key = Map.of("Idempotency-Key", city.id + "-once");
        Answer made = rest.send("POST", sets(), body, key);
        assertEquals(201, made.status(), made.text());
        assertEquals(made.body(), rest.send("POST", sets(), body, key).body());
        assertEquals(12, storageUsed());
    }

    @Test
    void badVolumesAreRefusedWithFieldLimitAndRemedy() {
        city.create("web");
        assertEquals("spec.sizeGiB", field(create("data", 0, "web")));
        assertEquals("spec.instance", field(create("data", 1, null)));
        assertEquals("reference.unknown", code(create("data", 1, "nobody")));
        Answer limit = create("data", 49, "web");
        assertEquals("quota.exceeded", code(limit), limit.text());
        assertEquals("spec.sizeGiB", field(limit));
        tenantMay(1000);
        Answer full = create("data", 99, "web");
        assertEquals("placement.no_host", code(full), full.text());
        assertTrue(full.at("remedy").asText().contains("make room for 1 storageGiB"), full.text());
        create("data", 10, "web");
        assertEquals("name.taken", code(create("data", 1, "web")));
        Answer smaller = put("data", 9, "web");
        assertEquals("spec.sizeGiB", field(smaller), smaller.text());
        assertEquals("quota.exceeded", code(overQuota()));
        Answer twice =
                rest.post(
                        sets(),
                        set(
                                "db",
                                1,
                                "{\"name\":\"a\",\"sizeGiB\":1},{\"name\":\"a\",\"sizeGiB\":1}"));
        assertEquals("volumes[1].name", field(twice), twice.text());
        Answer nine =
                rest.post(
                        sets(),
                        set(
                                "db",
                                1,
                                String.join(
                                        ",",
                                        IntStream.range(0, 9)
                                                .mapToObj(
                                                        "{\"name\":\"v%d\",\"sizeGiB\":1}"
                                                                ::formatted)
                                                .toList())));
        assertEquals("volumes", field(nine), nine.text());
        assertEquals(12, storageUsed());
    }

    private Answer overQuota() {
        tenantMay(20);
        return put("data", 30, "web");
    }

    @Test
    void aVolumeGoesToAnotherInstanceOnlyWhenItsHostSaysThatNobodyHasIt() {
        city.create("web");
        city.create("db");
        city.obey();
        create("data", 10, "web");
        city.obey();
        assertEquals("volume.in_use", code(put("data", 10, "db")));
        put("data", 10, null);
        Answer early = put("data", 10, "db");
        assertEquals("volume.in_use", code(early), early.text());
        assertTrue(early.at("remedy").asText().contains("AVAILABLE"), early.text());
        city.obey();
        assertEquals(200, put("data", 10, "db").status());
        city.obey();
        assertEquals("ATTACHED", phase("data"));
        String second = city.secondHost();
        city.replaced(
                "/v1/hosts/" + city.id,
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
        city.admitted("far");
        put("data", 10, null);
        city.obey();
        Answer far = put("data", 10, "far");
        assertEquals("field.invalid", code(far), far.text());
        assertTrue(far.at("detail").asText().contains("instance far is on host " + second));
        city.replaced(
                "/v1/hosts/" + second,
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
    }

    @Test
    void whatAHostCannotSeeIsUnobservedAndWhatItLostIsSaid() {
        city.create("web");
        create("data", 10, "web");
        city.obey();
        String seen = rest.get(path("data")).at("status.observedAt").asText();
        city.agent.volumes = null;
        city.agent.report(null, true, List.of(instance()));
        city.agent.report(null, false, List.of());
        city.agent.report(null, true, List.of(instance()));
        Answer unseen = rest.get(path("data"));
        assertEquals("UNOBSERVED", unseen.at("status.phase").asText());
        assertEquals("StorageUnobserved", unseen.at("status.conditions.0.type").asText());
        assertEquals(seen, unseen.at("status.observedAt").asText(), "not when that was said");
        city.agent.volumes =
                List.of(
                        new VolumeObserved(
                                volume().id(),
                                VolumeState.ABSENT,
                                0,
                                null,
                                0,
                                null,
                                new Fault(
                                        Instant.EPOCH,
                                        "make",
                                        "its file is gone",
                                        Fault.ATTEMPTS_BEFORE_FAILED),
                                null));
        city.agent.report(null, true, List.of(instance()));
        assertEquals("FAILED", phase("data"));
        assertEquals(
                "its file is gone", rest.get(path("data")).at("status.lastError.message").asText());
        assertTrue(history("data").contains("fault"));
        assertEquals(12, storageUsed());
    }

    @Test
    void listsFilterAndATenantOrHostWithVolumesStays() {
        city.create("web");
        city.create("db");
        create("a", 1, "web");
        create("b", 1, "db");
        assertEquals(List.of("a"), names("/v1/tenants/" + city.id + "/volumes?instance=web"));
        assertEquals(List.of("a", "b"), names("/v1/volumes?host=" + city.id));
        assertEquals(List.of("a"), names("/v1/volumes?limit=1&tenant=" + city.id), "a page of one");
        rest.send("DELETE", city.path("web"), null, Map.of("If-Match", "*"));
        rest.send("DELETE", city.path("db"), null, Map.of("If-Match", "*"));
        city.obey();
        for (String held : List.of("/v1/hosts/", "/v1/tenants/")) {
            Answer kept = rest.send("DELETE", held + city.id, null, Map.of("If-Match", "*"));
            assertEquals("reference.in_use", code(kept), kept.text());
            assertTrue(kept.at("detail").asText().contains("volumes"), kept.text());
        }
        assertEquals(0, rest.get("/v1/hosts/" + city.id).at("status.instances").asInt());
    }

    /** Volumes come and go, alone and with instances, while others ask for the same room: it is never promised twice. */
    @Test
    void nobodyGetsRoomThatAnotherHas() throws Exception {
        city.create("web");
        city.obey();
        long seed = new Random().nextLong();
        try (ExecutorService crowd = Executors.newFixedThreadPool(6)) {
            List<? extends Future<?>> work =
                    IntStream.range(0, 6)
                            .mapToObj(i -> crowd.submit(() -> comeAndGo(i, new Random(seed + i))))
                            .toList();
            for (Future<?> one : work) {
                one.get();
            }
        }
        long sum = 2;
        for (var one : rest.get("/v1/tenants/" + city.id + "/volumes").at("items")) {
            sum += one.at("/spec/sizeGiB").asLong();
        }
        for (var one : rest.get("/v1/tenants/" + city.id + "/instances").at("items")) {
            sum += one.at("/metadata/name").asText().equals("web") ? 0 : 2;
        }
        assertEquals(sum, storageUsed(), "seed " + seed);
        assertTrue(sum <= 50, "seed " + seed);
    }

    private void comeAndGo(int number, Random random) {
        for (int i = 0; i < 12; i++) {
            String name = "v%d-%d".formatted(number, i);
            Answer answer =
                    random.nextBoolean()
                            ? create(name, 1 + random.nextInt(8), "web")
                            : rest.post(
                                    sets(),
                                    set(
                                            name,
                                            1,
                                            "{\"name\":\"x\",\"sizeGiB\":%d}"
                                                    .formatted(1 + random.nextInt(8))));
            boolean full =
                    code(answer).equals("quota.exceeded") || code(answer).equals("field.invalid");
            assertTrue(answer.status() == 201 || full, answer.text());
            if (random.nextInt(3) > 0) {
                put(name, 9, null);
                delete(name);
            }
        }
    }

    private Answer create(String name, int sizeGiB, String instance) {
        return rest.post("/v1/tenants/" + city.id + "/volumes", body(name, sizeGiB, instance));
    }

    private Answer put(String name, int sizeGiB, String instance) {
        return rest.put(path(name), body(name, sizeGiB, instance), "*");
    }

    private Answer delete(String name) {
        return rest.send("DELETE", path(name), null, Map.of("If-Match", "*"));
    }

    private static String body(String name, int sizeGiB, String instance) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"sizeGiB\":%d%s}}"
                .formatted(
                        name,
                        sizeGiB,
                        instance == null ? "" : ",\"instance\":\"%s\"".formatted(instance));
    }

    private String set(String name, Integer count, String volumes) {
        return "{\"metadata\":{\"name\":\"%1$s\"},%3$s\"spec\":{\"flavor\":\"%2$s\",\"image\":\"%2$s\",\"zone\":\"%2$s\"},\"volumes\":[%4$s]}"
                .formatted(
                        name,
                        city.id,
                        count == null ? "" : "\"count\":%d,".formatted(count),
                        volumes);
    }

    private String sets() {
        return "/v1/tenants/" + city.id + "/instance-sets";
    }

    private String path(String name) {
        return "/v1/tenants/" + city.id + "/volumes/" + name;
    }

    private String phase(String name) {
        return rest.get(path(name)).at("status.phase").asText();
    }

    private VolumeDesired volume() {
        return city.agent.desired(0, 0).volumesOrNone().getFirst();
    }

    private io.yunqing.api.agent.InstanceObserved instance() {
        return FakeAgent.observed(
                city.agent.desired(0, 0).instances().getFirst(), DomainState.RUNNING);
    }

    private long storageUsed() {
        long tenant = rest.get("/v1/tenants/" + city.id).at("status.used.storageGiB").asLong();
        assertEquals(
                tenant,
                rest.get("/v1/hosts/" + city.id).at("status.capacity.storageGiB.used").asLong());
        return tenant;
    }

    private void tenantMay(int storageGiB) {
        city.replaced(
                "/v1/tenants/" + city.id,
                "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":4,\"memoryMiB\":4096,\"storageGiB\":%d}}"
                        .formatted(city.id, storageGiB));
    }

    private List<String> history(String name) {
        return rest.get("/v1/events?kind=Volume&name=%s&tenant=%s".formatted(name, city.id))
                .body()
                .path("items")
                .findValuesAsText("type");
    }

    private List<String> names(String path) {
        return rest.get(path).body().path("items").findValuesAsText("name");
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }

    private static String field(Answer answer) {
        assertFalse(answer.at("errors.0.field").isMissingNode(), answer.text());
        return answer.at("errors.0.field").asText();
    }
}
