package io.yunqing.controller.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.PlacementExplanation.Candidate;
import io.yunqing.controller.placement.Placement.Decision;
import io.yunqing.controller.placement.Placement.Decision.Chosen;
import io.yunqing.controller.placement.Placement.Decision.NoHost;
import io.yunqing.controller.placement.Placement.Request;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // a request without a zone
class PlacementTest {
    private final FleetView.Builder fleet = new FleetView.Builder();

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
        Chosen chosen = assertInstanceOf(Chosen.class, choose(request("z1", 2, 1024)));
        assertEquals("e-good", chosen.host().name());
        assertEquals(
                Map.of("reporting", 1, "schedulable", 1, "zone", 1, "vcpus", 1),
                chosen.explanation().turnedAway());
        assertEquals(5, chosen.explanation().hostsSeen());
    }

    @Test
    void fullerHostsAreFilledFirst() {
        add("empty", "z1", true, true, 8, 8192, 0, 0);
        add("half", "z1", true, true, 8, 8192, 4, 4096);
        assertEquals(
                "half",
                assertInstanceOf(Chosen.class, choose(request(null, 1, 1024))).host().name());
    }

    @Test
    void aHostWhoseResourcesRunOutTogetherIsPreferred() {
        add("even", "z1", true, true, 8, 8192, 3, 3072);
        add("lopsided", "z1", true, true, 8, 8192, 6, 0);
        assertEquals(
                "even",
                assertInstanceOf(Chosen.class, choose(request(null, 1, 1024))).host().name());
    }

    @Test
    void tiesGoByNameSoThatTheSameViewGivesTheSameAnswer() {
        add("h2", "z1", true, true, 8, 8192, 0, 0);
        add("h1", "z1", true, true, 8, 8192, 0, 0);
        assertEquals(
                "h1", assertInstanceOf(Chosen.class, choose(request(null, 1, 1024))).host().name());
    }

    @Test
    void theScoreIsTheSumOfItsTermsAndAtMostThreeAreShown() {
        for (int i = 0; i < 5; i++) {
            add("h" + i, "z1", true, true, 8, 8192, i, 512L * i);
        }
        PlacementExplanation why = choose(request(null, 1, 1024)).explanation();
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
                "host near has 3 of 8 vcpus free, 4 are asked for: free 1 more there, or ask for less",
                why.nearestMiss());
        assertEquals(Map.of("vcpus", 2), why.turnedAway());
    }

    @Test
    void aResourceTheHostDoesNotHaveIsARefusalNotAFault() {
        add("h1", "z1", true, true, 8, 8192, 0, 0);
        var request = new Request(null, new TreeMap<>(Map.of("gpus", 1L)));
        assertEquals(Map.of("gpus", 1), refusal(request).turnedAway());
    }

    /** Whatever the fleet looks like: the chosen host has room, and every host is either a candidate or turned away. */
    @Test
    void randomFleetsNeverGetMoreThanTheyHave() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            FleetView.Builder builder = new FleetView.Builder();
            int hosts = random.nextInt(12);
            for (int i = 0; i < hosts; i++) {
                long vcpus = random.nextInt(16);
                long memory = random.nextInt(16) * 512L;
                builder.add(
                        new FleetView.Host(new UUID(0, i), "h" + i, "z" + random.nextInt(2)),
                        random.nextInt(5) > 0,
                        random.nextInt(5) > 0,
                        Map.of("vcpus", vcpus, "memoryMiB", memory),
                        Map.of(
                                "vcpus",
                                (long) random.nextInt(20),
                                "memoryMiB",
                                random.nextInt(20) * 512L));
            }
            FleetView view = builder.build();
            Request request =
                    request(
                            random.nextBoolean() ? "z1" : null,
                            1 + random.nextInt(4),
                            512L * (1 + random.nextInt(4)));
            Decision decision = Placement.choose(view, request);
            PlacementExplanation why = decision.explanation();
            int away = why.turnedAway().values().stream().mapToInt(Integer::intValue).sum();
            if (decision instanceof Chosen chosen) {
                int index = 0;
                while (!view.host(index).equals(chosen.host())) {
                    index++;
                }
                int at = index;
                request.amounts()
                        .forEach((r, amount) ->
                                assertTrue(
                                        view.free(r, at) >= amount,
                                        () -> "seed " + seed + ": " + why));
                assertTrue(away < hosts, () -> "seed " + seed);
            } else {
                assertEquals(hosts, away, () -> "seed " + seed);
            }
        }
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
        fleet.add(
                new FleetView.Host(
                        UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)), name, zone),
                reporting,
                schedulable,
                Map.of("vcpus", vcpus, "memoryMiB", memory),
                Map.of("vcpus", vcpusUsed, "memoryMiB", memoryUsed));
    }

    private Decision choose(Request request) {
        return Placement.choose(fleet.build(), request);
    }

    private PlacementExplanation refusal(Request request) {
        return assertInstanceOf(NoHost.class, choose(request)).explanation();
    }

    private static Request request(String zone, long vcpus, long memory) {
        return new Request(zone, new TreeMap<>(Map.of("vcpus", vcpus, "memoryMiB", memory)));
    }
}
