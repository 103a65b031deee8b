package io.yunqing.controller.placement;

import static io.yunqing.controller.placement.TestHost.asking;
import static io.yunqing.controller.placement.TestHost.fleet;
import static io.yunqing.controller.placement.TestHost.host;
import static io.yunqing.controller.placement.TestHost.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.yunqing.api.PlacementExplanation;
import io.yunqing.controller.placement.GroupRule.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every constraint with the count it makes and the sentence it leaves behind. */
class RefusalTest {
    /** A request that {@code view} refuses. */
    private record Case(
            String name,
            FleetView view,
            Request.Builder request,
            Map<String, Integer> turnedAway,
            String nearestMiss) {}

    private static final List<Case> CASES =
            List.of(
                    new Case(
                            "no host at all",
                            fleet(),
                            asking(1, 1024),
                            Map.of(),
                            "there is no host yet: create one and let its agent join"),
                    new Case(
                            "not heard from",
                            fleet(host("h1").silent()),
                            asking(1, 1024),
                            Map.of("reporting", 1),
                            "host h1 has room but is not heard from: bring its agent back"),
                    new Case(
                            "closed by operators",
                            fleet(host("h1").closed(), host("h2").closed()),
                            asking(1, 1024),
                            Map.of("schedulable", 2),
                            "2 hosts, such as h1, have room but are closed to new instances, or without the processor of their zone: see which (yqctl host)"),
                    new Case(
                            "kept for somebody else",
                            fleet(host("h1").exclusive(id("another"))),
                            asking(1, 1024),
                            Map.of("exclusive", 1),
                            "host h1 has room but is kept for one tenant: open it to others"),
                    new Case(
                            "elsewhere",
                            fleet(host("h1").zone("z2"), host("h2").used(16)),
                            asking(1, 1024).where(Where.zone("z1")),
                            Map.of("zone", 1, "vcpus", 1),
                            "host h2 has 0 of 16 vcpus free, 1 vcpus are asked for: free 1 vcpus more there, or ask for less;"
                                    + " or: host h1 has room but is not in zone z1: leave the zone open, or ask for zone z2"),
                    new Case(
                            "a zone that there is not",
                            fleet(host("h1"), host("h2").zone("z2")),
                            asking(1, 1024).where(Where.zone("z9")),
                            Map.of("zone", 2),
                            "no host has the zone z9: ask for one of z1, z2"),
                    new Case(
                            "another rack",
                            fleet(host("h1").rack("r1"), host("h2").rack("r2").closed()),
                            asking(1, 1024).where(where("r2")),
                            Map.of("rack", 1, "schedulable", 1),
                            "host h1 has room but is not in rack r2: leave the rack open, or ask for another"),
                    new Case(
                            "a rack that there is not",
                            fleet(host("h1")),
                            asking(1, 1024).where(where("r9")),
                            Map.of("rack", 1),
                            "no host has the rack r9: none has any"),
                    new Case(
                            "a trait lacking",
                            fleet(host("h1"), host("h2").trait("gpu").used(16)),
                            asking(1, 1024).where(traits(Set.of("gpu"), Set.of())),
                            Map.of("trait", 1, "vcpus", 1),
                            "host h2 has 0 of 16 vcpus free, 1 vcpus are asked for: free 1 vcpus more there, or ask for less;"
                                    + " or: host h1 has room but is without the trait gpu: drop it from the request"),
                    new Case(
                            "an unknown trait",
                            fleet(host("h1").trait("ssd"), host("h2")),
                            asking(1, 1024).where(traits(Set.of("quantum"), Set.of())),
                            Map.of("trait", 2),
                            "no host has the trait quantum: ask for one of ssd"),
                    new Case(
                            "a forbidden trait",
                            fleet(host("h1").trait("old")),
                            asking(1, 1024).where(traits(Set.of(), Set.of("old"))),
                            Map.of("trait", 1),
                            "host h1 has room but is with the forbidden trait old: allow it"),
                    new Case(
                            "a trait required and forbidden",
                            fleet(host("h1").trait("gpu"), host("h2")),
                            asking(1, 1024).where(traits(Set.of("gpu"), Set.of("gpu"))),
                            Map.of("trait", 2),
                            "trait gpu is both required and forbidden: drop one of the two"),
                    new Case(
                            "a pool out of reach",
                            fleet(host("h1").pool("slow"), host("h2").pool("fast").closed()),
                            asking(1, 1024)
                                    .where(
                                            new Where(
                                                    null,
                                                    null,
                                                    Set.of(),
                                                    Set.of(),
                                                    Set.of("fast"),
                                                    false)),
                            Map.of("pool", 1, "schedulable", 1),
                            "host h1 has room but is without reach of storage pool fast: drop it from the request, or connect it there"),
                    new Case(
                            "out of reach of networks",
                            fleet(host("h1").unnetworked(), host("h2").closed()),
                            asking(1, 1024)
                                    .where(
                                            new Where(
                                                    null, null, Set.of(), Set.of(), Set.of(),
                                                    true)),
                            Map.of("network", 1, "schedulable", 1),
                            "host h1 has room but is out of reach of tenants' networks: start its agent with --underlay,"
                                    + " or ask for no network"),
                    new Case(
                            "too large for a NUMA node",
                            fleet(host("h1").numaNodes(2)),
                            asking(10, 1024).singleNuma(true),
                            Map.of("numa", 1),
                            "host h1 has room but is of 2 NUMA nodes with 8 vcpus each: ask for at most that, or for any number of nodes"),
                    new Case(
                            "apart from its group",
                            fleet(host("h1"), host("h2").used(16)),
                            asking(1, 1024).rule(apart(Scope.HOST, Map.of(id("h1"), 1))),
                            Map.of("group", 1, "vcpus", 1),
                            "host h2 has 0 of 16 vcpus free, 1 vcpus are asked for: free 1 vcpus more there, or ask for less;"
                                    + " or: host h1 has room but is on a host with group web, which strict anti-affinity forbids: add a host, or make the rule soft"),
                    new Case(
                            "together with its group",
                            fleet(host("h1").zone("z1").used(16), host("h2").zone("z2")),
                            asking(1, 1024).rule(together(Scope.ZONE, Map.of(id("h1"), 1))),
                            Map.of("group", 1, "vcpus", 1),
                            "host h1 has 0 of 16 vcpus free, 1 vcpus are asked for: free 1 vcpus more there, or ask for less;"
                                    + " or: host h2 has room but is not in the zone of group web, as strict affinity demands: make room there, or make the rule soft"),
                    new Case(
                            "a group that is gone",
                            fleet(host("h1")),
                            asking(1, 1024).rule(together(Scope.HOST, Map.of(id("gone"), 1))),
                            Map.of("group", 1),
                            "host h1 has room but is not on the host of group web, as strict affinity demands: make room there, or make the rule soft"),
                    new Case(
                            "together and apart",
                            fleet(host("h1"), host("h2").silent()),
                            asking(1, 1024)
                                    .rule(together(Scope.HOST, Map.of()))
                                    .rule(apart(Scope.RACK, Map.of())),
                            Map.of("group", 1, "reporting", 1),
                            "nothing can be on the same host as the members of group web and not on the same rack: drop one of the two rules, or make it soft"),
                    new Case(
                            "room for less",
                            fleet(host("far").used(16), host("near").used(13)),
                            asking(4, 1024),
                            Map.of("vcpus", 2),
                            "host near has 3 of 16 vcpus free, 4 vcpus are asked for: free 1 vcpus more there, or ask for less"),
                    new Case(
                            "room for less of two",
                            fleet(host("h1").used(13, 32000)),
                            asking(4, 1024),
                            Map.of("vcpus", 1),
                            "host h1 has 3 of 16 vcpus free and has 768 of 32768 memoryMiB free, 4 vcpus and 1024 memoryMiB are asked for:"
                                    + " free 1 vcpus and 256 memoryMiB more there, or ask for less"),
                    new Case(
                            "larger than any host",
                            fleet(host("h1")),
                            asking(17, 1024),
                            Map.of("vcpus", 1),
                            "host h1, the nearest, has 16 vcpus in all, 17 vcpus are asked for: ask for less, or add a larger host"),
                    new Case(
                            "absurdly large",
                            fleet(host("h1").used(1)),
                            asking(Long.MAX_VALUE, Long.MAX_VALUE),
                            Map.of("vcpus", 1),
                            "host h1, the nearest, has 16 vcpus and 32768 memoryMiB in all, 9223372036854775807 vcpus and"
                                    + " 9223372036854775807 memoryMiB are asked for: ask for less, or add a larger host"),
                    new Case(
                            "shrunk below its use",
                            fleet(host("h1").limits(8, 32768).used(12)),
                            asking(4, 1024),
                            Map.of("vcpus", 1),
                            "host h1 has promised 12 of 8 vcpus, 4 more than it has, 4 vcpus are asked for: free 8 vcpus more there, or ask for less"),
                    new Case(
                            "more than one constraint everywhere",
                            fleet(host("h1").silent().closed()),
                            asking(1, 1024),
                            Map.of("reporting", 1),
                            "each host breaks more than one constraint: drop or mend first what turned away most"));

    @TestFactory
    Stream<DynamicTest> refusals() {
        return CASES.stream()
                .map(each ->
                        DynamicTest.dynamicTest(
                                each.name(),
                                () -> {
                                    Decision decision =
                                            Placement.choose(
                                                    each.view(), each.request().build(), 0);
                                    PlacementExplanation why =
                                            assertInstanceOf(Decision.NoHost.class, decision)
                                                    .explanation()
                                                    .render();
                                    assertEquals(each.turnedAway(), why.turnedAway());
                                    assertEquals(each.nearestMiss(), why.nearestMiss());
                                    assertEquals(each.view().size(), why.hostsSeen());
                                    assertEquals(List.of(), why.best());
                                    assertNull(why.host());
                                }));
    }

    @Test
    void aRefusalIsThatOfTheViewAsItIsNow() {
        FleetView view = fleet(host("h1").used(14));
        Request request = asking(4, 1024).build();
        assertEquals(
                "host h1 has 2 of 16 vcpus free, 4 vcpus are asked for: free 2 vcpus more there, or ask for less",
                Placement.choose(view, request, 0).explanation().render().nearestMiss());
        view.take(0, Amounts.of(1));
        assertEquals(
                "host h1 has 1 of 16 vcpus free, 4 vcpus are asked for: free 3 vcpus more there, or ask for less",
                Placement.choose(view, request, 0).explanation().render().nearestMiss());
    }

    @Test
    void aRequestThatMakesNoSenseCannotBeMade() {
        assertThrows(IllegalArgumentException.class, () -> asking(0, 0));
        assertThrows(IllegalArgumentException.class, () -> asking(-1, 1024));
    }

    private static Where where(@Nullable String rack) {
        return new Where(null, rack, Set.of(), Set.of(), Set.of(), false);
    }

    private static Where traits(Set<String> required, Set<String> forbidden) {
        return new Where(null, null, required, forbidden, Set.of(), false);
    }

    private static GroupRule apart(Scope scope, Map<UUID, Integer> members) {
        return new GroupRule("web", Kind.ANTI_AFFINITY, scope, true, members);
    }

    private static GroupRule together(Scope scope, Map<UUID, Integer> members) {
        return new GroupRule("web", Kind.AFFINITY, scope, true, members);
    }
}
