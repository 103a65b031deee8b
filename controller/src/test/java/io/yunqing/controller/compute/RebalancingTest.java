package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A city of two hosts for 8 vCPUs each; with three instances on the one and one on the other. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class RebalancingTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;
    private String second;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
        second = city.secondHost();
        open(second, false);
        for (String name : new String[] {"a", "b", "c"}) {
            city.admitted(name);
        }
        open(second, true);
        open(city.id, false);
        city.admitted("d");
        open(city.id, true);
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
        open(second, false);
    }

    @Test
    void aHostIsEmptiedOnPaperAndNothingIsTouched() {
        Answer plan = plan("\"goal\":\"EMPTY\"");
        assertEquals(200, plan.status(), plan.text());
        assertEquals(1, plan.body().path("moves").size(), plan.text());
        assertEquals(city.id, plan.at("moves.0.tenant").asText());
        assertEquals("d", plan.at("moves.0.instance").asText());
        assertEquals(second, plan.at("moves.0.from").asText());
        assertEquals(city.id, plan.at("moves.0.to").asText());
        assertEquals("host " + second + " is empty without it", plan.at("moves.0.reason").asText());
        assertEquals(128, plan.at("memoryMiB").asInt());
        assertEquals(second, plan.at("gain.emptied.0").asText());
        assertTrue(plan.at("gain.after.instances").isNumber(), plan.text());
        assertTrue(plan.at("advice").isMissingNode());
        assertEquals(second, rest.get(city.path("d")).at("status.host").asText());
    }

    @Test
    void theDigestStaysUntilAHostInThePlanChanges() {
        String digest = plan("\"goal\":\"EMPTY\"").at("digest").asText();
        assertEquals(digest, plan("\"goal\":\"EMPTY\",\"most\":5").at("digest").asText());
        assertEquals(200, rest.delete(city.path("a")).status());
        city.obey();
        city.obey();
        assertNotEquals(digest, plan("\"goal\":\"EMPTY\"").at("digest").asText());
    }

    @Test
    void aHostIsRelievedOnPaper() {
        Answer plan = plan("\"goal\":\"RELIEVE\",\"abovePercent\":30");
        assertEquals(1, plan.body().path("moves").size(), plan.text());
        assertEquals(city.id, plan.at("moves.0.from").asText());
        assertEquals(
                "brings host " + city.id + " from 38% to 25%", plan.at("moves.0.reason").asText());
        assertEquals(1, plan.at("gain.before.hot").asInt());
        assertEquals(38, plan.at("gain.before.hottestPercent").asInt());
        assertEquals(0, plan.at("gain.after.hot").asInt());
        assertEquals(25, plan.at("gain.after.hottestPercent").asInt());
        Answer content = plan("\"goal\":\"RELIEVE\"");
        assertEquals(0, content.body().path("moves").size());
        assertTrue(content.at("advice").asText().contains("nothing to relieve"), content.text());
    }

    /** An instance takes its volumes along; one that nobody has keeps its host from being empty. */
    @Test
    void volumesGoWithTheirInstanceOrStay() {
        String volumes = "/v1/tenants/" + city.id + "/volumes";
        city.created(volumes, "data", "{\"sizeGiB\":10,\"instance\":\"d\"}");
        assertEquals(second, plan("\"goal\":\"EMPTY\"").at("gain.emptied.0").asText());
        city.replaced(volumes + "/data", "{\"sizeGiB\":10}");
        Answer other = plan("\"goal\":\"EMPTY\"");
        assertEquals(city.id, other.at("gain.emptied.0").asText(), other.text());
        assertEquals(1, other.at("gain.emptied").size(), other.text());
    }

    @Test
    void nonsenseIsRefusedByName() {
        assertRefused("field.invalid", "goal", "{}");
        assertRefused("field.invalid", "goal", "{\"goal\":\"SHUFFLE\"}");
        assertRefused("field.invalid", "most", "{\"goal\":\"EMPTY\",\"most\":0}");
        assertRefused("field.invalid", "most", "{\"goal\":\"EMPTY\",\"most\":201}");
        assertRefused(
                "field.invalid", "abovePercent", "{\"goal\":\"RELIEVE\",\"abovePercent\":100}");
        assertRefused("reference.unknown", "zone", "{\"goal\":\"EMPTY\",\"zone\":\"none-such\"}");
    }

    private void assertRefused(String code, String field, String body) {
        Answer answer = rest.post("/v1/rebalancings", body);
        assertEquals(code, answer.at("code").asText(), answer.text());
        assertEquals(field, answer.at("errors.0.field").asText(), answer.text());
    }

    private Answer plan(String asked) {
        return rest.post("/v1/rebalancings", "{%s,\"zone\":\"%s\"}".formatted(asked, city.id));
    }

    private void open(String host, boolean open) {
        city.replaced(
                "/v1/hosts/" + host,
                "{\"zone\":\"%s\",\"overcommit\":{\"vcpus\":4},\"reserved\":{\"memoryMiB\":512},\"schedulable\":%s}"
                        .formatted(city.id, open));
    }
}
