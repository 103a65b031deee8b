package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.DomainState;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an image may be used for at each of its stages. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class ImageStageTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void aRunningInstance() {
        city = new City(rest, authority.certificatePem());
        city.admitted("web");
        city.agent.obey(DomainState.RUNNING);
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void whoSaysNothingPublishes() {
        assertEquals("PUBLISHED", stage());
        assertEquals("[]", conditions());
        assertEquals(city.id, rest.get(listed("PUBLISHED")).at("items.0.metadata.name").asText());
        assertEquals("[]", rest.get(listed("REVOKED")).at("items").toString());
    }

    @Test
    void whatIsDeprecatedMayBeUsedAndSaysSo() {
        assertEquals(200, become("DEPRECATED").status());
        city.admitted("late");
        assertTrue(conditions().contains("ImageDeprecated"), conditions());
        assertEquals(200, become("PUBLISHED").status());
        assertEquals("[]", conditions());
    }

    @Test
    void whatIsRevokedStartsAndRebuildsNothingAndWhatStandsOnItRunsOn() {
        assertEquals(200, become("REVOKED").status());
        refused(city.create("late"), "image.not_published", "is revoked");
        String rebuild = city.body("web").replace("\"zone\"", "\"boot\":1,\"rebuild\":1,\"zone\"");
        Answer web = rest.get(city.path("web"));
        refused(
                rest.put(city.path("web"), rebuild, web.etag()),
                "image.not_published",
                "is revoked");
        assertEquals("RUNNING", city.phase("web"));
        assertTrue(conditions().contains("ImageRevoked"), conditions());
        assertEquals(200, city.power("web", "STOPPED").status());
        refused(become("PUBLISHED"), "field.invalid", "once it is REVOKED");
        assertEquals(city.id, rest.get(listed("REVOKED")).at("items.0.metadata.name").asText());
    }

    @Test
    void whatIsImportedWaitsForBeingPublished() {
        String name = city.id + "-new";
        city.created("/v1/images", name, spec("IMPORTED"));
        String body =
                city.body("early")
                        .replace("\"image\":\"" + city.id + "\"", "\"image\":\"" + name + "\"");
        String instances = "/v1/tenants/" + city.id + "/instances";
        refused(rest.post(instances, body), "image.not_published", "not published yet");
        Answer image = rest.get("/v1/images/" + name);
        String published =
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name, spec("PUBLISHED"));
        assertEquals(200, rest.put("/v1/images/" + name, published, image.etag()).status());
        assertEquals(201, rest.post(instances, body).status());
    }

    private static String spec(String stage) {
        return "{\"url\":\"file:///image\",\"sha256\":\"%s\",\"format\":\"QCOW2\",\"minDiskGiB\":1,\"stage\":\"%s\"}"
                .formatted("0".repeat(64), stage);
    }

    private Answer become(String stage) {
        Answer image = rest.get("/v1/images/" + city.id);
        String body =
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(city.id, spec(stage));
        return rest.put("/v1/images/" + city.id, body, image.etag());
    }

    private static void refused(Answer answer, String code, String words) {
        assertEquals(code, answer.at("code").asText(), answer.text());
        assertTrue(answer.text().contains(words), answer.text());
    }

    private String listed(String stage) {
        return "/v1/images?stage=" + stage + "&name=" + city.id;
    }

    private String stage() {
        return rest.get("/v1/images/" + city.id).at("spec.stage").asText();
    }

    private String conditions() {
        return rest.get(city.path("web")).at("status.conditions").toString();
    }
}
