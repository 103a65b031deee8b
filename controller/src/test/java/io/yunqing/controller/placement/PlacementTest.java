package io.yunqing.controller.placement;

import static io.yunqing.controller.placement.TestHost.TENANT;
import static io.yunqing.controller.placement.TestHost.asking;
import static io.yunqing.controller.placement.TestHost.fleet;
import static io.yunqing.controller.placement.TestHost.host;
import static io.yunqing.controller.placement.TestHost.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.PlacementExplanation.Candidate;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.GroupRule.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PlacementTest {
    @Test
    void eachConstraintTurnsAwayAndIsCountedOnce() {
        FleetView view =
                fleet(
                        host("a-silent").silent().closed(),
                        host("b-closed").closed().exclusive(id("another")),
                        host("c-kept").exclusive(id("another")).zone("z2"),
                        host("d-elsewhere").zone("z2"),
                        host("e-rack").rack("r2"),
                        host("f-plain").rack("r1"),
                        host("g-poolless").rack("r1").trait("ssd"),
                        host("h-numa").rack("r1").trait("ssd").pool("fast").numaNodes(8),
                        host("i-member").rack("r1").trait("ssd").pool("fast"),
                        host("j-vcpus").rack("r1").trait("ssd").pool("fast").used(16, 32768),
                        host("k-memory").rack("r1").trait("ssd").pool("fast").used(0, 32768),
                        host("l-good").rack("r1").trait("ssd").pool("fast"));
        Request request =
                asking(4, 4096)
                        .where(
                                new Where(
                                        "z1", "r1", Set.of("ssd"), Set.of(), Set.of("fast"), false))
                        .singleNuma(true)
                        .rule(rule(Kind.ANTI_AFFINITY, Scope.HOST, true, Map.of(id("i-member"), 1)))
                        .build();
        PlacementExplanation why = Placement.choose(view, request, 0).explanation().render();
        assertEquals("l-good", why.host());
        assertEquals(
                List.of(
                        Map.entry("reporting", 1),
                        Map.entry("schedulable", 1),
                        Map.entry("exclusive", 1),
                        Map.entry("zone", 1),
                        Map.entry("rack", 1),
                        Map.entry("trait", 1),
                        Map.entry("pool", 1),
                        Map.entry("numa", 1),
                        Map.entry("group", 1),
                        Map.entry("vcpus", 1),
                        Map.entry("memoryMiB", 1)),
                List.copyOf(why.turnedAway().entrySet()));
        assertEquals(12, why.hostsSeen());
    }

    @Test
    void fullerHostsAreFilledFirst() {
        assertEquals("half", chosen(fleet(host("empty"), host("half").used(8, 16384)), 1, 2048));
    }

    @Test
    void whatFillsAGapIsPreferredToWhatBreaksALargePiece() {
        // 8 vCPUs fit on neither afterwards; but before, only one of the two had them.
        FleetView view = fleet(host("whole").used(8, 16384), host("gap").used(9, 18432));
        assertEquals("gap", chosen(view, 2, 4096));
    }

    @Test
    void memoryIsNotStrandedWithoutVcpus() {
        FleetView view = fleet(host("even").used(8, 16384), host("lopsided").used(8, 28672));
        assertEquals("lopsided", chosen(view, 4, 4096));
        assertEquals("even", chosen(view, 2, 16384));
    }

    @Test
    void theOwnersOwnHostsComeFirst() {
        FleetView view = fleet(host("shared").used(8, 16384), host("own").exclusive(TENANT));
        assertEquals("own", chosen(view, 1, 2048));
        Request anothers = Request.of(id("another"), Amounts.of(1, 2048)).build();
        assertEquals("shared", chosen(view, anothers));
    }

    @Test
    void theScoreIsTheSumOfItsTermsAndTheBestThreeAreShown() {
        FleetView view =
                fleet(
                        host("h0"),
                        host("h1").used(2, 4096),
                        host("h2").used(12, 24576),
                        host("h3").used(8, 16384),
                        host("h4").used(15, 1024));
        PlacementExplanation why =
                Placement.choose(view, asking(1, 2048).build(), 0).explanation().render();
        assertEquals(3, why.best().size());
        assertEquals(why.host(), why.best().getFirst().host());
        double before = Double.MAX_VALUE;
        for (Candidate candidate : why.best()) {
            double sum = candidate.terms().values().stream().mapToDouble(Double::doubleValue).sum();
            assertEquals(sum, candidate.score(), 1e-9);
            assertTrue(candidate.score() <= before, why.toString());
            before = candidate.score();
        }
        assertEquals(Set.of("room", "packed"), why.best().getFirst().terms().keySet());
    }

    @Test
    void seedsChooseAmongEqualsAndOnlyAmongThem() {
        TestHost[] hosts = new TestHost[50];
        for (int i = 0; i < hosts.length; i++) {
            hosts[i] = i < 40 ? host("equal-" + i) : host("worse-" + i).used(4, 0);
        }
        FleetView view = fleet(hosts);
        Request request = asking(16, 32768).build();
        Set<String> seen = new HashSet<>();
        for (long seed = 0; seed < 500; seed++) {
            String name = chosen(Placement.choose(view, request, seed));
            assertTrue(name.startsWith("equal"), name);
            assertEquals(name, chosen(Placement.choose(view, request, seed)));
            seen.add(name);
        }
        assertTrue(seen.size() > 30, "seeds reach " + seen.size() + " of 40 equal hosts");
    }

    @Test
    void softRulesAndSpreadingAreWishesThatOutweighPacking() {
        FleetView view =
                fleet(
                        host("h1").zone("z1").rack("r1").used(8, 16384),
                        host("h2").zone("z1").rack("r2"),
                        host("h3").zone("z2").rack("r1"));
        Map<UUID, Integer> onFirst = Map.of(id("h1"), 2);
        assertEquals("h1", chosen(view, asking(1, 2048).build()));
        for (Scope scope : List.of(Scope.HOST, Scope.RACK)) {
            assertFalse(
                    chosen(
                                    view,
                                    asking(1, 2048)
                                            .rule(rule(Kind.ANTI_AFFINITY, scope, false, onFirst))
                                            .build())
                            .equals("h1"));
        }
        assertEquals(
                "h3",
                chosen(
                        view,
                        asking(1, 2048)
                                .rule(rule(Kind.ANTI_AFFINITY, Scope.ZONE, false, onFirst))
                                .build()));
        assertEquals(
                "h3",
                chosen(
                        view,
                        asking(1, 2048).spread(new Spread("web", Scope.ZONE, onFirst)).build()));
        assertEquals(
                "h3",
                chosen(
                        view,
                        asking(1, 2048)
                                .rule(rule(Kind.AFFINITY, Scope.HOST, false, Map.of(id("h3"), 1)))
                                .build()));
        // A wish that cannot be granted is no constraint.
        assertEquals(
                "h1",
                chosen(
                        view,
                        asking(1, 2048)
                                .where(Where.zone("z1"))
                                .rule(rule(Kind.ANTI_AFFINITY, Scope.ZONE, false, onFirst))
                                .build()));
    }

    @Test
    void spreadingGoesWhereFewestAre() {
        FleetView view = fleet(host("h1"), host("h2"), host("h3"));
        Spread uneven =
                new Spread("web", Scope.HOST, Map.of(id("h1"), 3, id("h2"), 1, id("h3"), 2));
        Decision decision = Placement.choose(view, asking(1, 2048).spread(uneven).build(), 0);
        assertEquals("h2", chosen(decision));
        assertEquals(
                1.3333, decision.explanation().render().best().getFirst().terms().get("spread"));
    }

    @Test
    void hostsWithoutARackCountAsOneRackOfTheirZone() {
        FleetView view = fleet(host("h1"), host("h2"), host("h3").zone("z2"));
        Request request =
                asking(1, 2048)
                        .rule(rule(Kind.ANTI_AFFINITY, Scope.RACK, true, Map.of(id("h1"), 1)))
                        .build();
        assertEquals("h3", chosen(view, request));
    }

    @Test
    void theSameRackNameInAnotherZoneIsAnotherRack() {
        FleetView view =
                fleet(
                        host("h1").rack("r1"),
                        host("h2").rack("r1"),
                        host("h3").rack("r1").zone("z2"));
        Request request =
                asking(1, 2048)
                        .rule(rule(Kind.ANTI_AFFINITY, Scope.RACK, true, Map.of(id("h1"), 1)))
                        .build();
        assertEquals("h3", chosen(view, request));
    }

    @Test
    void theFirstMemberOfAnAffinityGroupGoesAnywhere() {
        Request request =
                asking(1, 2048).rule(rule(Kind.AFFINITY, Scope.HOST, true, Map.of())).build();
        assertEquals("h1", chosen(fleet(host("h1")), request));
    }

    @Test
    void apartOnHostsAndTogetherInAZoneIsNoContradiction() {
        FleetView view =
                fleet(host("h1"), host("h2").zone("z2"), host("h3").used(1), host("h4").zone("z2"));
        Map<UUID, Integer> members = Map.of(id("h1"), 1);
        Request request =
                asking(1, 2048)
                        .rule(rule(Kind.AFFINITY, Scope.ZONE, true, members))
                        .rule(rule(Kind.ANTI_AFFINITY, Scope.HOST, true, members))
                        .build();
        assertEquals("h3", chosen(view, request));
    }

    @Test
    void rulesAboutDifferentGroupsDoNotContradict() {
        FleetView view = fleet(host("h1"), host("h2"));
        Request request =
                asking(1, 2048)
                        .rule(rule(Kind.AFFINITY, Scope.HOST, true, Map.of(id("h1"), 1)))
                        .rule(
                                new GroupRule(
                                        "db",
                                        Kind.ANTI_AFFINITY,
                                        Scope.HOST,
                                        true,
                                        Map.of(id("h2"), 1)))
                        .build();
        assertEquals("h1", chosen(view, request));
    }

    @Test
    void anExplanationOutlivesTheView() {
        FleetView view = fleet(host("h1"), host("h2").used(8, 16384));
        Explanation kept = Placement.choose(view, asking(1, 2048).build(), 0).explanation();
        PlacementExplanation before = kept.render();
        view.remove(id("h2"));
        view.take(0, Amounts.of(16));
        assertEquals(before, kept.render());
        assertEquals("h2", before.host());
    }

    private static GroupRule rule(
            Kind kind, Scope scope, boolean strict, Map<UUID, Integer> members) {
        return new GroupRule("web", kind, scope, strict, members);
    }

    private static String chosen(FleetView view, long vcpus, long memoryMiB) {
        return chosen(view, asking(vcpus, memoryMiB).build());
    }

    private static String chosen(FleetView view, Request request) {
        return chosen(Placement.choose(view, request, 0));
    }

    private static String chosen(Decision decision) {
        return assertInstanceOf(Chosen.class, decision).host().name();
    }
}
