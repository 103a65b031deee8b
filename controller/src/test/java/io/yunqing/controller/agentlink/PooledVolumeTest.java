package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes in pools beside their hosts' own: instance {@code web} is on the first host, {@code far} on the second. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class PooledVolumeTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;
    private FakeAgent second;

    @BeforeEach
    void twoHostsWithPools() {
        city = new City(rest, authority.certificatePem());
        pool("san", "file:///srv/%s/san".formatted(city.id), ",\"shared\":true");
        pool("ssd", "file:///srv/%s/ssd".formatted(city.id), "");
        pool("ceph", "rbd://mon.%s/volumes".formatted(city.id), "");
        city.created("/v1/tiers", city.id, "{\"displayName\":\"in hosts' own pools\"}");
        city.admitted("web");
        closed(city.id, true);
        second = city.secondAgent();
        city.admitted("far");
        closed(city.id, false);
        obey();
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        closed(city.id + "-2", true);
        city.close();
    }

    @Test
    void aVolumeTakesItsRoomOfThePoolThatItsTierNames() {
        long own = used(city.id);
        Answer made = created("data", 30, "web", "san");
        assertEquals(name("san"), made.at("status.pool").asText(), made.text());
        assertEquals(own, used(city.id), "nothing of its host's");
        assertEquals(
                30 << 10, rest.get("/v1/pools/" + name("san")).at("status.promisedMiB").asInt());
        assertEquals(
                30, rest.get("/v1/tenants/" + city.id).at("status.used.storageGiB").asInt() - 4);
        HostDesired told = city.agent.desired(0, 0);
        VolumeDesired volume = told.pooled().getFirst();
        assertEquals(id("data"), volume.id());
        assertEquals(name("san"), volume.pool().name());
        assertEquals(List.of(), told.volumes(), "an agent that knows of no pools makes none of it");
        assertEquals(
                List.of(name("san"), name("ssd"), name("ceph")).stream().sorted().toList(),
                told.pools().stream()
                        .map(PoolPlace::name)
                        .filter(one -> one.startsWith(city.id + "-"))
                        .sorted()
                        .toList());
        obey();
        assertEquals("ATTACHED", phase("data"));
        assertEquals(
                List.of("data"),
                rest.get("/v1/volumes?pool=" + name("san"))
                        .body()
                        .path("items")
                        .findValuesAsText("name"));

        Answer tooLarge = create("more", 61, "web", "ssd");
        assertEquals("quota.exceeded", tooLarge.at("code").asText(), tooLarge.text());
    }

    @Test
    void whatIsInASharedPoolIsNotLostWithAHostAndNeedsNoRoomOnAnother() {
        created("shared", 30, "web", "san");
        created("own", 10, "web", "ssd");
        Answer lost = rest.post("/v1/rehearsals", "{\"host\":\"%s\"}".formatted(city.id));
        assertEquals(12, lost.at("instances.0.localGiB").asInt(), "with its root disk of 2");
        assertEquals(city.id + "-2", lost.at("instances.0.to").asText(), lost.text());
    }

    @Test
    void whatAPoolDoesNotHaveIsNotPromisedTwice() {
        city.replaced(
                "/v1/tenants/" + city.id,
                "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":4,\"memoryMiB\":4096,\"storageGiB\":500}}"
                        .formatted(city.id));
        created("one", 60, "web", "san");
        Answer shared = create("two", 60, "far", "san");
        assertEquals("placement.no_host", shared.at("code").asText(), shared.text());
        assertEquals("spec.sizeGiB", shared.at("errors.0.field").asText());
        assertTrue(shared.at("detail").asText().contains("pool " + name("san")), shared.text());
        created("three", 60, "web", "ssd");
        created("four", 60, "far", "ssd");
        Answer full = create("five", 60, "far", "ssd");
        assertEquals("placement.no_host", full.at("code").asText(), "each host has its own");
    }

    @Test
    void aVolumeOfASharedPoolGoesToAnInstanceOnAnotherHost() {
        created("data", 10, "web", "san");
        obey();
        Answer early = put("data", 10, "far", null);
        assertEquals("volume.in_use", early.at("code").asText(), early.text());
        assertEquals(200, put("data", 10, null, null).status());
        Answer still = put("data", 10, "far", null);
        assertEquals("volume.in_use", still.at("code").asText(), "its host has not let go of it");
        obey();
        long known = city.agent.desired(0, 0).revision();
        assertEquals("AVAILABLE", phase("data"));
        Answer moved = put("data", 10, "far", null);
        assertEquals(200, moved.status(), moved.text());
        assertEquals(city.id + "-2", moved.at("status.host").asText());
        assertEquals("SCHEDULED", phase("data"), "its new host has said nothing of it");

        HostDesired first = city.agent.desired(known, 0);
        assertEquals(List.of(id("data")), first.departed());
        assertEquals(List.of(), city.agent.desired(0, 0).pooled());
        VolumeDesired there = second.desired(0, 0).pooled().getFirst();
        assertTrue(there.made(), "it is never made anew");
        assertEquals(id("data"), there.id());
        obey();
        assertEquals("ATTACHED", phase("data"));

        assertEquals(200, put("data", 10, null, null).status());
        obey();
        assertEquals(200, put("data", 10, "web", null).status());
        HostDesired back = city.agent.desired(known, 0);
        assertNull(back.departed(), "it came back");
        assertEquals(List.of(id("data")), back.pooled().stream().map(VolumeDesired::id).toList());
    }

    @Test
    void snapshotsGoWithWhatTheyAreRestoredTo() {
        created("data", 10, "web", "san");
        obey();
        Answer snapshot =
                rest.post(
                        volumes(),
                        "{\"metadata\":{\"name\":\"before\"},\"spec\":{\"sizeGiB\":10,\"copyOf\":\"data\",\"snapshot\":true}}");
        assertEquals(201, snapshot.status(), snapshot.text());
        assertEquals(name("san"), snapshot.at("status.pool").asText());
        assertEquals(200, put("data", 10, null, null).status());
        city.agent.obey(DomainState.RUNNING);
        assertEquals(200, put("data", 10, "far", null).status(), "its copy is made by now");
        obey();
        assertEquals(200, put("data", 10, null, null).status());
        obey();
        Answer restored = put("data", 10, null, ",\"copyOf\":\"before\",\"restore\":1");
        assertEquals(200, restored.status(), restored.text());
        assertEquals(city.id + "-2", rest.get(path("before")).at("status.host").asText());
        VolumeDesired there =
                second.desired(0, 0).pooled().stream()
                        .filter(one -> one.id().equals(id("data")))
                        .findFirst()
                        .orElseThrow();
        assertEquals(id("before"), there.source());
        obey();
        assertEquals("AVAILABLE", phase("data"));
    }

    /** Counters of hosts have nothing to do with each other. */
    @Test
    void aSourceThatWasTakenAlongComesBack() {
        created("data", 10, "web", "san");
        for (int i = 0; i < 5; i++) {
            obey();
            assertEquals(200, put("data", 10, null, null).status());
            obey();
            assertEquals(200, put("data", 10, "web", null).status());
        }
        obey();
        assertEquals(200, put("data", 10, null, null).status());
        obey();
        Answer clone =
                rest.post(
                        volumes(),
                        "{\"metadata\":{\"name\":\"clone\"},\"spec\":{\"sizeGiB\":10,\"copyOf\":\"data\",\"instance\":\"far\"}}");
        assertEquals(201, clone.status(), clone.text());
        assertEquals(city.id + "-2", rest.get(path("data")).at("status.host").asText());
        assertEquals("volume.in_use", put("data", 10, "web", null).at("code").asText());
        second.obey(DomainState.RUNNING);
        Answer back = put("data", 10, "web", null);
        assertEquals(200, back.status(), back.text());
    }

    @Test
    void aVolumeIsNotMovedWhileItIsRead() {
        created("data", 10, "web", "san");
        obey();
        assertEquals(200, put("data", 10, null, null).status());
        obey();
        assertEquals(
                201,
                rest.post(
                                volumes(),
                                "{\"metadata\":{\"name\":\"clone\"},\"spec\":{\"sizeGiB\":10,\"copyOf\":\"data\"}}")
                        .status());
        Answer busy = put("data", 10, "far", null);
        assertEquals("reference.in_use", busy.at("code").asText(), busy.text());
    }

    @Test
    void aPoolThatIsNotSeenHidesItsVolumesAndNoOthers() {
        created("data", 10, "web", "san");
        created("logs", 2, "web", null);
        obey();
        UUID pool = city.agent.desired(0, 0).pooled().getFirst().pool().id();
        city.agent.pools =
                List.of(new PoolObserved(pool, false, "listing it has not ended", null, null));
        city.agent.volumes =
                city.agent.volumes.stream().filter(one -> !one.id().equals(id("data"))).toList();
        city.agent.report(
                null,
                true,
                city.agent.desired(0, 0).instances().stream()
                        .map(one -> FakeAgent.observed(one, DomainState.RUNNING))
                        .toList());
        assertEquals("UNOBSERVED", phase("data"));
        assertEquals("ATTACHED", phase("logs"));
        Answer volume = rest.get(path("data"));
        assertTrue(
                volume.at("status.conditions").toString().contains("listing it has not ended"),
                volume.text());
        assertEquals(
                List.of("data"),
                rest.get(volumes() + "?phase=UNOBSERVED")
                        .body()
                        .path("items")
                        .findValuesAsText("name"));
        Answer more = create("more", 1, "web", "san");
        assertEquals("field.invalid", more.at("code").asText(), more.text());
        assertEquals("spec.tier", more.at("errors.0.field").asText());
        obey();
        assertEquals("ATTACHED", phase("data"));
    }

    /** Of two marks that of the host with volumes counts, also while it sees none. */
    @Test
    void anEmptyDirectoryIsNotThePoolThatIsAway() {
        created("data", 10, "web", "san");
        obey();
        UUID pool = city.agent.desired(0, 0).pooled().getFirst().pool().id();
        city.agent.pools = List.of(new PoolObserved(pool, false, "it is away", null, null));
        city.agent.report(null, true, List.of());
        second.pools = List.of(new PoolObserved(pool, true, null, UUID.randomUUID(), null));
        second.report(null, true, List.of());
        Answer san = rest.get("/v1/pools/" + name("san"));
        assertEquals(0, san.at("status.seenBy").asInt(), san.text());
        assertTrue(san.text().contains("is not what host " + city.id + " has"), san.text());
        obey();
        assertEquals(2, rest.get("/v1/pools/" + name("san")).at("status.seenBy").asInt());
    }

    @Test
    void volumesThatAreNoFilesAreNeitherCopiedNorBackedUpNorWiped() {
        created("data", 10, "web", "ceph");
        obey();
        Answer copy =
                rest.post(
                        volumes(),
                        "{\"metadata\":{\"name\":\"copy\"},\"spec\":{\"sizeGiB\":10,\"copyOf\":\"data\"}}");
        assertEquals("spec.copyOf", copy.at("errors.0.field").asText(), copy.text());
        city.created(
                "/v1/repositories",
                city.id,
                "{\"url\":\"file:///srv/vault-%s\"}".formatted(city.id));
        Answer backup =
                rest.post(
                        "/v1/tenants/" + city.id + "/backups",
                        "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"volume\":\"data\",\"repository\":\"%s\"}}"
                                .formatted(city.id));
        assertEquals("spec.volume", backup.at("errors.0.field").asText(), backup.text());
        Answer tier =
                rest.post(
                        "/v1/tiers",
                        "{\"metadata\":{\"name\":\"bad\"},\"spec\":{\"pool\":\"%s\",\"wipe\":\"ZERO\"}}"
                                .formatted(name("ceph")));
        assertEquals("spec.wipe", tier.at("errors.0.field").asText(), tier.text());
    }

    @Test
    void snapshotsOfOneMomentAreOfOnePool() {
        created("data", 10, "web", "san");
        created("logs", 2, "web", null);
        obey();
        Answer mixed =
                rest.post(city.path("web") + "/snapshots", "{\"metadata\":{\"name\":\"now\"}}");
        assertEquals("volumes", mixed.at("errors.0.field").asText(), mixed.text());
        Answer one =
                rest.post(
                        city.path("web") + "/snapshots",
                        "{\"metadata\":{\"name\":\"now\"},\"volumes\":[\"data\"]}");
        assertEquals(201, one.status(), one.text());
        assertEquals(name("san"), one.at("items.0.status.pool").asText());
    }

    @Test
    void aVolumeStaysInItsPool() {
        created("data", 10, "web", "san");
        obey();
        Answer other = putTier("data", name("ssd"));
        assertEquals("spec.tier", other.at("errors.0.field").asText(), other.text());
        Answer own = putTier("data", city.id);
        assertEquals("spec.tier", own.at("errors.0.field").asText(), own.text());
        Answer tier =
                rest.put(
                        "/v1/tiers/" + name("san"),
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":{}}".formatted(name("san")),
                        rest.get("/v1/tiers/" + name("san")).etag());
        assertEquals("field.immutable", tier.at("code").asText(), tier.text());
        Answer unknown =
                rest.post(
                        "/v1/tiers",
                        "{\"metadata\":{\"name\":\"bad\"},\"spec\":{\"pool\":\"none\"}}");
        assertEquals("reference.unknown", unknown.at("code").asText(), unknown.text());
        Answer inUse = rest.delete("/v1/pools/" + name("san"));
        assertEquals("reference.in_use", inUse.at("code").asText(), inUse.text());
    }

    // --- Words ---

    private void pool(String name, String url, String more) {
        city.created(
                "/v1/pools",
                name(name),
                "{\"url\":\"%s\",\"zone\":\"%s\"%s}".formatted(url, city.id, more));
        city.created("/v1/tiers", name(name), "{\"pool\":\"%s\"}".formatted(name(name)));
    }

    private String name(String pool) {
        return city.id + "-" + pool;
    }

    private void closed(String host, boolean closed) {
        city.replaced(
                "/v1/hosts/" + host,
                "{\"zone\":\"%s\",\"schedulable\":%s}".formatted(city.id, !closed));
    }

    private void obey() {
        city.obey();
        second.obey(DomainState.RUNNING);
    }

    private long used(String host) {
        return rest.get("/v1/hosts/" + host).at("status.capacity.storageGiB.used").asLong();
    }

    private String volumes() {
        return "/v1/tenants/" + city.id + "/volumes";
    }

    private String path(String name) {
        return volumes() + "/" + name;
    }

    private UUID id(String name) {
        return UUID.fromString(rest.get(path(name)).at("metadata.id").asText());
    }

    private String phase(String name) {
        return rest.get(path(name)).at("status.phase").asText();
    }

    private Answer created(String name, int sizeGiB, String instance, String pool) {
        Answer answer = create(name, sizeGiB, instance, pool);
        assertEquals(201, answer.status(), answer.text());
        return answer;
    }

    private Answer create(String name, int sizeGiB, String instance, String pool) {
        return rest.post(
                volumes(),
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"sizeGiB\":%d,\"instance\":\"%s\"%s}}"
                        .formatted(
                                name,
                                sizeGiB,
                                instance,
                                pool == null ? "" : ",\"tier\":\"" + name(pool) + "\""));
    }

    private Answer put(String name, int sizeGiB, String instance, String more) {
        return rest.put(
                path(name),
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"sizeGiB\":%d%s%s}}"
                        .formatted(
                                name,
                                sizeGiB,
                                instance == null ? "" : ",\"instance\":\"" + instance + "\"",
                                more == null ? "" : more),
                rest.get(path(name)).etag());
    }

    private Answer putTier(String name, String tier) {
        return put(name, 10, "web", ",\"tier\":\"" + tier + "\"");
    }
}
