package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Environment;
import io.yunqing.api.Rehearsal.Sum;
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

/** Two instances on a city's first host, and a second host with room for them. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class RehearsalTest {
    @Inject CertificateAuthority authority;
    @Inject Rehearsals rehearsals;

    private final Rest rest = Rest.operator();
    private City city;
    private String second;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
        city.admitted("web-1");
        city.admitted("web-2");
        second = city.secondHost();
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.replaced(
                "/v1/hosts/" + second,
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
        city.close();
    }

    @Test
    void instancesOfALostHostFindRoomOnAnotherAndNothingIsTouched() {
        Answer volume =
                rest.post(
                        "/v1/tenants/" + city.id + "/volumes",
                        "{\"metadata\":{\"name\":\"data\"},\"spec\":{\"sizeGiB\":3,\"instance\":\"web-1\"}}");
        assertEquals(201, volume.status(), volume.text());
        Answer answer = rehearsed("{\"host\":\"%s\"}".formatted(city.id));
        assertEquals("host", answer.at("scope").asText());
        assertEquals(city.id, answer.at("name").asText());
        assertEquals(1, answer.at("lostHosts").asInt());
        assertEquals(
                "[{\"environment\":\"TEST\",\"displaced\":2,\"homeless\":0,\"localGiB\":7}]",
                answer.at("environments").toString());
        assertEquals(
                List.of(
                        "web-1 %s %s 5".formatted(city.id, second),
                        "web-2 %s %s 2".formatted(city.id, second)),
                told(answer),
                "the larger one first");
        assertEquals(0, answer.at("leftOut").asInt());
        assertEquals(2, city.vcpusUsed());
        assertEquals(
                city.id, rest.get(city.path("web-1")).at("status.host").asText(), "still there");
    }

    @Test
    void whoFindsNoHostIsNamedFirstWithTheReason() {
        city.replaced(
                "/v1/hosts/" + second,
                "{\"zone\":\"%s\",\"overcommit\":{\"vcpus\":0.5},\"reserved\":{\"memoryMiB\":512}}"
                        .formatted(city.id));
        Answer answer = rehearsed("{\"host\":\"%s\"}".formatted(city.id));
        assertEquals(1, answer.at("environments.0.homeless").asInt(), answer.text());
        assertTrue(answer.at("instances.0.to").isMissingNode());
        assertTrue(
                answer.at("instances.0.refusal.nearestMiss").asText().contains("vcpus"),
                answer.text());
        assertEquals(second, answer.at("instances.1.to").asText());
        assertTrue(answer.at("instances.1.refusal").isMissingNode());
    }

    @Test
    void aRackIsLostAsAWholeAndAZoneWithAllItsRacks() {
        city.replaced(
                "/v1/hosts/" + city.id,
                "{\"zone\":\"%s\",\"rack\":\"r1\",\"overcommit\":{\"vcpus\":4},\"reserved\":{\"memoryMiB\":512}}"
                        .formatted(city.id));
        Answer rack = rehearsed("{\"zone\":\"%s\",\"rack\":\"r1\"}".formatted(city.id));
        assertEquals("rack", rack.at("scope").asText());
        assertEquals(city.id + "/r1", rack.at("name").asText());
        assertEquals(1, rack.at("lostHosts").asInt());
        assertEquals(0, rack.at("environments.0.homeless").asInt());
        Answer zone = rehearsed("{\"zone\":\"%s\"}".formatted(city.id));
        assertEquals(2, zone.at("lostHosts").asInt());
        assertEquals(2, zone.at("environments.0.homeless").asInt(), "they ask for this zone");
    }

    @Test
    void theLossOfEachZoneIsRehearsedForTheMetrics() {
        assertEquals(List.of(new Sum(Environment.TEST, 2, 2, 4)), rehearsals.zones().get(city.id));
    }

    @Test
    void onlyInstancesOfAnEnvironmentTakePartWhenOneIsNamedAndOnlySoManyAreTold() {
        Answer none =
                rehearsed("{\"host\":\"%s\",\"environment\":\"PRODUCTION\"}".formatted(city.id));
        assertEquals("[]", none.at("environments").toString());
        assertEquals("[]", none.at("instances").toString());
        Answer one = rehearsed("{\"host\":\"%s\",\"most\":1}".formatted(city.id));
        assertEquals(1, told(one).size());
        assertEquals(1, one.at("leftOut").asInt());
        assertEquals(2, one.at("environments.0.displaced").asInt());
    }

    @Test
    void nonsenseIsRefusedByName() {
        assertRefused("field.invalid", "host", "{}");
        assertRefused(
                "field.invalid",
                "host",
                "{\"host\":\"%s\",\"zone\":\"%s\"}".formatted(city.id, city.id));
        assertRefused("field.invalid", "rack", "{\"rack\":\"r1\"}");
        assertRefused(
                "field.invalid", "rack", "{\"zone\":\"%s\",\"rack\":\"none\"}".formatted(city.id));
        assertRefused("reference.unknown", "host", "{\"host\":\"none\"}");
        assertRefused("reference.unknown", "zone", "{\"zone\":\"none\"}");
        assertRefused("field.invalid", "most", "{\"zone\":\"%s\",\"most\":-1}".formatted(city.id));
    }

    private void assertRefused(String code, String field, String body) {
        Answer answer = rest.post("/v1/rehearsals", body);
        assertEquals(code, answer.at("code").asText(), answer.text());
        assertEquals(field, answer.at("errors.0.field").asText(), answer.text());
    }

    private Answer rehearsed(String body) {
        Answer answer = rest.post("/v1/rehearsals", body);
        assertEquals(200, answer.status(), answer.text());
        return answer;
    }

    private static List<String> told(Answer answer) {
        List<String> told = new ArrayList<>();
        for (JsonNode fate : answer.body().path("instances")) {
            told.add(
                    "%s %s %s %d"
                            .formatted(
                                    fate.path("instance").asText(),
                                    fate.path("from").asText(),
                                    fate.path("to").asText(),
                                    fate.path("localGiB").asInt()));
        }
        return told;
    }
}
