package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.InstanceSize;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Instances of a tenant for 4 vCPUs, on a host of 8 and 4096 MiB, that get another size. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class ResizeTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private final Object host = new Object();
    private City city;

    @BeforeEach
    void flavors() {
        city = new City(rest, authority.certificatePem());
        flavor("two", "\"vcpus\":2,\"memoryMiB\":256,\"rootDiskGiB\":2");
        flavor("three", "\"vcpus\":3,\"memoryMiB\":384,\"rootDiskGiB\":2");
        flavor("five", "\"vcpus\":5,\"memoryMiB\":128,\"rootDiskGiB\":2");
        flavor("nine", "\"vcpus\":9,\"memoryMiB\":128,\"rootDiskGiB\":2");
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void anInstanceThatIsOffIsChargedTheDifferenceAndDefinedAnew() {
        off("web");
        long before = desired().revision();
        Answer planned = put("web", "two", "OFF", "?mode=plan");
        assertEquals("update", planned.at("action").asText(), planned.text());
        assertEquals(1, city.vcpusUsed());
        Answer resized = put("web", "two", "OFF", "");
        assertEquals(200, resized.status(), resized.text());
        assertEquals(2, resized.at("status.allocated.vcpus").asLong(), resized.text());
        assertEquals(planned.at("after.spec"), resized.at("spec"));
        assertEquals(List.of(2L, 2L), List.of(city.vcpusUsed(), hostUsed("vcpus")));
        assertEquals(256, hostUsed("memoryMiB"));
        assertEquals(List.of(2, 256), List.of(desired().vcpus(), desired().memoryMiB()));
        assertTrue(desired().revision() > before, "its host is told");
        Answer events = rest.get("/v1/events?kind=Instance&order=desc&limit=1&tenant=" + city.id);
        assertTrue(events.at("items.0.message").asText().contains("spec.flavor"), events.text());
        city.obey(DomainState.SHUTOFF);
        assertEquals(200, put("web", city.id, "RUNNING", "").status(), "smaller, and on, at once");
        city.obey();
        assertEquals("RUNNING", city.phase("web"));
        assertEquals(List.of(1L, 1L), List.of(city.vcpusUsed(), hostUsed("vcpus")));
    }

    @Test
    void whatRunsBecomesLargerAtOnceOrWithItsNextStart() {
        city.admitted("web");
        report(1, 128);
        assertEquals(200, put("web", "two", "RUNNING", "").status());
        assertEquals(List.of(2L, 2L), List.of(city.vcpusUsed(), hostUsed("vcpus")));
        assertEquals(List.of(2, 256), List.of(desired().vcpus(), desired().memoryMiB()));
        Answer pending = rest.get(city.path("web"));
        assertEquals("RUNNING", pending.at("status.phase").asText());
        assertEquals("SizePending", pending.at("status.conditions.0.type").asText());
        assertTrue(
                pending.at("status.conditions.0.message").asText().contains("1 vCPUs and 128 MiB"),
                pending.text());
        report(2, 256);
        assertEquals("[]", rest.get(city.path("web")).at("status.conditions").toString());
        assertEquals("instance.not_off", code(put("web", "five", "RUNNING", "")), "less memory");
    }

    @Test
    void whatIsNotKnownToBeOffBecomesNoSmaller() {
        off("web");
        put("web", "two", "RUNNING", "");
        city.obey();
        Answer running = put("web", city.id, "RUNNING", "");
        assertEquals("instance.not_off", code(running), running.text());
        assertTrue(running.at("remedy").asText().contains("stop it first"), running.text());
        assertEquals("instance.not_off", code(put("web", city.id, "OFF", "")), "nor both at once");
        put("web", "two", "OFF", "");
        Answer stopping = put("web", city.id, "OFF", "");
        assertEquals("instance.not_off", code(stopping), stopping.text());
        assertTrue(stopping.at("remedy").asText().contains("wait"), stopping.text());
        // Its host saw it off before it heard that it is to be off: it may be about to start it.
        city.agent.report(
                null,
                true,
                1_000_000,
                0,
                List.of(FakeAgent.observed(desired(), DomainState.SHUTOFF)));
        assertEquals("STOPPED", city.phase("web"));
        assertEquals("instance.not_off", code(put("web", city.id, "OFF", "")));
        rest.delete(city.path("web"));
        assertEquals("precondition.failed", code(put("web", city.id, "OFF", "")));
        assertEquals(2, city.vcpusUsed());
    }

    @Test
    void aRefusalSaysWhatIsMissingAndWhatToDo() {
        off("web");
        Answer limit = put("web", "five", "OFF", "");
        assertEquals("quota.exceeded", code(limit), limit.text());
        assertEquals(
                "spec.flavor: tenant %1$s has 3 of 4 vcpus left, flavor %1$s-five needs 4 more"
                        .formatted(city.id),
                limit.at("detail").asText());
        assertTrue(limit.at("remedy").asText().endsWith("raised by 1"), limit.text());
        tenantMay(100);
        assertEquals(200, put("web", "five", "OFF", "").status());
        Answer room = put("web", "nine", "OFF", "");
        assertEquals("placement.no_host", code(room), room.text());
        assertEquals(
                "spec.flavor: it stays on host %1$s, which has 3 of 8 vcpus left, and flavor %1$s-nine needs 4 more"
                        .formatted(city.id),
                room.at("detail").asText());
        assertTrue(room.at("remedy").asText().contains("make room for 1 vcpus"), room.text());
        flavor("disk", "\"vcpus\":1,\"memoryMiB\":128,\"rootDiskGiB\":4");
        Answer disk = put("web", "disk", "OFF", "");
        assertEquals("field.invalid", code(disk), disk.text());
        assertEquals("rootDiskGiB = 2", disk.at("errors.0.limit").asText());
        flavor("gpu", "\"vcpus\":1,\"memoryMiB\":128,\"rootDiskGiB\":2,\"traits\":[\"gpu\"]");
        Answer trait = put("web", "gpu", "OFF", "");
        assertEquals("placement.no_host", code(trait), trait.text());
        assertTrue(trait.at("detail").asText().contains("traits [gpu]"), trait.text());
        assertEquals("reference.unknown", code(put("web", "none", "OFF", "")));
        assertEquals(List.of(5L, 5L), List.of(city.vcpusUsed(), hostUsed("vcpus")));
    }

    @Test
    void smallerIsAllowedAboveALimitAndOnAHostThatMayPromiseLess() {
        off("web");
        put("web", "three", "OFF", "");
        tenantMay(1);
        city.replaced(
                "/v1/hosts/" + city.id,
                "{\"zone\":\"%s\",\"overcommit\":{\"vcpus\":0.5}}".formatted(city.id));
        assertEquals(200, put("web", "two", "OFF", "").status());
        assertEquals("quota.exceeded", code(put("web", "three", "OFF", "")));
        assertEquals(2, city.vcpusUsed());
    }

    /** Whoever is faster: what is charged is what the instances have, and no limit is exceeded. */
    @Test
    void randomResizesBesideAdmissionsKeepTheBooks() throws Exception {
        tenantMay(6);
        List<String> standing = List.of("a", "b", "c");
        standing.forEach(city::create);
        standing.forEach(name -> put(name, city.id, "OFF", ""));
        city.obey(DomainState.SHUTOFF);
        long seed = new Random().nextLong();
        AtomicInteger resized = new AtomicInteger();
        try (ExecutorService crowd = Executors.newFixedThreadPool(6)) {
            List<Future<?>> work = new ArrayList<>();
            for (String name : standing) {
                Random random = new Random(seed + name.hashCode());
                work.add(
                        crowd.submit(() -> {
                            for (int i = 0; i < 25; i++) {
                                String flavor =
                                        List.of("two", "three", city.id).get(random.nextInt(3));
                                Answer answer = put(name, flavor, "OFF", "");
                                boolean full = code(answer).equals("quota.exceeded");
                                assertTrue(answer.status() == 200 || full, answer.text());
                                resized.addAndGet(full ? 0 : 1);
                                // Told of the new revision, its host says again that it is off.
                                synchronized (host) {
                                    city.obey(DomainState.SHUTOFF);
                                }
                            }
                        }));
                work.add(
                        crowd.submit(() -> {
                            for (int i = 0; i < 15; i++) {
                                String comer = name + "-" + i;
                                int created = city.create(comer).status();
                                assertTrue(Set.of(201, 409).contains(created), comer);
                                rest.send(
                                        "DELETE", city.path(comer), null, Map.of("If-Match", "*"));
                            }
                        }));
            }
            for (Future<?> one : work) {
                one.get();
            }
        }
        city.obey(DomainState.SHUTOFF);
        assertTrue(resized.get() > 0, "seed " + seed);
        long sum = 0;
        for (JsonNode one : rest.get("/v1/tenants/" + city.id + "/instances").at("items")) {
            sum += one.at("/status/allocated/vcpus").asLong();
        }
        assertTrue(sum <= 6, "seed " + seed);
        assertEquals(List.of(sum, sum), List.of(city.vcpusUsed(), hostUsed("vcpus")));
    }

    /** An instance whose host has said that it is off, as it should be. */
    private void off(String name) {
        city.admitted(name);
        put(name, city.id, "OFF", "");
        city.obey(DomainState.SHUTOFF);
        assertEquals("STOPPED", city.phase(name));
    }

    /** Its host says that it runs, with so much. */
    private void report(int vcpus, long memoryMiB) {
        InstanceDesired instance = desired();
        city.agent.report(
                null,
                true,
                List.of(
                        new InstanceObserved(
                                instance.id(),
                                instance.epoch(),
                                instance.boot(),
                                DomainState.RUNNING,
                                null,
                                null,
                                null,
                                new InstanceSize(vcpus, memoryMiB))));
    }

    private Answer put(String name, String flavor, String power, String query) {
        String whole = flavor.equals(city.id) ? flavor : city.id + "-" + flavor;
        String body =
                "{\"metadata\":{\"name\":\"%1$s\"},\"spec\":{\"flavor\":\"%2$s\",\"image\":\"%3$s\",\"zone\":\"%3$s\",\"power\":\"%4$s\"}}"
                        .formatted(name, whole, city.id, power);
        return rest.put(city.path(name) + query, body, "*");
    }

    private void flavor(String name, String spec) {
        city.created("/v1/flavors", city.id + "-" + name, "{" + spec + "}");
    }

    private void tenantMay(int vcpus) {
        city.replaced(
                "/v1/tenants/" + city.id,
                "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":%d,\"memoryMiB\":4096,\"storageGiB\":50}}"
                        .formatted(city.id, vcpus));
    }

    private InstanceDesired desired() {
        return city.agent.desired(0, 0).instances().getFirst();
    }

    private long hostUsed(String resource) {
        return rest.get("/v1/hosts/" + city.id)
                .at("status.capacity." + resource + ".used")
                .asLong();
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }
}
