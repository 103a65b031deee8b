package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceUse;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What instances use, with the host's side of the protocol played by the test. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class StatisticsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final long SECOND = 1_000_000_000;

    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;
    private UUID instance;
    private UUID volume;

    @BeforeEach
    void anInstanceWithAVolume() {
        city = new City(rest, authority.certificatePem());
        city.admitted("web");
        city.created(
                "/v1/tenants/" + city.id + "/volumes",
                "data",
                "{\"sizeGiB\":1,\"instance\":\"web\"}");
        city.agent.obey(DomainState.RUNNING);
        InstanceDesired desired = city.agent.desired(0, 0).instances().getFirst();
        instance = desired.id();
        volume = desired.volumesOrNone().getFirst();
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void whatWasNotMeasuredIsSaidToBeSo() {
        Answer none = statistics();
        assertEquals(404, none.status());
        assertTrue(none.at("detail").asText().contains("not measured yet"), none.text());
        assertEquals(
                404, rest.get("/v1/tenants/" + city.id + "/instances/nobody/statistics").status());
    }

    @Test
    void oneMeasurementHasTotalsAndTwoHaveRates() {
        measure(NOON, 10 * SECOND, 1000);
        Answer first = statistics();
        assertEquals(10.0, first.at("cpuSeconds").asDouble(), first.text());
        assertEquals(40, first.at("memoryUsedMiB").asLong());
        assertEquals(90, first.at("memoryResidentMiB").asLong());
        assertEquals("vdc", first.at("disks.0.target").asText());
        assertEquals("data", first.at("disks.0.volume").asText());
        assertEquals(1000, first.at("disks.0.writtenBytes").asLong());
        assertTrue(first.at("cpus").isMissingNode(), "nothing to compare with");

        measure(NOON.plusSeconds(20), 15 * SECOND, 3000);
        Answer second = statistics();
        assertEquals(0.25, second.at("cpus").asDouble(), second.text());
        assertEquals(20.0, second.at("overSeconds").asDouble());
        assertEquals(100.0, second.at("disks.0.writtenBytesPerSecond").asDouble());
        assertEquals(0.0, second.at("disks.0.readBytesPerSecond").asDouble());
        assertEquals(100.0, second.at("nics.0.sentBytesPerSecond").asDouble());
    }

    @Test
    void theSameMeasurementSentTwiceIsOne() {
        measure(NOON, 10 * SECOND, 1000);
        measure(NOON.plusSeconds(20), 15 * SECOND, 3000);
        measure(NOON.plusSeconds(20), 15 * SECOND, 3000);
        assertEquals(0.25, statistics().at("cpus").asDouble());
    }

    /** Neither a guest that was started anew nor a clock that went back makes a rate. */
    @Test
    void whatBecameLessIsNotComparedWithWhatWasBefore() {
        measure(NOON, 10 * SECOND, 1000);
        measure(NOON.plusSeconds(20), SECOND, 10);
        assertTrue(statistics().at("cpus").isMissingNode());
        measure(NOON.minusSeconds(60), 2 * SECOND, 20);
        Answer back = statistics();
        assertTrue(back.at("cpus").isMissingNode());
        assertEquals(2.0, back.at("cpuSeconds").asDouble());
        measure(NOON, 32 * SECOND, 20);
        assertEquals(0.5, statistics().at("cpus").asDouble());
    }

    @Test
    void aHostSpeaksOnlyOfItsOwn() {
        City other = new City(rest, authority.certificatePem());
        other.agent.statistics(new HostStatistics(NOON, List.of(use(instance, SECOND, 1))));
        assertEquals(404, statistics().status());
        other.close();
    }

    private void measure(Instant when, long cpuNanos, long bytes) {
        assertEquals(
                204,
                city.agent
                        .statistics(
                                new HostStatistics(when, List.of(use(instance, cpuNanos, bytes))))
                        .status());
    }

    private InstanceUse use(UUID id, long cpuNanos, long bytes) {
        return new InstanceUse(
                id,
                cpuNanos,
                40L,
                90L,
                List.of(new InstanceUse.Disk("vdc", volume, 0, 0, 1, bytes)),
                List.of(new InstanceUse.Nic(1, 1, 1, bytes)));
    }

    private Answer statistics() {
        return rest.get(city.path("web") + "/statistics");
    }
}
