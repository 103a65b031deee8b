package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.Until;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Terms of a class that begin and change while instances come and go on a host of it, of 2 CPUs. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class HostClassTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void aHostOfAClass() {
        city = new City(rest, authority.certificatePem());
        city.created("/v1/host-classes", city.id, terms(term("", "4")));
        city.replaced(
                "/v1/hosts/" + city.id,
                "{\"zone\":\"%1$s\",\"hostClass\":\"%1$s\"}".formatted(city.id));
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void aTermThatBeginsLowersWhatMayBePromisedAndTakesNothingNew() {
        for (int i = 1; i <= 3; i++) {
            city.admitted("web-" + i);
        }
        Instant soon = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);
        promise(term("", "4"), term(soon.toString(), "1"));
        assertEquals(8, capacity("limit"));
        assertEquals(soon.toString(), itsClass().at("status.next").asText());
        Until.holds("the class is seen", () -> capacity("limit") == 2);
        assertEquals(
                List.of(2L, 1L, 3L),
                List.of(capacity("physical"), capacity("ratio"), capacity("used")));
        assertEquals(soon.toString(), itsClass().at("status.inForce.from").asText());
        assertTrue(itsClass().at("status.next").isMissingNode());
        Answer host = host();
        assertEquals("OverCommitted", host.at("status.conditions.0.type").asText(), host.text());
        Answer refused = city.create("web-4");
        assertEquals("placement.no_host", refused.at("code").asText(), refused.text());
        Answer events = rest.get("/v1/events?kind=HostClass&order=desc&limit=1&name=" + city.id);
        assertEquals("term", events.at("items.0.type").asText(), events.text());
        assertEquals("system", events.at("items.0.actor").asText(), events.text());
        for (int i = 1; i <= 2; i++) {
            rest.delete(city.path("web-" + i));
        }
        city.obey();
        city.admitted("web-4");
        assertEquals("placement.no_host", city.create("web-5").at("code").asText());
    }

    @Test
    void whatIsRaisedIsThereAtOnceAndTheHostsOwnWordsComeFirst() {
        promise(term("", "0.5"));
        city.admitted("web-1");
        assertEquals("placement.no_host", city.create("web-2").at("code").asText());
        promise(term("", "1"));
        city.admitted("web-2");
        city.replaced(
                "/v1/hosts/" + city.id,
                "{\"zone\":\"%1$s\",\"hostClass\":\"%1$s\",\"overcommit\":{\"vcpus\":2}}"
                        .formatted(city.id));
        assertEquals(4, capacity("limit"));
        promise(term("", "1"), term("2020-01-01T00:00:00Z", "0.1"));
        assertEquals(4, capacity("limit"));
        city.replaced("/v1/hosts/" + city.id, "{\"zone\":\"%s\"}".formatted(city.id));
        assertEquals("standard", host().at("status.hostClass").asText());
        assertEquals(2, capacity("limit"), "all is promised once");
        city.obeyWith(6);
        assertEquals(6, capacity("limit"));
    }

    @Test
    void aPlanOfOtherTermsChangesNothing() {
        Answer planned =
                rest.put(
                        "/v1/host-classes/" + city.id + "?mode=plan",
                        body(terms(term("", "1"))),
                        itsClass().etag());
        assertEquals("update", planned.at("action").asText(), planned.text());
        assertEquals(8, capacity("limit"));
    }

    /** Admissions lock owners and providers, changes of terms providers and classes, inventories both: none in a circle. */
    @Test
    void termsThatChangeBesideAdmissionsAndReportsLeaveTheBooksRight() throws Exception {
        long seed = new Random().nextLong();
        AtomicBoolean working = new AtomicBoolean(true);
        Set<Integer> expected = Set.of(200, 201, 204, 404, 409, 412);
        try (ExecutorService crowd = Executors.newFixedThreadPool(6)) {
            List<Future<?>> changing = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Random random = new Random(seed + i);
                changing.add(
                        crowd.submit(() -> {
                            while (working.get()) {
                                String soon =
                                        Instant.now().plusMillis(random.nextInt(2000)).toString();
                                String path = "/v1/host-classes/" + city.id;
                                Answer answer =
                                        rest.put(
                                                path,
                                                body(
                                                        terms(
                                                                term("", ratio(random)),
                                                                term(soon, ratio(random)))),
                                                "*");
                                assertTrue(expected.contains(answer.status()), answer.text());
                            }
                        }));
            }
            changing.add(
                    crowd.submit(() -> {
                        Random random = new Random(seed + 2);
                        while (working.get()) {
                            city.obeyWith(1 + random.nextInt(3));
                        }
                    }));
            List<Future<?>> coming = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String name = "w" + i + "-";
                coming.add(
                        crowd.submit(() -> {
                            for (int j = 0; j < 20; j++) {
                                Answer created = city.create(name + j);
                                assertTrue(expected.contains(created.status()), created.text());
                                Answer deleted =
                                        rest.send(
                                                "DELETE",
                                                city.path(name + j),
                                                null,
                                                Map.of("If-Match", "*"));
                                assertTrue(expected.contains(deleted.status()), deleted.text());
                            }
                        }));
            }
            try {
                for (Future<?> one : coming) {
                    one.get();
                }
            } finally {
                working.set(false);
            }
            for (Future<?> one : changing) {
                one.get();
            }
        }
        city.obey();
        assertEquals(0, capacity("used"), "seed " + seed);
    }

    private static String ratio(Random random) {
        return List.of("0.5", "1", "2", "4").get(random.nextInt(4));
    }

    private void promise(String... terms) {
        city.replaced("/v1/host-classes/" + city.id, terms(terms));
    }

    private static String term(String from, String ratio) {
        return "{%s\"resources\":{\"vcpus\":{\"ratio\":%s}}}"
                .formatted(from.isEmpty() ? "" : "\"from\":\"" + from + "\",", ratio);
    }

    private static String terms(String... terms) {
        return "{\"terms\":[%s]}".formatted(String.join(",", terms));
    }

    private String body(String spec) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(city.id, spec);
    }

    private Answer itsClass() {
        return rest.get("/v1/host-classes/" + city.id);
    }

    private Answer host() {
        return rest.get("/v1/hosts/" + city.id);
    }

    private long capacity(String part) {
        return host().at("status.capacity.vcpus." + part).asLong();
    }
}
