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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many at once: everybody gets an answer that one at a time could have got, and nobody an internal error. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class ContentionTest {
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
    void parallelRequestsGetExactlyWhatThereIs() throws Exception {
        int asked = 40;
        try (ExecutorService crowd = Executors.newFixedThreadPool(asked)) {
            List<Callable<Answer>> requests =
                    IntStream.range(0, asked)
                            .<Callable<Answer>>mapToObj(i -> () -> city.create("web-" + i))
                            .toList();
            Map<Integer, List<Answer>> byStatus =
                    crowd.invokeAll(requests).stream()
                            .map(ContentionTest::get)
                            .collect(Collectors.groupingBy(Answer::status));
            assertEquals(Set.of(201, 409), byStatus.keySet());
            assertEquals(4, byStatus.get(201).size());
            assertTrue(
                    byStatus.get(409).stream()
                            .allMatch(a -> a.at("code").asText().equals("quota.exceeded")));
            long addresses =
                    byStatus.get(201).stream()
                            .map(a -> a.at("status.addresses.0.ip").asText())
                            .distinct()
                            .count();
            assertEquals(4, addresses);
        }
        assertEquals(4, city.vcpusUsed());
        assertEquals(4, rest.get("/v1/hosts/" + city.id).at("status.capacity.vcpus.used").asLong());
    }

    @Test
    void parallelRequestsForOneNameMakeOneInstance() throws Exception {
        try (ExecutorService crowd = Executors.newFixedThreadPool(8)) {
            List<Callable<Answer>> requests =
                    IntStream.range(0, 8)
                            .<Callable<Answer>>mapToObj(_ -> () -> city.create("web"))
                            .toList();
            List<Integer> statuses =
                    crowd.invokeAll(requests).stream()
                            .map(ContentionTest::get)
                            .map(Answer::status)
                            .sorted()
                            .toList();
            assertEquals(List.of(201, 409, 409, 409, 409, 409, 409, 409), statuses);
        }
        assertEquals(1, city.vcpusUsed());
    }

    /** Admissions, removals and reports lock limits, providers and hosts; in one order, so that none waits in a circle. */
    @Test
    void comingAndGoingBesideReportsEndsWithEmptyBooks() throws Exception {
        City second = new City(rest, authority.certificatePem());
        List<City> cities = List.of(city, second);
        AtomicBoolean working = new AtomicBoolean(true);
        try (ExecutorService hosts = Executors.newFixedThreadPool(2);
                ExecutorService crowd = Executors.newFixedThreadPool(6)) {
            List<Future<?>> reporting = new ArrayList<>();
            for (City one : cities) {
                reporting.add(
                        hosts.submit(() -> {
                            while (working.get()) {
                                assertEquals(200, one.agent.obey(DomainState.RUNNING).status());
                            }
                        }));
            }
            List<Callable<List<Integer>>> workers =
                    IntStream.range(0, 6)
                            .<Callable<List<Integer>>>mapToObj(
                                    worker -> () -> comeAndGo(cities.get(worker % 2), "w" + worker))
                            .toList();
            for (Future<List<Integer>> statuses : crowd.invokeAll(workers)) {
                assertTrue(
                        get(statuses).stream().allMatch(s -> s < 500),
                        () -> get(statuses).toString());
            }
            working.set(false);
            for (Future<?> one : reporting) {
                one.get();
            }
        } finally {
            working.set(false);
        }
        for (City one : cities) {
            one.agent.obey(DomainState.RUNNING);
            assertEquals(0, one.vcpusUsed());
        }
        second.close();
    }

    @Test
    void ofParallelDeletionsOneDeletes() throws Exception {
        city.created("/v1/zones", city.id + "-gone", "{}");
        try (ExecutorService crowd = Executors.newFixedThreadPool(8)) {
            List<Callable<Integer>> requests =
                    IntStream.range(0, 8)
                            .<Callable<Integer>>mapToObj(_ ->
                                    () ->
                                            rest.send(
                                                            "DELETE",
                                                            "/v1/zones/" + city.id + "-gone",
                                                            null,
                                                            Map.of("If-Match", "*"))
                                                    .status())
                            .toList();
            List<Integer> statuses =
                    crowd.invokeAll(requests).stream().map(ContentionTest::get).sorted().toList();
            assertEquals(List.of(204, 404, 404, 404, 404, 404, 404, 404), statuses);
        }
    }

    @Test
    void parallelPutsOfOneBodyAllSucceed() throws Exception {
        try (ExecutorService crowd = Executors.newFixedThreadPool(8)) {
            String body = "{\"metadata\":{\"name\":\"%s-put\"},\"spec\":{}}".formatted(city.id);
            List<Callable<Integer>> requests =
                    IntStream.range(0, 8)
                            .<Callable<Integer>>mapToObj(_ ->
                                    () ->
                                            rest.send(
                                                            "PUT",
                                                            "/v1/zones/" + city.id + "-put",
                                                            body,
                                                            Map.of())
                                                    .status())
                            .toList();
            List<Integer> statuses =
                    crowd.invokeAll(requests).stream().map(ContentionTest::get).sorted().toList();
            assertEquals(List.of(200, 200, 200, 200, 200, 200, 200, 201), statuses);
        }
    }

    private List<Integer> comeAndGo(City one, String name) {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String instance = name + "-" + i;
            statuses.add(one.create(instance).status());
            statuses.add(
                    rest.send("DELETE", one.path(instance), null, Map.of("If-Match", "*"))
                            .status());
        }
        return statuses;
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
