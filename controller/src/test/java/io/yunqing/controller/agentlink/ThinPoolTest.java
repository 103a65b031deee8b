package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.Until;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A host of 100 GiB with instance {@code web}, of 2 GiB, and its volume {@code data}, of 10 GiB; both are sparse. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class ThinPoolTest {
    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void anInstanceWithAVolume() {
        city = new City(rest, authority.certificatePem());
        city.replaced(
                "/v1/tenants/" + city.id,
                "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":4,\"memoryMiB\":4096,\"storageGiB\":1000}}"
                        .formatted(city.id));
        city.created(
                "/v1/repositories", city.id, "{\"url\":\"file:///srv/%s\"}".formatted(city.id));
        city.admitted("web");
        city.created(volumes(), "data", "{\"sizeGiB\":10,\"instance\":\"web\"}");
        city.obey();
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void promisedWrittenAndFreeAreThreeThings() {
        city.measures(60, 3, 5);
        Answer host = host();
        JsonNode pool = host.at("status.pools.0");
        assertEquals(12 << 10, pool.path("promisedMiB").asInt(), host.text());
        assertEquals(3 << 10, pool.path("writtenMiB").asInt());
        assertEquals(5 << 10, pool.path("otherMiB").asInt());
        assertEquals(60 << 10, pool.path("freeMiB").asInt());
        assertEquals(100 << 10, pool.path("sizeMiB").asInt());
        assertTrue(pool.path("current").asBoolean());
        Instant measured = Instant.parse(pool.path("measuredAt").asText());
        assertTrue(Duration.between(measured, Instant.now()).abs().toMinutes() < 1);
        assertEquals("[]", host.at("status.conditions").toString());
        city.obey();
        assertEquals(
                measured.toString(),
                host().at("status.pools.0.measuredAt").asText(),
                "what is not measured anew is as old as it was");
        Until.holds(
                "the zone's sums are as the pool is",
                () -> zone().at("status.storage.freeMiB").asInt() == 60 << 10);
        Answer zone = zone();
        assertEquals(
                "{\"hosts\":1,\"unknownHosts\":0,\"promisedMiB\":12288,\"writtenMiB\":3072,\"freeMiB\":61440,\"sizeMiB\":102400}",
                zone.at("status.storage").toString(),
                zone.text());
        assertEquals(60L << 30, metric("free"));
        assertEquals(3L << 30, metric("written"));
        assertEquals(100L << 30, metric("size"));
    }

    @Test
    void itIsSaidThatAPoolFillsLongBeforeItIsFull() {
        city.measures(25, 7, 0);
        assertEquals("[]", host().at("status.conditions").toString());
        city.measures(24, 8, 0);
        JsonNode condition = host().at("status.conditions.0");
        assertEquals("PoolFilling", condition.path("type").asText());
        assertEquals(
                "24.0 GiB of pool default's 100.0 GiB are free, and of 12.0 GiB that are promised 8.0 GiB are written; below 10 % nothing new comes to it: free some space, or add some",
                condition.path("message").asText());
        assertEquals(201, volume("more", 10).status(), "a warning refuses nothing");
    }

    @Test
    void nothingNewComesToAPoolThatIsNearlyFullAndWhatIsThereStays() {
        city.measures(9, 8, 0);
        JsonNode condition = host().at("status.conditions.0");
        assertEquals("PoolNearlyFull", condition.path("type").asText());
        assertTrue(
                condition.path("message").asText().contains("free 1.0 GiB"), condition::toString);
        assertEquals(1, host().at("status.conditions").size(), "it is said once");

        for (Answer refused :
                List.of(
                        volume("more", 1),
                        volumePlan("more", 1),
                        grow(11),
                        snapshot(),
                        backup("one"))) {
            assertEquals("placement.no_host", refused.at("code").asText(), refused.text());
            String detail = refused.text();
            assertTrue(
                    detail.contains(
                            "9.0 GiB of pool default's 100.0 GiB are free, and below 10 % nothing new comes to it"),
                    detail);
            assertTrue(detail.contains("free 1.0 GiB there"), detail);
        }
        for (Answer refused :
                List.of(
                        city.create("late"),
                        rest.post(
                                "/v1/tenants/%s/instances?mode=plan".formatted(city.id),
                                city.body("late")))) {
            assertEquals("placement.no_host", refused.at("code").asText(), refused.text());
            assertTrue(
                    refused.text()
                            .contains(
                                    "on host %s, the nearest, 9.0 GiB of pool default's 100.0 GiB are free"
                                            .formatted(city.id)),
                    refused.text());
        }
        assertEquals("RUNNING", city.phase("web"));
        city.power("web", "OFF");
        assertEquals(200, rest.delete(city.path("web")).status(), "what is there may go");

        city.measures(50, 8, 0);
        assertEquals("[]", host().at("status.conditions").toString());
        city.admitted("late");
    }

    @Test
    void grantsBetweenTwoReportsDoNotExceedWhatIsFree() throws Exception {
        // 12 GiB are promised, 4 of them written; the rest of the pool is somebody else's.
        city.measures(50, 4, 0);
        List<Future<Answer>> asked = new ArrayList<>();
        try (ExecutorService together = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                String name = "more-" + i;
                asked.add(together.submit(() -> volume(name, 10)));
            }
        }
        int admitted = 0;
        for (Future<Answer> one : asked) {
            admitted += one.get().status() == 201 ? 1 : 0;
        }
        assertEquals(4, admitted, "4 written and 50 free bear 54, and 12 were promised");
        city.measures(46, 8, 0);
        Answer again = volume("again", 10);
        assertEquals(409, again.status(), "to write what was promised frees nothing");
        assertTrue(
                again.text().contains("46.0 GiB of pool default's 100.0 GiB are free"),
                again.text());
        assertEquals(201, volume("small", 2).status());
    }

    @Test
    void aPoolThatMayBePromisedMoreThanOnceLetsItsFreeRoomBeTakenAsOften() {
        city.replaced(
                "/v1/hosts/" + city.id,
                "{\"zone\":\"%s\",\"overcommit\":{\"vcpus\":4,\"storageGiB\":3}}"
                        .formatted(city.id));
        city.measures(50, 4, 0);
        assertEquals(154, host().at("status.capacity.storageGiB.limit").asInt());
        assertEquals(201, volume("more", 142).status());
        city.measures(30, 24, 0);
        assertEquals(
                "PoolOverPromised: 30.0 GiB of pool default's 100.0 GiB are free, and 154 storageGiB are promised, which with what is written it bears 114 of: nothing new comes until 40 GiB are given back, or more is free",
                "%s: %s"
                        .formatted(
                                host().at("status.conditions.0.type").asText(),
                                host().at("status.conditions.0.message").asText()));
        assertFalse(volume("less", 1).status() == 201);
        city.measures(90, 4, 0);
        assertEquals(274, host().at("status.capacity.storageGiB.limit").asInt());
        city.measures(9, 4, 0);
        assertEquals(0, host().at("status.capacity.storageGiB.limit").asInt());
    }

    @Test
    void ofAnAgentThatDoesNotMeasureWhatIsFreeCountsAllTheSame() {
        city.has(90);
        JsonNode pool = host().at("status.pools.0");
        assertEquals(90 << 10, pool.path("freeMiB").asInt());
        assertTrue(pool.path("writtenMiB").isMissingNode(), pool::toString);
        assertFalse(pool.path("current").asBoolean());
        assertEquals(100, host().at("status.capacity.storageGiB.limit").asInt());
        city.has(9);
        assertEquals("PoolNearlyFull", host().at("status.conditions.0.type").asText());
        assertEquals("placement.no_host", volume("more", 1).at("code").asText());
    }

    @Test
    void whatASilentHostSaidIsNotWhatIs() throws Exception {
        city.measures(20, 4, 0);
        aged("1 hour");
        Answer host = host();
        assertFalse(host.at("status.pools.0.current").asBoolean(), host.text());
        Instant measured = Instant.parse(host.at("status.pools.0.measuredAt").asText());
        assertTrue(measured.isBefore(Instant.now().minusSeconds(3500)), host.text());
        String filling =
                host.at("status.conditions").findValuesAsText("message").stream()
                        .filter(message -> message.contains("pool default"))
                        .findFirst()
                        .orElseThrow();
        assertTrue(
                filling.startsWith("when it was last heard: 20.0 GiB of pool default's"), filling);
    }

    @Test
    void whatWasMeasuredLongAgoIsNotWhatIs() throws Exception {
        city.measures(20, 4, 0);
        assertTrue(host().at("status.pools.0.current").asBoolean());
        execute(
                "UPDATE host_observation SET measured_at = measured_at - interval '11 min' WHERE host_id = (SELECT id FROM host WHERE name = '%s')"
                        .formatted(city.id));
        Answer host = host();
        assertEquals("CURRENT", host.at("status.state").asText());
        assertFalse(host.at("status.pools.0.current").asBoolean(), host.text());
        String filling = host.at("status.conditions.0.message").asText();
        assertTrue(filling.startsWith("when it was last measured: 20.0 GiB of pool"), filling);
    }

    private void aged(String by) throws SQLException {
        execute(
                "UPDATE host_observation SET received_at = received_at - interval '%1$s', measured_at = measured_at - interval '%1$s' WHERE host_id = (SELECT id FROM host WHERE name = '%2$s')"
                        .formatted(by, city.id));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Of the city's host, in bytes. */
    private long metric(String of) {
        String line = "yunqing_host_pool_%s_bytes{host=\"%s\",".formatted(of, city.id);
        return rest.get("/q/metrics")
                .text()
                .lines()
                .filter(one -> one.startsWith(line))
                .map(one -> one.substring(one.lastIndexOf(' ') + 1))
                .mapToLong(value -> (long) Double.parseDouble(value))
                .findFirst()
                .orElse(-1);
    }

    private Answer host() {
        return rest.get("/v1/hosts/" + city.id);
    }

    private Answer zone() {
        return rest.get("/v1/zones/" + city.id);
    }

    private String volumes() {
        return "/v1/tenants/" + city.id + "/volumes";
    }

    private Answer volume(String name, int sizeGiB) {
        return rest.post(volumes(), volumeBody(name, sizeGiB));
    }

    private Answer volumePlan(String name, int sizeGiB) {
        return rest.post(volumes() + "?mode=plan", volumeBody(name, sizeGiB));
    }

    private static String volumeBody(String name, int sizeGiB) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"sizeGiB\":%d,\"instance\":\"web\"}}"
                .formatted(name, sizeGiB);
    }

    private Answer grow(int sizeGiB) {
        String path = volumes() + "/data";
        return rest.put(path, volumeBody("data", sizeGiB), rest.get(path).etag());
    }

    private Answer snapshot() {
        return rest.post(
                volumes(),
                "{\"metadata\":{\"name\":\"data-1\"},\"spec\":{\"sizeGiB\":10,\"copyOf\":\"data\",\"snapshot\":true}}");
    }

    private Answer backup(String name) {
        return rest.post(
                "/v1/tenants/%s/backups".formatted(city.id),
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"volume\":\"data\",\"repository\":\"%s\"}}"
                        .formatted(name, city.id));
    }
}
