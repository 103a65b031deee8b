package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.fleet.Centre;
import io.yunqing.examples.fleet.Fleet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A thousand requests at once where a hundred fit: exactly a hundred are admitted, and each other one is told why not; by one
 * controller and by two replicas on one database. {@code -Drepeat=50} does it so many times each.
 */
class ParallelAdmissionIT {
    private static final int ASKED = 1000;
    private static final int FIT = 100;
    private static final int HOSTS = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String TENANT = "/v1/tenants/fleet";

    private static Centre first;
    private static Centre second;
    private static Fleet fleet;

    private static final Map<Centre, Rest> WAYS = new HashMap<>();

    private final int repeat = Integer.getInteger("repeat", 2);

    @BeforeAll
    static void aFleetOfAHundredPlaces() throws Exception {
        first = Centre.start("parallel-1");
        fleet = new Fleet(first, FIT / HOSTS);
        fleet.addHosts(HOSTS, 4);
        second = first.startBeside("parallel-2");
        Until.holds("all hosts report", PATIENCE, () -> fleet.hostsIn("CURRENT") == HOSTS);
    }

    @AfterAll
    static void end() throws IOException {
        if (fleet != null) {
            fleet.close();
        }
        if (second != null) {
            second.close();
        }
        if (first != null) {
            first.close();
        }
    }

    @Test
    void oneControllerAdmitsAsManyAsItsHostsCanTake() throws Exception {
        for (int round = 0; round < repeat; round++) {
            asManyAsFit(List.of(first), "placement.no_host");
        }
    }

    @Test
    void twoReplicasAdmitAsManyAsTheirHostsCanTake() throws Exception {
        for (int round = 0; round < repeat; round++) {
            asManyAsFit(List.of(first, second), "placement.no_host");
        }
    }

    @Test
    void twoReplicasAdmitAsManyAsALimitAllows() throws Exception {
        limit(FIT / 2);
        try {
            for (int round = 0; round < repeat; round++) {
                asManyAsFit(List.of(first, second), "quota.exceeded");
            }
        } finally {
            limit(1_000_000);
        }
    }

    /** One key, many askers, two replicas: one instance, and one answer to all. */
    @Test
    void twoReplicasGiveOneAnswerToOneKey() throws Exception {
        for (int round = 0; round < 5 * repeat; round++) {
            Map<String, String> key = Map.of("Idempotency-Key", "round-" + round + "-" + repeat);
            String body = body("once");
            List<Answer> answers =
                    atOnce(List.of(first, second), 40, (rest, _) -> asked(rest, key, body));
            answers.forEach(answer -> assertEquals(201, answer.status(), answer.toString()));
            assertEquals(1, answers.stream().map(Answer::body).distinct().count());
            assertEquals(1, used());
            deleteAll();
        }
    }

    private void asManyAsFit(List<Centre> replicas, String refusal) throws Exception {
        int fit = refusal.equals("quota.exceeded") ? FIT / 2 : FIT;
        List<Answer> answers =
                atOnce(
                        replicas,
                        ASKED,
                        (rest, i) -> asked(rest, Map.of(), body("i-%04d".formatted(i))));
        Map<Integer, List<Answer>> byStatus =
                answers.stream().collect(Collectors.groupingBy(Answer::status));
        assertEquals(Set.of(201, 409), byStatus.keySet());
        List<Answer> refused = byStatus.getOrDefault(409, List.of());
        assertEquals(fit, byStatus.getOrDefault(201, List.of()).size());
        assertEquals(ASKED - fit, refused.size());
        refused.forEach(answer -> isExplained(answer, refusal));
        assertEquals(fit, used());
        assertEquals(fit, usedOfHosts());
        deleteAll();
        assertEquals(0, usedOfHosts());
        isHealthy();
    }

    private static void isExplained(Answer answer, String refusal) {
        assertEquals(refusal, answer.code(), answer.toString());
        assertFalse(answer.body().path("remedy").asText().isEmpty(), answer.toString());
        if (refusal.equals("placement.no_host")) {
            JsonNode explanation = answer.body().path("explanation");
            assertEquals(HOSTS, explanation.path("hostsSeen").asInt(), answer.toString());
            assertFalse(explanation.path("nearestMiss").asText().isEmpty(), answer.toString());
        } else {
            assertTrue(
                    answer.body().path("detail").asText().contains("has 0 of"), answer.toString());
        }
    }

    /** Who finds the controller busy was not admitted, and comes again. */
    private static Answer asked(Rest rest, Map<String, String> headers, String body)
            throws IOException {
        while (true) {
            Answer answer = rest.send("POST", TENANT + "/instances", headers, body);
            if (answer.status() != 503) {
                return answer;
            }
            Until.pause(Duration.ofMillis(200));
        }
    }

    private static String body(String name) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"flavor\":\"small\",\"image\":\"simulated\",\"power\":\"OFF\"}}"
                .formatted(name);
    }

    private static void deleteAll() throws Exception {
        List<String> names = new ArrayList<>();
        for (JsonNode one :
                first.rest().get(TENANT + "/instances?limit=1000").body().path("items")) {
            names.add(one.path("metadata").path("name").asText());
        }
        List<Answer> answers =
                atOnce(
                        List.of(first),
                        names.size(),
                        (rest, i) ->
                                rest.send(
                                        "DELETE",
                                        TENANT + "/instances/" + names.get(i),
                                        Map.of("If-Match", "*"),
                                        ""));
        answers.forEach(answer -> assertEquals(200, answer.status(), answer.toString()));
        Until.holds(
                "all instances are gone",
                PATIENCE,
                () -> first.rest().lines("/v1/instances?fields=metadata.name") == 0);
        assertEquals(0, used());
    }

    private static int used() throws IOException {
        return first.rest().get(TENANT).body().path("status").path("used").path("vcpus").asInt();
    }

    private static int usedOfHosts() throws IOException {
        int used = 0;
        for (JsonNode host : second.rest().get("/v1/hosts?limit=1000").body().path("items")) {
            used += host.path("status").path("capacity").path("vcpus").path("used").asInt();
        }
        return used;
    }

    private static void isHealthy() throws IOException {
        for (Centre one : List.of(first, second)) {
            Answer doctor = one.rest().get("/v1/doctor");
            assertTrue(doctor.body().path("healthy").asBoolean(), doctor.toString());
        }
    }

    private static void limit(int vcpus) throws IOException {
        String body =
                """
                {"metadata":{"name":"fleet"},"spec":{"application":"fleet","environment":"TEST",
                 "limits":{"vcpus":%d,"memoryMiB":1000000000,"storageGiB":10000000}}}
                """
                        .formatted(vcpus);
        Answer answer = first.rest().send("PUT", TENANT, Map.of("If-Match", "*"), body);
        assertEquals(200, answer.status(), answer.toString());
    }

    /** One request of many. */
    private interface Request {
        Answer send(Rest rest, int number) throws IOException;
    }

    /** The same in all rounds, as its thousand connections are kept alive. */
    private static Rest wayTo(Centre replica) throws IOException {
        Rest known = WAYS.get(replica);
        if (known == null) {
            known = replica.rest();
            WAYS.put(replica, known);
        }
        return known;
    }

    /** All at the same moment, in turn to each replica. */
    private static List<Answer> atOnce(List<Centre> replicas, int number, Request request)
            throws Exception {
        List<Rest> ways = new ArrayList<>();
        for (Centre replica : replicas) {
            ways.add(wayTo(replica));
        }
        CountDownLatch start = new CountDownLatch(number);
        List<Callable<Answer>> requests = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            int mine = i;
            requests.add(() -> {
                start.countDown();
                start.await();
                return request.send(ways.get(mine % ways.size()), mine);
            });
        }
        List<Answer> answers = new ArrayList<>();
        try (ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : crowd.invokeAll(requests)) {
                answers.add(answer.get());
            }
        }
        return answers;
    }
}
