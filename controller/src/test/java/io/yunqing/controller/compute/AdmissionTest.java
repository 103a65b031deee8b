package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One answer to one request: whatever is repeated, changed or gone while it is on its way. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class AdmissionTest {
    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;
    @Inject MeterRegistry meters;

    private final Rest rest = Rest.operator();
    private City city;
    private String instances;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
        instances = "/v1/tenants/" + city.id + "/instances";
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    // --- Keys and names ---

    @Test
    void oneKeyIsOneInstanceAndOneAnswerHoweverManyAskAtOnce() throws Exception {
        List<Answer> answers = atOnce(50, _ -> withKey("web", city.id + "-once"));
        answers.forEach(answer -> assertEquals(201, answer.status(), answer.text()));
        assertEquals(1, answers.stream().map(Answer::body).distinct().count());
        assertEquals(1, answers.stream().map(Answer::etag).distinct().count());
        assertEquals(1, city.vcpusUsed());
    }

    @Test
    void ofTwoRequestsWithOneKeyOneIsAnsweredHoweverManyAskAtOnce() throws Exception {
        List<Answer> answers = atOnce(40, i -> withKey("web-" + i % 2, city.id + "-two"));
        List<Answer> made = answers.stream().filter(a -> a.status() == 201).toList();
        assertEquals(20, made.size(), answers.toString());
        assertEquals(1, made.stream().map(Answer::body).distinct().count());
        answers.stream()
                .filter(a -> a.status() != 201)
                .forEach(a -> assertEquals("idempotency.key_reused", code(a), a.text()));
        assertEquals(1, city.vcpusUsed());
    }

    @Test
    void howRequestsEndIsCounted() {
        double admitted = counted("admitted");
        double refused = counted("quota_vcpus");
        assertEquals(201, withKey("web", city.id + "-counted").status());
        replaced("/v1/tenants/" + city.id, tenantSpec("1"));
        assertEquals("quota.exceeded", code(withKey("web-2", city.id + "-refused")));
        assertEquals(admitted + 1, counted("admitted"));
        assertEquals(refused + 1, counted("quota_vcpus"));
    }

    private double counted(String outcome) {
        Counter counter = meters.find("yunqing.admissions").tag("outcome", outcome).counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void aRefusalIsNotKeptForItsKey() {
        replaced("/v1/tenants/" + city.id, tenantSpec("0"));
        assertEquals("quota.exceeded", code(withKey("web", city.id + "-later")));
        replaced("/v1/tenants/" + city.id, tenantSpec("4"));
        assertEquals(201, withKey("web", city.id + "-later").status());
    }

    /** The other replica's answer becomes visible when its transaction ends, which is while this one waits for its locks. */
    @Test
    void aKeyThatAnotherReplicaAnswersMeanwhileIsRepeated() throws Exception {
        String key = city.id + "-replicas";
        Answer first = withKey("web", key);
        try (ExecutorService asker = Executors.newSingleThreadExecutor()) {
            Future<Answer> second;
            try (Locks locks = new Locks(dataSource, city.id)) {
                forget(key, locks);
                second = asker.submit(() -> withKey("web", key));
                locks.awaitWaiter();
                remember(key, locks);
            }
            Answer repeated = second.get(1, TimeUnit.MINUTES);
            assertEquals(201, repeated.status(), repeated.text());
            assertEquals(first.body(), repeated.body());
        }
        assertEquals(1, city.vcpusUsed());
    }

    /** Not there for anybody else until {@link #remember}; written anew in the same transaction that holds the account. */
    private void forget(String key, Locks locks) throws Exception {
        try (PreparedStatement statement =
                locks.connection.prepareStatement(
                        """
                        CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM idempotency WHERE key = ?
                        """)) {
            statement.setString(1, key);
            statement.execute();
        }
        try (var other = dataSource.getConnection();
                PreparedStatement statement =
                        other.prepareStatement("DELETE FROM idempotency WHERE key = ?")) {
            statement.setString(1, key);
            assertEquals(1, statement.executeUpdate());
        }
    }

    private static void remember(String key, Locks locks) throws Exception {
        try (PreparedStatement statement =
                locks.connection.prepareStatement(
                        "INSERT INTO idempotency SELECT * FROM kept WHERE key = ?")) {
            statement.setString(1, key);
            assertEquals(1, statement.executeUpdate());
        }
    }

    @Test
    void aKeyIsRepeatedAlsoWhenWhatItsRequestNamesIsGone() {
        String key = city.id + "-gone";
        Answer first = withKey("web", key);
        delete("web");
        city.obey();
        assertEquals(204, rest.delete("/v1/flavors/" + city.id).status());
        Answer other = create("other");
        assertEquals("reference.unknown", code(other), other.text());
        Answer repeated = withKey("web", key);
        assertEquals(201, repeated.status(), repeated.text());
        assertEquals(first.body(), repeated.body());
        assertEquals(0, city.vcpusUsed());
    }

    @Test
    void parallelPutsOfOneInstanceAllSucceed() throws Exception {
        List<Integer> statuses =
                atOnce(12, _ -> rest.send("PUT", city.path("web"), city.body("web"), Map.of()))
                        .stream()
                        .map(Answer::status)
                        .sorted()
                        .toList();
        assertEquals(201, statuses.getLast());
        assertEquals(List.of(200), statuses.stream().limit(11).distinct().toList());
        assertEquals(1, city.vcpusUsed());
    }

    // --- Plans ---

    @Test
    void aPlanTakesNothingAndItsDigestBindsOnce() throws Exception {
        List<Answer> plans = atOnce(20, _ -> rest.post(instances + "?mode=plan", city.body("web")));
        plans.forEach(plan -> assertEquals(200, plan.status(), plan.text()));
        assertEquals(1, plans.stream().map(p -> p.at("digest").asText()).distinct().count());
        assertEquals(0, city.vcpusUsed());
        String digest = plans.getFirst().at("digest").asText();
        List<Answer> answers =
                atOnce(20, _ -> rest.post(instances + "?digest=" + digest, city.body("web")));
        assertEquals(1, answers.stream().filter(a -> a.status() == 201).count());
        answers.stream()
                .filter(a -> a.status() != 201)
                .forEach(a ->
                        assertTrue(
                                List.of("name.taken", "plan.stale").contains(code(a)), a.text()));
        assertEquals(1, city.vcpusUsed());
    }

    @Test
    void aPlanThatOthersHaveOvertakenIsStale() {
        Answer plan = rest.post(instances + "?mode=plan", city.body("web"));
        assertEquals(201, create("faster").status());
        Answer stale =
                rest.post(instances + "?digest=" + plan.at("digest").asText(), city.body("web"));
        assertEquals("plan.stale", code(stale), stale.text());
        assertEquals(1, city.vcpusUsed());
    }

    // --- What a request names, changed since it was remembered ---

    @Test
    void aFlavorCountsAsItIsNow() {
        assertEquals(201, create("small").status());
        replaced("/v1/flavors/" + city.id, "{\"vcpus\":3,\"memoryMiB\":128,\"rootDiskGiB\":2}");
        Answer large = create("large");
        assertEquals(3, large.at("status.allocated.vcpus").asLong(), large.text());
        assertEquals(4, city.vcpusUsed());
        Answer over = create("over");
        assertEquals("quota.exceeded", code(over));
        assertTrue(over.at("detail").asText().contains("needs 3"), over.text());
    }

    @Test
    void aFlavorTooSmallForTheImageNowIsRefused() {
        assertEquals(201, create("fits").status());
        replaced(
                "/v1/images/" + city.id,
                "{\"url\":\"file:///image\",\"sha256\":\"%s\",\"format\":\"QCOW2\",\"minDiskGiB\":3}"
                        .formatted("0".repeat(64)));
        Answer refused = create("larger");
        assertEquals("field.invalid", code(refused), refused.text());
    }

    @Test
    void whatIsGoneIsUnknownAndWhatIsMadeAnewIsTaken() {
        assertEquals(201, create("web").status());
        delete("web");
        city.obey();
        assertEquals(204, rest.delete("/v1/flavors/" + city.id).status());
        Answer noFlavor = create("web");
        assertEquals("reference.unknown", code(noFlavor), noFlavor.text());
        assertEquals("spec.flavor", noFlavor.at("errors.0.field").asText());
        city.created("/v1/flavors", city.id, "{\"vcpus\":2,\"memoryMiB\":128,\"rootDiskGiB\":2}");
        assertEquals(201, create("web").status());
        assertEquals(2, city.vcpusUsed());
        delete("web");
        city.obey();
        assertEquals(204, rest.delete("/v1/images/" + city.id).status());
        assertEquals("spec.image", create("web").at("errors.0.field").asText());
    }

    @Test
    void aTenantMadeAnewIsAnotherTenant() {
        assertEquals(201, create("web").status());
        delete("web");
        city.obey();
        assertEquals(204, rest.delete("/v1/tenants/" + city.id).status());
        assertEquals("not_found", code(create("web")));
        city.created("/v1/tenants", city.id, tenantSpec("1"));
        assertEquals(201, create("web").status());
        assertEquals("quota.exceeded", code(create("more")));
        assertEquals(1, city.vcpusUsed());
    }

    @Test
    void aZoneThatIsGoneIsUnknown() {
        String zone = city.id + "-annex";
        String asked = city.body("web").replace("\"zone\":\"" + city.id, "\"zone\":\"" + zone);
        city.created("/v1/zones", zone, "{}");
        assertEquals("placement.no_host", code(rest.post(instances, asked)));
        assertEquals(204, rest.delete("/v1/zones/" + zone).status());
        Answer refused = rest.post(instances, asked);
        assertEquals("reference.unknown", code(refused), refused.text());
        assertEquals("spec.zone", refused.at("errors.0.field").asText());
    }

    // --- Helpers ---

    private Answer create(String name) {
        return city.create(name);
    }

    private Answer withKey(String name, String key) {
        return rest.send("POST", instances, city.body(name), Map.of("Idempotency-Key", key));
    }

    private void delete(String name) {
        Answer answer = rest.delete(city.path(name));
        assertEquals(200, answer.status(), answer.text());
    }

    private String tenantSpec(String vcpus) {
        return "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":%s,\"memoryMiB\":4096,\"storageGiB\":50}}"
                .formatted(city.id, vcpus);
    }

    private void replaced(String path, String spec) {
        city.replaced(path, spec);
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }

    private static List<Answer> atOnce(int number, IntFunction<Answer> request) throws Exception {
        try (ExecutorService crowd = Executors.newFixedThreadPool(number)) {
            List<Callable<Answer>> requests =
                    IntStream.range(0, number)
                            .<Callable<Answer>>mapToObj(i -> () -> request.apply(i))
                            .toList();
            return crowd.invokeAll(requests).stream().map(AdmissionTest::get).toList();
        }
    }

    private static Answer get(Future<Answer> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
