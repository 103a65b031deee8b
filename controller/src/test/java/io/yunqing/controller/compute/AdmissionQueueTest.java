package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.yunqing.api.Instance;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.Until;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.compute.Order.Terms;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.StoredJson;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of those who wait while a batch does not come on: here because another replica holds a tenant's account. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
@TestProfile(AdmissionQueueTest.SmallQueue.class)
class AdmissionQueueTest {
    /** Room for two, of two departments; and whoever waits for a lock waits for as long as the test needs. */
    public static final class SmallQueue implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "yunqing.admission.queue",
                    "2",
                    "yunqing.admission.queue-of-department",
                    "1",
                    "quarkus.datasource.jdbc.additional-jdbc-properties.options",
                    "-c lock_timeout=120s -c statement_timeout=240s");
        }
    }

    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;
    @Inject Admission admission;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
    }

    @Test
    void whoFindsTheQueueFullIsToldToComeAgain() throws Exception {
        City second = new City(rest, authority.certificatePem());
        City third = new City(rest, authority.certificatePem());
        try (ExecutorService crowd = Executors.newFixedThreadPool(5)) {
            Future<Answer> claimed;
            Future<Answer> waiting;
            Future<Answer> ofAnother;
            try (Locks locks = new Locks(dataSource, city.id)) {
                claimed = crowd.submit(() -> city.create("claimed"));
                locks.awaitWaiter();
                waiting =
                        refusedOneOf(
                                crowd.submit(() -> city.create("one")),
                                crowd.submit(() -> city.create("other")));
                ofAnother =
                        refusedOneOf(
                                crowd.submit(() -> second.create("web")),
                                crowd.submit(() -> third.create("web")));
            }
            for (Future<Answer> admitted : List.of(claimed, waiting, ofAnother)) {
                assertEquals(201, admitted.get(1, TimeUnit.MINUTES).status());
            }
        }
        assertEquals(2, city.vcpusUsed());
        assertEquals(1, second.vcpusUsed() + third.vcpusUsed());
        List.of(city, second, third).forEach(City::close);
    }

    /** Of two for one place one is refused at once; the other one waits. */
    private static Future<Answer> refusedOneOf(Future<Answer> one, Future<Answer> other)
            throws Exception {
        Until.holds("one of them is decided", () -> one.isDone() || other.isDone());
        Answer refused = (one.isDone() ? one : other).get();
        assertEquals(503, refused.status(), refused.text());
        assertEquals("busy", refused.at("code").asText());
        assertEquals("2", refused.headers().get("retry-after"));
        return one.isDone() ? other : one;
    }

    @Test
    void whoGivesUpBeforeItsBatchIsNotAdmittedAndDoesNotWaitOn() throws Exception {
        Instance asked = StoredJson.MAPPER.readValue(city.body("given-up"), Instance.class);
        Terms terms = new Terms("operator", null, false, false, null, null);
        AtomicReference<Runnable> gone = new AtomicReference<>();
        try (ExecutorService crowd = Executors.newFixedThreadPool(2)) {
            Future<Answer> claimed;
            try (Locks locks = new Locks(dataSource, city.id)) {
                claimed = crowd.submit(() -> city.create("claimed"));
                locks.awaitWaiter();
                Future<Outcome> givenUp =
                        crowd.submit(() ->
                                admission.admit(
                                        city.id, List.of(asked), List.of(), terms, gone::set));
                Until.holds("it is gone", () -> gone.get() != null);
                gone.get().run();
                // Less than the patience with which an order waits for its batch.
                ExecutionException told =
                        assertThrows(
                                ExecutionException.class, () -> givenUp.get(15, TimeUnit.SECONDS));
                ProblemException refusal =
                        assertInstanceOf(ProblemException.class, told.getCause());
                assertEquals(ProblemCode.BUSY.code(), refusal.problem().code());
            }
            assertEquals(201, claimed.get(1, TimeUnit.MINUTES).status());
        }
        city.admitted("next");
        assertEquals(404, rest.get(city.path("given-up")).status());
        assertEquals(2, city.vcpusUsed());
        city.close();
    }
}
