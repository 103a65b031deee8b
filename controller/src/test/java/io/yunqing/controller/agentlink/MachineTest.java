package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Firmware;
import io.yunqing.api.HostInventory;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.Machine;
import io.yunqing.api.agent.StartTurn;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With what an instance is started, and when among others: what its host is told of that, and what is refused. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class MachineTest {
    @Inject CertificateAuthority authority;
    @Inject FleetMirror mirror;
    @Inject AgroalDataSource dataSource;

    private final Rest rest = Rest.operator();
    private City city;
    private FakeAgent agent;

    @BeforeEach
    void aCityWithAnImageForUefi() {
        city = new City(rest, authority.certificatePem());
        agent = city.agent;
        city.created("/v1/images", help(), image("UEFI"));
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void anInstanceHasTheFirmwareOfItsImageAndItsHostsProcessor() {
        city.admitted("web");
        assertEquals(Machine.PLAIN, desired("web").machine());
        String body = city.body("new").replace("image\":\"" + city.id, "image\":\"" + help());
        assertEquals(201, rest.post("/v1/tenants/" + city.id + "/instances", body).status());
        assertEquals(new Machine(Firmware.UEFI, null, null), desired("new").machine());
    }

    @Test
    void theFirmwareOfAnImageDoesNotChange() {
        Answer refused = putNamed("/v1/images/" + help(), image("BIOS"));
        assertEquals("field.immutable", refused.at("code").asText(), refused.text());
        assertEquals("spec.firmware", refused.at("errors.0.field").asText());
    }

    @Test
    void aRescueIsABootFromAnotherImageUntilItIsEndedByAnother() {
        running("web");
        Answer asked = put("web", "\"boot\":1,\"rescue\":\"%s\"".formatted(help()));
        assertEquals(200, asked.status(), asked.text());
        assertEquals("STOPPING", asked.at("status.phase").asText());
        Machine rescued = desired("web").machine();
        assertNotNull(rescued.rescue());
        assertEquals("file:///help", rescued.rescue().url());
        assertEquals(Firmware.UEFI, rescued.firmware(), "that of what it is started from");
        agent.obey(DomainState.RUNNING);
        Answer now = rest.get(city.path("web"));
        assertEquals("RUNNING", now.at("status.phase").asText());
        assertEquals("Rescued", now.at("status.conditions.0.type").asText(), now.text());

        Answer kept = rest.delete("/v1/images/" + help());
        assertEquals(409, kept.status());
        assertTrue(kept.text().contains("rescued"), kept.text());

        assertEquals(200, put("web", "\"boot\":2").status());
        assertEquals(Machine.PLAIN, desired("web").machine());
        assertEquals(204, rest.delete("/v1/images/" + help()).status());
    }

    @Test
    void aRescueThatWouldNotBeStartedOrFromNothingIsRefused() {
        running("web");
        String rescue = "\"rescue\":\"%s\"".formatted(help());
        refused(put("web", rescue), "spec.rescue", "set spec.boot to 1 as well");
        Answer unknown = put("web", "\"boot\":1,\"rescue\":\"nowhere\"");
        assertEquals("reference.unknown", unknown.at("code").asText(), unknown.text());
        Answer born =
                rest.post(
                        "/v1/tenants/" + city.id + "/instances",
                        city.body("new").replace("\"zone\"", rescue + ",\"zone\""));
        refused(born, "spec.rescue", "spec.image");
        assertEquals(Machine.PLAIN, desired("web").machine());

        assertEquals(200, put("web", "\"power\":\"OFF\"," + rescue).status());
        assertNotNull(desired("web").machine().rescue(), "it is for its next start");
    }

    @Test
    void aRevokedImageRescuesNothing() {
        running("web");
        String revoked = image("UEFI").replace("}", ",\"stage\":\"REVOKED\"}");
        assertEquals(200, putNamed("/v1/images/" + help(), revoked).status());
        Answer refused = put("web", "\"boot\":1,\"rescue\":\"%s\"".formatted(help()));
        assertEquals("image.not_published", refused.at("code").asText(), refused.text());
    }

    @Test
    void whenAnInstanceIsStartedAmongOthersIsToldToItsHost() {
        running("web");
        assertNull(desired("web").turn());
        assertEquals(200, put("web", "\"startOrder\":7,\"startDelaySeconds\":20").status());
        assertEquals(new StartTurn(7, 20), desired("web").turn());
        assertEquals(200, put("web", "\"startOrder\":7").status());
        assertEquals(new StartTurn(7, 0), desired("web").turn());
        Answer absurd = put("web", "\"startOrder\":1001");
        assertEquals("spec.startOrder", absurd.at("errors.0.field").asText(), absurd.text());
    }

    @Test
    void allGuestsOfAZoneSeeTheProcessorThatItsHostsShare() throws SQLException {
        running("web");
        HostInventory first = FakeAgent.inventory(city.subnet, 2, 4608);
        report(FakeAgent.showing(first, "Westmere", "qemu64", "EPYC"));
        assertEquals(List.of("EPYC", "Westmere", "qemu64"), shared());
        assertEquals(200, zone("EPYC").status());
        assertEquals("EPYC", desired("web").machine().cpuModel());
        long revision = desired("web").revision();
        assertEquals(200, zone("EPYC").status());
        assertEquals(revision, desired("web").revision(), "nothing has changed");

        report(FakeAgent.showing(first, "Westmere", "qemu64"));
        String conditions = rest.get("/v1/hosts/" + city.id).at("status.conditions").toString();
        assertTrue(conditions.contains("CpuModelMissing"), conditions);
        look();
        Answer turnedAway = city.create("late");
        assertEquals("placement.no_host", turnedAway.at("code").asText(), turnedAway.text());

        Answer refused = zone("Skylake-Server");
        assertEquals("spec.cpuModel", refused.at("errors.0.field").asText(), refused.text());
        assertTrue(refused.at("detail").asText().contains(city.id), refused.text());
        assertEquals(200, zone("Westmere").status());
        assertEquals("Westmere", desired("web").machine().cpuModel());
        report(FakeAgent.showing(first, "Westmere", "qemu64", "pentium"));
        look();
        city.admitted("late");
        assertEquals("Westmere", desired("late").machine().cpuModel());
        assertEquals(200, zone(null).status());
        assertNull(desired("late").machine().cpuModel());
    }

    private String help() {
        return city.id + "-help";
    }

    private static String image(String firmware) {
        return "{\"url\":\"file:///help\",\"sha256\":\"%s\",\"format\":\"QCOW2\",\"minDiskGiB\":1,\"firmware\":\"%s\"}"
                .formatted("2".repeat(64), firmware);
    }

    private void running(String name) {
        city.admitted(name);
        agent.obey(DomainState.RUNNING);
    }

    private void look() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            mirror.look(connection);
        }
    }

    private void report(HostInventory inventory) {
        assertEquals(200, agent.report(inventory, true, List.of()).status());
    }

    private List<String> shared() {
        return rest.get("/v1/zones/" + city.id)
                .body()
                .at("/status/cpuModels")
                .valueStream()
                .map(model -> model.asText())
                .toList();
    }

    private Answer zone(String model) {
        return putNamed(
                "/v1/zones/" + city.id,
                model == null ? "{}" : "{\"cpuModel\":\"%s\"}".formatted(model));
    }

    private Answer put(String name, String fields) {
        String asked = city.body(name).replace("\"zone\"", fields + ",\"zone\"");
        return rest.put(city.path(name), asked, rest.get(city.path(name)).etag());
    }

    private Answer putNamed(String path, String spec) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return rest.put(
                path,
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name, spec),
                rest.get(path).etag());
    }

    private static void refused(Answer answer, String field, String remedy) {
        assertEquals("field.invalid", answer.at("code").asText(), answer.text());
        assertEquals(field, answer.at("errors.0.field").asText());
        assertTrue(answer.at("remedy").asText().contains(remedy), answer.text());
    }

    private InstanceDesired desired(String name) {
        return agent.desired(0, 0).instances().stream()
                .filter(instance -> instance.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
