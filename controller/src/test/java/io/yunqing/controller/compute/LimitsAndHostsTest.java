package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.Until;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits and hosts that change while instances come: what holds is what holds at the moment of the answer. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class LimitsAndHostsTest {
    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        if (rest.get("/v1/hosts/" + city.id).status() == 200) {
            city.close();
        }
    }

    // --- Limits ---

    @Test
    void aRefusalNamesTheDepartmentWhoseLimitItIs() {
        String top = department("top", 5);
        city.replaced("/v1/departments/" + city.id, "{\"parent\":\"%s\"}".formatted(top));
        limit(top, 2);
        city.admitted("one");
        city.admitted("two");
        Answer refused = city.create("three");
        assertEquals("quota.exceeded", code(refused), refused.text());
        assertTrue(
                refused.at("detail")
                        .asText()
                        .contains("department %s has 0 of 2 vcpus left".formatted(top)),
                refused.text());
        limit(top, 1);
        assertEquals(2, used(top), "what is there stays");
        assertEquals("quota.exceeded", code(city.create("four")));
        limit(top, 3);
        assertEquals(201, city.create("five").status(), "raised is raised at once");
    }

    @Test
    void aDepartmentThatMovesTakesItsUseAlong() {
        String from = department("from", 4);
        String onto = department("onto", 9);
        String tight = department("tight", 1);
        city.replaced("/v1/departments/" + city.id, "{\"parent\":\"%s\"}".formatted(from));
        city.create("one");
        city.create("two");
        assertEquals(2, used(from));
        city.replaced("/v1/departments/" + city.id, "{\"parent\":\"%s\"}".formatted(onto));
        assertEquals(List.of(0L, 2L), List.of(used(from), used(onto)));
        Answer refused =
                rest.put(
                        "/v1/departments/" + city.id,
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"parent\":\"%s\"}}"
                                .formatted(city.id, tight),
                        rest.get("/v1/departments/" + city.id).etag());
        assertEquals("quota.exceeded", code(refused), refused.text());
        assertEquals(List.of(2L, 0L), List.of(used(onto), used(tight)));
    }

    @Test
    void anApplicationThatMovesTakesItsUseAlongAndCountsThereFromThenOn() {
        String onto = department("onto", 9);
        city.create("one");
        city.replaced(
                "/v1/applications/" + city.id,
                "{\"department\":\"%s\",\"securityGrade\":3,\"networkZone\":\"EXTRANET\"}"
                        .formatted(onto));
        assertEquals(List.of(0L, 1L), List.of(used(city.id), used(onto)));
        limit(onto, 1);
        Answer refused = city.create("two");
        assertTrue(refused.at("detail").asText().contains("department " + onto), refused.text());
    }

    @Test
    void grantsBeginAndEndByTheClock() {
        grant("\"from\":\"%s\"".formatted(Instant.now().plusSeconds(2)));
        assertEquals("quota.exceeded", code(city.create("early")));
        Until.holds("the limit is seen", () -> tenantLimit() == 2);
        city.admitted("in-time");
        grant("\"until\":\"%s\"".formatted(Instant.now().plusSeconds(2)));
        Until.holds("the limit is seen", () -> tenantLimit() == 0);
        assertEquals("quota.exceeded", code(city.create("late")));
        assertEquals(1, city.vcpusUsed(), "what is there stays");
    }

    // --- Hosts ---

    @Test
    void aHostShrunkBelowItsUseIsShownAndTakesNothingNew() {
        tenantMay(8);
        for (int i = 1; i <= 4; i++) {
            city.admitted("web-" + i);
        }
        host("\"overcommit\":{\"vcpus\":1}");
        Answer shown = rest.get("/v1/hosts/" + city.id);
        assertEquals(2, shown.at("status.capacity.vcpus.limit").asLong(), shown.text());
        assertEquals(4, shown.at("status.capacity.vcpus.used").asLong(), shown.text());
        for (int i = 1; i <= 3; i++) {
            Answer refused = city.create("more");
            assertEquals("placement.no_host", code(refused), refused.text());
            rest.delete(city.path("web-" + i));
            city.obey();
        }
        city.admitted("more");
        assertEquals("placement.no_host", code(city.create("too-many")));
        host("\"overcommit\":{\"vcpus\":2}");
        city.admitted("grown");
    }

    @Test
    void hostsAreFoundByTheirRackAndByWhetherTheyAreOpen() {
        String hosts = "/v1/hosts?zone=" + city.id;
        assertEquals(1, rest.get(hosts + "&schedulable=true").at("items").size());
        city.replaced(
                "/v1/hosts/" + city.id,
                "{\"zone\":\"%s\",\"rack\":\"r7\",\"schedulable\":false}".formatted(city.id));
        assertEquals(0, rest.get(hosts + "&schedulable=true").at("items").size());
        assertEquals(1, rest.get(hosts + "&schedulable=false&rack=r7").at("items").size());
        assertEquals(0, rest.get(hosts + "&rack=r8").at("items").size());
        assertEquals("request.parameter", code(rest.get(hosts + "&schedulable=maybe")));
    }

    @Test
    void aHostIsClosedAndOpenFromTheMomentThatItsClosingOrOpeningIsAnswered() {
        for (int i = 0; i < 10; i++) {
            host("\"schedulable\":false");
            assertEquals("placement.no_host", code(planned()));
            host("\"schedulable\":true");
            assertEquals("create", planned().at("action").asText());
        }
    }

    @Test
    void aHostThatCannotSeeItsDomainsTakesNothingUntilItCan() {
        for (int i = 0; i < 3; i++) {
            city.blind(true);
            assertEquals("placement.no_host", code(planned()));
            city.blind(false);
            assertEquals("create", planned().at("action").asText());
        }
    }

    @Test
    void aHostThatGoesWhileItIsChosenHasItsInstancesOrIsGone() throws Exception {
        try (ExecutorService crowd = Executors.newFixedThreadPool(9)) {
            List<Future<Answer>> creations = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String name = "web-" + i;
                creations.add(crowd.submit(() -> city.create(name)));
            }
            Answer deleted = crowd.submit(() -> rest.delete("/v1/hosts/" + city.id)).get();
            int admitted = 0;
            for (Future<Answer> creation : creations) {
                Answer answer = creation.get();
                assertTrue(List.of(201, 409).contains(answer.status()), answer.text());
                admitted += answer.status() == 201 ? 1 : 0;
            }
            assertEquals(admitted, city.vcpusUsed());
            assertEquals(
                    admitted == 0 ? "204" : "reference.in_use",
                    admitted == 0 ? deleted.status() + "" : code(deleted),
                    deleted.text());
        }
        assertEquals(
                rest.get("/v1/hosts/" + city.id).status() == 404,
                code(planned()).equals("placement.no_host"));
    }

    // --- Words ---

    private Answer planned() {
        return rest.post("/v1/tenants/" + city.id + "/instances?mode=plan", city.body("planned"));
    }

    @Test
    void aHostKeptForATenantTakesItsInstancesAndNobodyElses() {
        host("\"tenant\":\"%s\"".formatted(city.id));
        assertEquals("create", planned().at("action").asText());
        Answer deleted = rest.delete("/v1/tenants/" + city.id);
        assertEquals("reference.in_use", code(deleted), deleted.text());
        City other = new City(rest, authority.certificatePem());
        host("\"tenant\":\"%s\"".formatted(other.id));
        Answer refused = planned();
        assertEquals("placement.no_host", code(refused), refused.text());
        assertEquals(1, refused.at("explanation.turnedAway.exclusive").asInt(), refused.text());
        other.close();
    }

    /** What is kept for somebody unknown is not for everybody. */
    @Test
    void aHostKeptForNobodyThereIsTakesNothing() throws Exception {
        Answer host = rest.get("/v1/hosts/" + city.id);
        Answer refused =
                rest.put(
                        "/v1/hosts/" + city.id,
                        """
                        {"metadata":{"name":"%1$s"},"spec":{"zone":"%1$s","tenant":"none-such"}}
                        """
                                .formatted(city.id),
                        host.etag());
        assertEquals("reference.unknown", code(refused), refused.text());
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    UPDATE host SET revision = revision + 1, spec = spec || '{"tenant": "none-such"}' WHERE name = '%1$s';
                    UPDATE provider SET capacity = capacity WHERE id = (SELECT id FROM host WHERE name = '%1$s')
                    """
                            .formatted(city.id));
        }
        Answer planned = planned();
        assertEquals("placement.no_host", code(planned), planned.text());
        host("\"schedulable\":true");
        assertEquals("create", planned().at("action").asText());
    }

    private void host(String words) {
        city.replaced("/v1/hosts/" + city.id, "{\"zone\":\"%s\",%s}".formatted(city.id, words));
    }

    private String department(String name, int vcpus) {
        String whole = city.id + "-" + name;
        city.created("/v1/departments", whole, limits(vcpus));
        return whole;
    }

    private void limit(String department, int vcpus) {
        city.replaced("/v1/departments/" + department, limits(vcpus));
    }

    private static String limits(int vcpus) {
        return "{\"limits\":{\"vcpus\":%d}}".formatted(vcpus);
    }

    private void tenantMay(int vcpus) {
        tenant(vcpus, "");
    }

    private void grant(String period) {
        tenant(0, ",\"grants\":[{\"amounts\":{\"vcpus\":2},%s}]".formatted(period));
    }

    private void tenant(int vcpus, String grants) {
        city.replaced(
                "/v1/tenants/" + city.id,
                "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":%d,\"memoryMiB\":4096,\"storageGiB\":50}%s}"
                        .formatted(city.id, vcpus, grants));
    }

    private long tenantLimit() {
        return rest.get("/v1/tenants/" + city.id).at("status.granted.vcpus").asLong();
    }

    private long used(String department) {
        return rest.get("/v1/departments/" + department).at("status.used.vcpus").asLong();
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }
}
