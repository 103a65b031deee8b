package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tiers of volumes, and what hosts are told of them. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class TierTest {
    private static final IoLimits SLOW = new IoLimits(100, 50, 8L << 20, 4L << 20);

    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
        city.created(
                "/v1/tiers",
                tier("slow"),
                "{\"readIops\":100,\"writeIops\":50,\"readMiBps\":8,\"writeMiBps\":4}");
        city.created("/v1/tiers", tier("free"), "{\"displayName\":\"without limits\"}");
        city.create("web");
        city.obey();
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void aHostIsToldOfTheLimitsOfWhatItsInstancesHave() {
        assertEquals(Map.of(), limits());
        UUID id = create("data", "web", tier("slow"));
        assertEquals(Map.of(id, SLOW), limits());
        create("other", "web", null);
        assertEquals(Map.of(id, SLOW), limits(), "without a tier there are none");
        Answer tier = rest.get("/v1/tiers/" + tier("slow"));
        assertEquals("{\"volumes\":1,\"allocatedGiB\":10}", tier.at("status").toString());
        city.obey();
        assertEquals(200, put("data", null, null).status());
        assertEquals(Map.of(), limits(), "a volume that nobody has");
        assertEquals(tier("slow"), rest.get(path("data")).at("spec.tier").asText());
    }

    @Test
    void aTierThatChangesIsNewsForItsHostsAndForNoOthers() {
        UUID id = create("data", "web", tier("slow"));
        city.obey();
        long before = revision();
        assertEquals(
                200, putTier("slow", "{\"displayName\":\"now said\",\"writeIops\":7}").status());
        HostDesired news = city.agent.desired(before, 0);
        assertEquals(
                List.of(Map.of(id, new IoLimits(0, 7, 0, 0))),
                news.instances().stream().map(one -> one.limits()).toList());
        before = revision();
        assertEquals(200, putTier("free", "{\"readIops\":1}").status());
        assertEquals(
                200, putTier("slow", "{\"displayName\":\"now said\",\"writeIops\":7}").status());
        assertEquals(before, revision(), "nothing that the host has was changed");
        assertEquals(200, put("data", "web", tier("free")).status());
        assertEquals(Map.of(id, new IoLimits(1, 0, 0, 0)), limits());
        assertTrue(revision() > before);
        assertEquals(200, put("data", "web", null).status());
        assertEquals(tier("free"), rest.get(path("data")).at("spec.tier").asText());
    }

    @Test
    void aCopyIsOfItsSourcesTierUnlessItNamesAnother() {
        create("data", "web", tier("slow"));
        city.obey();
        Answer taken =
                rest.post(city.path("web") + "/snapshots", "{\"metadata\":{\"name\":\"before\"}}");
        assertEquals(201, taken.status(), taken.text());
        assertEquals(tier("slow"), taken.at("items.0.spec.tier").asText(), taken.text());
        Answer other =
                rest.post(
                        volumes(),
                        "{\"metadata\":{\"name\":\"clone\"},\"spec\":{\"sizeGiB\":10,\"copyOf\":\"data\",\"tier\":\"%s\"}}"
                                .formatted(tier("free")));
        assertEquals(201, other.status(), other.text());
        assertEquals(tier("free"), other.at("spec.tier").asText());
        assertEquals(
                List.of("before-data", "data"),
                rest.get(volumes() + "?tier=" + tier("slow"))
                        .body()
                        .path("items")
                        .findValuesAsText("name"));
    }

    @Test
    void badTiersAreRefusedWithFieldLimitAndRemedy() {
        for (String field : List.of("readIops", "writeIops", "readMiBps", "writeMiBps")) {
            for (long bad : List.of(0L, -1L, 1_000_000_001L)) {
                Answer refused =
                        rest.post(
                                "/v1/tiers",
                                "{\"metadata\":{\"name\":\"bad\"},\"spec\":{\"%s\":%d}}"
                                        .formatted(field, bad));
                assertEquals(422, refused.status(), refused.text());
                assertEquals("spec." + field, refused.at("errors.0.field").asText());
                assertTrue(
                        refused.at("errors.0.limit").asText().startsWith(bad < 1 ? ">= 1" : "<= "),
                        refused.text());
            }
        }
        Answer unknown = tried("data", "web", "nowhere");
        assertEquals("reference.unknown", unknown.at("code").asText(), unknown.text());
        assertEquals("spec.tier", unknown.at("errors.0.field").asText());
        create("data", "web", tier("slow"));
        Answer inUse = delete("slow");
        assertEquals("reference.in_use", inUse.at("code").asText(), inUse.text());
        assertTrue(inUse.at("detail").asText().contains(city.id + "/data"), inUse.text());
        assertEquals(204, delete("free").status());
        assertEquals(404, rest.get("/v1/tiers/" + tier("free")).status());
    }

    @Test
    void aPlanOfATierTellsNoHost() {
        create("data", "web", tier("slow"));
        long before = revision();
        Answer plan =
                rest.put(
                        "/v1/tiers/" + tier("slow") + "?mode=plan",
                        tierBody("slow", "{\"readIops\":1}"),
                        "*");
        assertEquals("update", plan.at("action").asText(), plan.text());
        assertEquals(before, revision());
        assertNull(
                rest.get("/v1/tiers/" + tier("slow")).at("spec").get("displayName"),
                "what is planned is not done");
    }

    /** Tiers change while volumes of them come, go and are given away: the last word of each reaches the host. */
    @Test
    void nobodyKeepsLimitsThatNoLongerHold() throws Exception {
        create("data", "web", tier("slow"));
        city.obey();
        try (ExecutorService crowd = Executors.newFixedThreadPool(3)) {
            List<Future<?>> work =
                    List.of(
                            crowd.submit(() -> changeTier("slow")),
                            crowd.submit(() -> changeTier("free")),
                            crowd.submit(this::changeVolume));
            long heard = 0;
            Map<UUID, IoLimits> told = Map.of();
            boolean over = false;
            while (!over) {
                over = work.stream().allMatch(Future::isDone);
                HostDesired news = city.agent.desired(heard, 0);
                heard = news.revision();
                for (var instance : news.instances()) {
                    told = instance.limits();
                }
            }
            for (Future<?> one : work) {
                one.get();
            }
            assertEquals(limits(), told, "what was told bit by bit is what holds");
        }
    }

    private void changeTier(String name) {
        for (int i = 1; i <= 20; i++) {
            Answer answer = putTier(name, "{\"readIops\":%d}".formatted(i));
            assertEquals(200, answer.status(), answer.text());
        }
    }

    private void changeVolume() {
        for (int i = 1; i <= 20; i++) {
            Answer answer = put("data", "web", tier(i % 2 == 0 ? "slow" : "free"));
            assertEquals(200, answer.status(), answer.text());
        }
    }

    private String tier(String name) {
        return city.id + "-" + name;
    }

    private Map<UUID, IoLimits> limits() {
        return city.agent.desired(0, 0).instances().getFirst().limits();
    }

    private long revision() {
        return city.agent.desired(0, 0).revision();
    }

    private Answer putTier(String name, String spec) {
        return rest.put("/v1/tiers/" + tier(name), tierBody(name, spec), "*");
    }

    private String tierBody(String name, String spec) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(tier(name), spec);
    }

    private Answer delete(String name) {
        return rest.send("DELETE", "/v1/tiers/" + tier(name), null, Map.of("If-Match", "*"));
    }

    private UUID create(String name, String instance, String tier) {
        Answer made = tried(name, instance, tier);
        assertEquals(201, made.status(), made.text());
        return UUID.fromString(made.at("metadata.id").asText());
    }

    private Answer tried(String name, String instance, String tier) {
        return rest.post(volumes(), body(name, instance, tier));
    }

    private Answer put(String name, String instance, String tier) {
        return rest.put(path(name), body(name, instance, tier), "*");
    }

    private static String body(String name, String instance, String tier) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"sizeGiB\":10%s%s}}"
                .formatted(name, named("instance", instance), named("tier", tier));
    }

    private static String named(String field, String value) {
        return value == null ? "" : ",\"%s\":\"%s\"".formatted(field, value);
    }

    private String volumes() {
        return "/v1/tenants/" + city.id + "/volumes";
    }

    private String path(String name) {
        return volumes() + "/" + name;
    }
}
