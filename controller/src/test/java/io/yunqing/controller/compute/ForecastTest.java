package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A city's only host has room for 8 of its flavor; what is foretold is what happens. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class ForecastTest {
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
    void headroomIsWhatFitsNowAndWhenSomethingIsLost() {
        assertEquals(8, headroom().at("instances").asInt());
        city.admitted("web");
        Answer after = headroom();
        assertEquals(7, after.at("instances").asInt());
        List<String> scopes = new ArrayList<>();
        for (JsonNode loss : after.body().path("losses")) {
            scopes.add(loss.path("scope").asText());
            assertTrue(loss.path("instances").asInt() <= 7, after.text());
            assertTrue(loss.path("homeless").asInt() <= loss.path("displaced").asInt());
            assertTrue(loss.path("homeless").asInt() >= 1, "instances ask for their city's zone");
        }
        assertEquals(List.of("host", "zone"), scopes, "no host here has a rack");
    }

    @Test
    void aSimulationPlacesWhatFitsSaysWhyTheRestDoesNotAndTouchesNothing() {
        Answer tried = simulate(10);
        assertEquals(200, tried.status(), tried.text());
        assertEquals(8, tried.at("items.0.placed").asInt());
        assertEquals(8, tried.at("items.0.hosts." + city.id).asInt());
        assertTrue(
                tried.at("items.0.refusal.nearestMiss").asText().contains("vcpus"), tried.text());
        assertEquals(0, city.vcpusUsed());
        assertEquals(8, simulate(8).at("items.0.placed").asInt());
        assertTrue(simulate(8).at("items.0.refusal").isMissingNode());
    }

    @Test
    void nonsenseIsRefusedByName() {
        assertEquals("request.parameter", code(rest.get("/v1/headroom")));
        assertEquals("request.parameter", code(rest.get("/v1/headroom?flavor=f&colour=red")));
        assertEquals("reference.unknown", code(rest.get("/v1/headroom?flavor=none-such")));
        assertEquals(
                "reference.unknown",
                code(rest.get("/v1/headroom?zone=none-such&flavor=" + city.id)));
        assertEquals("field.invalid", code(simulate(0)));
        assertEquals("field.invalid", code(rest.post("/v1/simulations", "{\"items\":[]}")));
        assertEquals(
                "not_found",
                code(
                        rest.post(
                                "/v1/simulations",
                                "{\"tenant\":\"none-such\",\"items\":[{\"flavor\":\"%s\",\"count\":1}]}"
                                        .formatted(city.id))));
    }

    private Answer headroom() {
        return rest.get("/v1/headroom?flavor=%s&zone=%s".formatted(city.id, city.id));
    }

    private Answer simulate(int count) {
        return rest.post(
                "/v1/simulations",
                "{\"items\":[{\"flavor\":\"%s\",\"zone\":\"%s\",\"count\":%d}]}"
                        .formatted(city.id, city.id, count));
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }
}
