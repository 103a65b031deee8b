package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several instances at once in a city with one host for 8 vCPUs, whose tenant may use 4. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class InstanceSetTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;
    private String sets;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
        sets = "/v1/tenants/" + city.id + "/instance-sets";
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void allOfASetAreMadeAndNumbered() {
        Answer made = rest.post(sets, set("web", 3, ""));
        assertEquals(201, made.status(), made.text());
        for (int i = 0; i < 3; i++) {
            String one = "items." + i;
            assertEquals("web-" + (i + 1), made.at(one + ".metadata.name").asText());
            assertEquals("web", made.at(one + ".metadata.labels.tier").asText());
            assertEquals(city.id, made.at(one + ".status.placement.host").asText());
        }
        assertEquals(3, city.vcpusUsed());
        assertEquals(
                3,
                rest.get("/v1/tenants/" + city.id + "/instances?label=tier=web")
                        .body()
                        .path("items")
                        .size());
    }

    @Test
    void oneTooManyIsNone() {
        Answer over = rest.post(sets, set("web", 5, ""));
        assertEquals("quota.exceeded", code(over));
        assertEquals(
                "spec.flavor: tenant %1$s has 4 of 4 vcpus left, 5 instances of flavor %1$s need 5"
                        .formatted(city.id),
                over.at("detail").asText());
        assertTrue(over.at("remedy").asText().startsWith("ask for fewer instances"));
        assertEquals(0, city.vcpusUsed());
        city.created(
                "/v1/tenants/" + city.id + "/placement-groups",
                "db",
                "{\"policy\":\"APART\",\"scope\":\"HOST\"}");
        Answer apart = rest.post(sets, set("db", 2, ",\"group\":\"db\""));
        assertEquals("placement.no_host", code(apart));
        assertTrue(
                apart.at("detail").asText().startsWith("db-2, after 1 before it: none of"),
                apart.text());
        assertEquals(1, apart.at("explanation.turnedAway.group").asInt(), apart.text());
        assertTrue(apart.at("remedy").asText().contains("add a host"), apart.text());
        assertEquals(0, city.vcpusUsed());
        city.admitted("web-2");
        Answer taken = rest.post(sets, set("web", 3, ""));
        assertEquals("name.taken", code(taken));
        assertEquals("web-2", taken.at("errors.0.actual").asText());
        assertEquals(1, city.vcpusUsed());
    }

    @Test
    void membersOfOneSetAreApartFromEachOther() {
        String second = city.secondHost();
        city.created(
                "/v1/tenants/" + city.id + "/placement-groups",
                "db",
                "{\"policy\":\"APART\",\"scope\":\"HOST\"}");
        Answer made = rest.post(sets, set("db", 2, ",\"group\":\"db\""));
        assertEquals(201, made.status(), made.text());
        assertEquals(
                2,
                made.body().path("items").findValuesAsText("host").stream().distinct().count(),
                made.text());
        city.replaced(
                "/v1/hosts/" + second,
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
    }

    @Test
    void aPlanHoldsForAllOfThem() {
        Answer plan = rest.post(sets + "?mode=plan", set("web", 2, ""));
        assertEquals(200, plan.status(), plan.text());
        assertEquals("web-2", plan.at("after.items.1.metadata.name").asText(), plan.text());
        assertEquals(0, city.vcpusUsed());
        String digest = plan.at("digest").asText();
        assertEquals(
                digest, rest.post(sets + "?mode=plan", set("web", 2, "")).at("digest").asText());
        assertEquals("plan.stale", code(rest.post(sets + "?digest=" + digest, set("web", 3, ""))));
        assertEquals(201, rest.post(sets + "?digest=" + digest, set("web", 2, "")).status());
        assertEquals(2, city.vcpusUsed());
    }

    @Test
    void oneKeyIsOneSet() {
        Map<String, String> key = Map.of("Idempotency-Key", city.id + "-set");
        Answer first = rest.send("POST", sets, set("web", 2, ""), key);
        Answer again = rest.send("POST", sets, set("web", 2, ""), key);
        assertEquals(201, again.status(), again.text());
        assertEquals(first.body(), again.body());
        assertEquals("true", again.headers().get("idempotent-replay"));
        assertEquals(
                "idempotency.key_reused", code(rest.send("POST", sets, set("web", 3, ""), key)));
        assertEquals(2, city.vcpusUsed());
    }

    @Test
    void nonsenseIsRefusedByName() {
        refused("count", set("web", 0, ""));
        refused("count", set("web", 65, ""));
        refused("metadata.name", set("w".repeat(62), 2, ""));
        refused("metadata.name", set("Web", 2, ""));
        refused(
                "spec.flavor",
                "{\"metadata\":{\"name\":\"a\"},\"count\":1,\"spec\":{\"image\":\"i\"}}");
        assertEquals("request.parameter", code(rest.post(sets + "?wait=5s", set("web", 1, ""))));
        assertEquals(
                "not_found",
                code(rest.post("/v1/tenants/none-such/instance-sets", set("web", 1, ""))));
    }

    private void refused(String field, String body) {
        Answer answer = rest.post(sets, body);
        assertEquals("field.invalid", code(answer), answer.text());
        assertEquals(field, answer.at("errors.0.field").asText(), answer.text());
    }

    private String set(String name, int count, String more) {
        return "{\"metadata\":{\"name\":\"%1$s\",\"labels\":{\"tier\":\"web\"}},\"count\":%2$d,\"spec\":{\"flavor\":\"%3$s\",\"image\":\"%3$s\",\"zone\":\"%3$s\"%4$s}}"
                .formatted(name, count, city.id, more);
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }
}
