package io.yunqing.controller.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.PlacementExplanation.Candidate;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Decision.NoHost;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // a request without a zone
class PlacementTest {
    private static final UUID TENANT = new UUID(1, 1);

    private final FleetView fleet = new FleetView(List.of("vcpus", "memoryMiB"));

    @Test
    void anEmptyFleetRefusesAndSaysWhatToDo() {
        PlacementExplanation why = refusal(request(null, 1, 512));
        assertEquals(0, why.hostsSeen());
        assertEquals("there is no host yet: create one and let its agent join", why.nearestMiss());
    }

    @Test
    void eachConstraintTurnsAwayAndIsCountedOnce() {
        add("a-silent", "z1", false, true, 8, 8192, 0, 0);
        add("b-closed", "z1", true, false, 8, 8192, 0, 0);
        add("c-elsewhere", "z2", true, true, 8, 8192, 0, 0);
        add("d-full", "z1", true, true, 8, 8192, 8, 0);
        add("e-good", "z1", true, true, 8, 8192, 0, 0);
        PlacementExplanation why = choose(request("z1", 2, 1024)).explanation().render();
        assertEquals("e-good", why.host());
        assertEquals(
                Map.of("reporting", 1, "schedulable", 1, "zone", 1, "vcpus", 1), why.turnedAway());
        assertEquals(5, why.hostsSeen());
    }

    @Test
    void fullerHostsAreFilledFirst() {
        add("empty", "z1", true, true, 8, 8192, 0, 0);
        add("half", "z1", true, true, 8, 8192, 4, 4096);
        assertEquals("half", chosen(request(null, 1, 1024)));
    }

    @Test
    void aHostWhoseResourcesRunOutTogetherIsPreferred() {
        add("even", "z1", true, true, 8, 8192, 3, 3072);
        add("lopsided", "z1", true, true, 8, 8192, 6, 0);
        assertEquals("even", chosen(request(null, 1, 1024)));
    }

    @Test
    void theScoreIsTheSumOfItsTermsAndAtMostThreeAreShown() {
        for (int i = 0; i < 5; i++) {
            add("h" + i, "z1", true, true, 8, 8192, i, 512L * i);
        }
        PlacementExplanation why = choose(request(null, 1, 1024)).explanation().render();
        assertEquals(3, why.best().size());
        for (Candidate candidate : why.best()) {
            double sum = candidate.terms().values().stream().mapToDouble(Double::doubleValue).sum();
            assertEquals(sum, candidate.score(), 1e-9);
        }
    }

    @Test
    void aRefusalNamesTheHostThatCameClosest() {
        add("far", "z1", true, true, 2, 8192, 2, 0);
        add("near", "z1", true, true, 8, 8192, 5, 0);
        PlacementExplanation why = refusal(request(null, 4, 1024));
        assertEquals(
                "host near has 3 of 8 vcpus free, 4 vcpus are asked for: free 1 vcpus more there, or ask for less",
                why.nearestMiss());
        assertEquals(Map.of("vcpus", 2), why.turnedAway());
    }

    @Test
    void aResourceTheFleetHasNeverHeardOfIsARefusalNotAFault() {
        add("h1", "z1", true, true, 8, 8192, 0, 0);
        Request request = Request.of(TENANT, Amounts.of(1, 1, 0, 7)).build();
        assertEquals(Map.of("resource 3", 1), refusal(request).turnedAway());
    }

    private void add(
            String name,
            String zone,
            boolean reporting,
            boolean schedulable,
            long vcpus,
            long memory,
            long vcpusUsed,
            long memoryUsed) {
        fleet.put(
                new HostFacts(
                        Host.plain(
                                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)),
                                name,
                                zone),
                        reporting,
                        schedulable,
                        Amounts.of(vcpus, memory),
                        Amounts.of(vcpusUsed, memoryUsed)));
    }

    private Decision choose(Request request) {
        return Placement.choose(fleet, request, 0);
    }

    private String chosen(Request request) {
        return assertInstanceOf(Chosen.class, choose(request)).host().name();
    }

    private PlacementExplanation refusal(Request request) {
        return assertInstanceOf(NoHost.class, choose(request)).explanation().render();
    }

    private static Request request(String zone, long vcpus, long memory) {
        return Request.of(TENANT, Amounts.of(vcpus, memory)).where(Where.zone(zone)).build();
    }
}
