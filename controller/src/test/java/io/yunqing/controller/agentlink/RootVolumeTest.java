package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.WipePolicy;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
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

/** Root disks that are volumes, in a pool that two hosts share. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class RootVolumeTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;
    private FakeAgent second;

    @BeforeEach
    void twoHostsThatShareAPool() {
        city = new City(rest, authority.certificatePem());
        city.created(
                "/v1/pools",
                city.id,
                "{\"url\":\"file:///srv/%s\",\"zone\":\"%s\",\"shared\":true}"
                        .formatted(city.id, city.id));
        city.created(
                "/v1/tiers", city.id, "{\"pool\":\"%s\",\"wipe\":\"ZERO\"}".formatted(city.id));
        second = city.secondAgent();
        flavor("rooted", "\"tier\":\"%s\"".formatted(city.id));
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        close(city.id + "-2", true);
        city.close();
    }

    @Test
    void anInstanceHasItsRootDiskInThePoolAndNothingOnItsHost() {
        obey();
        admitted("web");
        String host = rest.get(city.path("web")).at("status.host").asText();
        assertEquals(0, capacity(host).path("used").asLong());
        assertEquals(4 << 10, rest.get("/v1/pools/" + city.id).at("status.promisedMiB").asInt());
        assertEquals(4, rest.get("/v1/tenants/" + city.id).at("status.used.storageGiB").asInt());
        Answer volume = rest.get(root("web"));
        assertTrue(volume.at("status.root").asBoolean(), volume.text());
        assertEquals(city.id, volume.at("spec.tier").asText());
        assertEquals("web", volume.at("spec.instance").asText());

        HostDesired told = agent(host).desired(0, 0);
        VolumeDesired disk = told.imaged().getFirst();
        assertEquals(List.of(), told.pooled(), "older agents make no empty disk of it");
        assertEquals(city.id, disk.image().name());
        assertEquals(city.id, disk.pool().name());
        InstanceDesired instance = told.instances().getFirst();
        assertEquals(disk.id(), instance.root());
        assertEquals(List.of(disk.id()), instance.volumes());
        obey();
        assertEquals("ATTACHED", rest.get(root("web")).at("status.phase").asText());
        HostDesired made = agent(host).desired(0, 0);
        assertEquals(List.of(), made.imaged());
        assertNull(made.pooled().getFirst().image(), "it is never made anew");
        assertTrue(made.pooled().getFirst().made());
    }

    @Test
    void itIsPlacedWhereThePoolIsSeen() {
        obey();
        PoolPlace pool = city.agent.desired(0, 0).pools().getFirst();
        city.agent.pools = List.of(new PoolObserved(pool.id(), false, "it is away", null, null));
        city.agent.report(null, true, List.of());
        admitted("web");
        assertEquals(city.id + "-2", rest.get(city.path("web")).at("status.host").asText());
        second.pools = city.agent.pools;
        second.report(
                null,
                true,
                second.desired(0, 0).instances().stream()
                        .map(one -> FakeAgent.observed(one, DomainState.RUNNING))
                        .toList());
        Answer none = rest.post("/v1/tenants/" + city.id + "/instances", body("mail"));
        assertEquals("placement.no_host", none.at("code").asText(), none.text());
        assertTrue(none.text().contains("pool " + city.id), none.text());
    }

    @Test
    void aPoolThatIsFullRefusesAtOnce() {
        obey();
        city.replaced(
                "/v1/tenants/" + city.id,
                "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":4,\"memoryMiB\":4096,\"storageGiB\":5000}}"
                        .formatted(city.id));
        city.created(
                "/v1/flavors",
                city.id + "-huge",
                "{\"vcpus\":1,\"memoryMiB\":64,\"rootDiskGiB\":4000,\"tier\":\"%s\"}"
                        .formatted(city.id));
        Answer full =
                rest.post(
                        "/v1/tenants/" + city.id + "/instances",
                        body("web").replace("-rooted", "-huge"));
        assertEquals("placement.no_host", full.at("code").asText(), full.text());
        assertEquals("spec.flavor", full.at("errors.0.field").asText(), full.text());
        assertTrue(full.at("detail").asText().contains("pool " + city.id), full.text());
    }

    @Test
    void itGoesWithItsInstanceAndIsOverwritten() {
        obey();
        admitted("web");
        obey();
        Answer detached =
                rest.put(
                        root("web"),
                        "{\"metadata\":{\"name\":\"web-root\"},\"spec\":{\"sizeGiB\":4}}",
                        rest.get(root("web")).etag());
        assertEquals("volume.in_use", detached.at("code").asText(), detached.text());
        assertEquals("volume.in_use", rest.delete(root("web")).at("code").asText());
        Answer rebuilt =
                rest.put(
                        city.path("web"),
                        body("web").replace("}}", ",\"boot\":1,\"rebuild\":1}}"),
                        rest.get(city.path("web")).etag());
        assertEquals("spec.rebuild", rebuilt.at("errors.0.field").asText(), rebuilt.text());
        rest.put(
                root("web"),
                "{\"metadata\":{\"name\":\"web-root\"},\"spec\":{\"sizeGiB\":4,\"instance\":\"web\",\"deletionProtection\":true}}",
                rest.get(root("web")).etag());
        assertEquals("deletion.protected", rest.delete(city.path("web")).at("code").asText());
        rest.put(
                root("web"),
                "{\"metadata\":{\"name\":\"web-root\"},\"spec\":{\"sizeGiB\":4,\"instance\":\"web\"}}",
                rest.get(root("web")).etag());
        String host = rest.get(city.path("web")).at("status.host").asText();
        UUID id = UUID.fromString(rest.get(root("web")).at("metadata.id").asText());
        assertEquals(200, rest.delete(city.path("web")).status());
        VolumeDesired disk = agent(host).desired(0, 0).pooled().getFirst();
        assertEquals(id, disk.id());
        assertTrue(disk.deleted());
        assertEquals(WipePolicy.ZERO, disk.wipe());
        obey();
        obey();
        assertEquals(404, rest.get(city.path("web")).status());
        assertEquals(404, rest.get(root("web")).status());
        assertEquals(0, rest.get("/v1/pools/" + city.id).at("status.promisedMiB").asInt());
        Answer wipes = rest.get("/v1/wipes?tenant=" + city.id);
        assertEquals("web-root", wipes.at("items.0.spec.volume").asText(), wipes.text());
    }

    @Test
    void aFlavorIsOfATierWhosePoolHostsShareAndKeepsIt() {
        city.created("/v1/tiers", city.id + "-own", "{}");
        Answer own =
                rest.post(
                        "/v1/flavors",
                        "{\"metadata\":{\"name\":\"%s-bad\"},\"spec\":{\"vcpus\":1,\"memoryMiB\":64,\"rootDiskGiB\":4,\"tier\":\"%s-own\"}}"
                                .formatted(city.id, city.id));
        assertEquals("spec.tier", own.at("errors.0.field").asText(), own.text());
        assertEquals("reference.in_use", rest.delete("/v1/tiers/" + city.id).at("code").asText());
        Answer other =
                rest.put(
                        "/v1/flavors/" + city.id + "-rooted",
                        "{\"metadata\":{\"name\":\"%s-rooted\"},\"spec\":{\"vcpus\":1,\"memoryMiB\":64,\"rootDiskGiB\":4}}"
                                .formatted(city.id),
                        rest.get("/v1/flavors/" + city.id + "-rooted").etag());
        assertEquals("field.immutable", other.at("code").asText(), other.text());
        obey();
        admitted("web");
        Answer resized =
                rest.put(city.path("web"), city.body("web"), rest.get(city.path("web")).etag());
        assertEquals("spec.flavor", resized.at("errors.0.field").asText(), resized.text());
    }

    @Test
    void namesOfRootDisksAreNoVolumesOfASet() {
        obey();
        Answer twice =
                rest.post(
                        "/v1/tenants/" + city.id + "/instance-sets",
                        "{\"metadata\":{\"name\":\"db\"},\"count\":2,\"volumes\":[{\"name\":\"root\",\"sizeGiB\":1}],"
                                + body("db").substring(body("db").indexOf("\"spec\"")));
        assertEquals("volumes[0].name", twice.at("errors.0.field").asText(), twice.text());
        Answer longName = rest.post("/v1/tenants/" + city.id + "/instances", body("w".repeat(60)));
        assertEquals("metadata.name", longName.at("errors.0.field").asText(), longName.text());
    }

    // --- Words ---

    private void flavor(String name, String more) {
        city.created(
                "/v1/flavors",
                city.id + "-" + name,
                "{\"vcpus\":1,\"memoryMiB\":64,\"rootDiskGiB\":4,%s}".formatted(more));
    }

    private String body(String name) {
        return city.body(name)
                .replace("\"flavor\":\"" + city.id + "\"", "\"flavor\":\"" + city.id + "-rooted\"");
    }

    private void admitted(String name) {
        Answer answer = rest.post("/v1/tenants/" + city.id + "/instances", body(name));
        assertEquals(201, answer.status(), answer.text());
    }

    private String root(String instance) {
        return "/v1/tenants/" + city.id + "/volumes/" + instance + "-root";
    }

    private FakeAgent agent(String host) {
        return host.equals(city.id) ? city.agent : second;
    }

    private com.fasterxml.jackson.databind.JsonNode capacity(String host) {
        return rest.get("/v1/hosts/" + host).at("status.capacity.storageGiB");
    }

    private void close(String host, boolean closed) {
        city.replaced(
                "/v1/hosts/" + host,
                "{\"zone\":\"%s\",\"schedulable\":%s}".formatted(city.id, !closed));
    }

    private void obey() {
        city.obey();
        second.obey(DomainState.RUNNING);
    }
}
