package io.yunqing.controller.placement;

import static io.yunqing.controller.placement.TestHost.asking;
import static io.yunqing.controller.placement.TestHost.host;
import static io.yunqing.controller.placement.TestHost.id;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.controller.placement.GroupRule.Kind;
import io.yunqing.controller.placement.Rebalancing.Goal;
import io.yunqing.controller.placement.Rebalancing.Heat;
import io.yunqing.controller.placement.Rebalancing.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Small fleets of hosts with 16 vCPUs and 32 GiB each, and what is to be moved there. */
class RebalancingTest {
    private final List<Resident> residents = new ArrayList<>();
    private FleetView view = TestHost.fleet();

    @Test
    void theHostsWithFewestInstancesAreEmptiedAndSparedByEachOther() {
        hosts(host("h1"), host("h2"), host("h3"));
        on("h1", 2, 4096, "a", "b");
        on("h2", 2, 4096, "c");
        on("h3", 8, 8192, "d");
        assertPlan(empty(1), "c h2 -> h1 4096: host h2 is empty without it");
        assertPlan(
                empty(3),
                "c h2 -> h1 4096: host h2 is empty without it",
                "d h3 -> h1 8192: host h3 is empty without it");
    }

    /** By instances h1 and h2 would come first, by memory h4; of the pairs that three moves can empty, h1 and h3 copy least. */
    @Test
    void ofPlansThatEmptyAsManyTheOneThatCopiesLeastCounts() {
        hosts(host("h1"), host("h2"), host("h3"), host("h4"), host("h5"));
        on("h1", 1, 2048, "a");
        on("h2", 1, 9216, "b");
        on("h3", 1, 1536, "c", "d");
        on("h4", 1, 512, "e", "f", "g");
        on("h5", 1, 4096, "h", "i", "j", "k");
        assertPlan(
                empty(3),
                "a h1 -> h2 2048: host h1 is empty without it",
                "d h3 -> h2 1536: host h3 is empty when its 2 instances have gone",
                "c h3 -> h2 1536: host h3 is empty when its 2 instances have gone");
    }

    @Test
    void noHostIsEmptiedByHalvesNorIntoAnEmptyOne() {
        hosts(host("h1"), host("h2"), host("h3"));
        on("h1", 6, 4096, "a", "b");
        on("h2", 5, 4096, "c", "d");
        assertObstacle(
                empty(1),
                "no host can be emptied with at most 1 move: host h1 has the fewest instances, 2: allow so many moves");
        assertObstacle(
                empty(20),
                "no host can be emptied with at most 20 moves: host h1 has the fewest instances, 2, and no other host in use of its zone has room for them: free some there, or allow more moves");
    }

    @Test
    void aHostOnWhichSomethingElseIsPromisedCannotBeEmptied() {
        hosts(host("h1").used(1, 1024), host("h2").used(1, 1024));
        on("h1", 2, 4096, "a");
        assertObstacle(
                empty(20),
                "no host can be emptied with at most 20 moves: none is heard from that has instances, and nothing that cannot be moved beside them; what is being deleted must be gone first");
    }

    @Test
    void closedHostsAreEmptiedAndSilentOnesAreLeftAlone() {
        hosts(host("h1").closed(), host("h2").silent(), host("h3"));
        on("h1", 2, 4096, "a");
        on("h2", 2, 4096, "b");
        on("h3", 2, 4096, "c", "d");
        assertPlan(empty(20), "a h1 -> h3 4096: host h1 is empty without it");
    }

    @Test
    void movesStayInTheirZoneAndWithinTheOneAskedFor() {
        hosts(host("h1"), host("h2").zone("z2"), host("h3").zone("z2"));
        on("h1", 2, 4096, "a");
        on("h2", 2, 4096, "b");
        on("h3", 2, 4096, "c", "d");
        assertPlan(empty(20), "b h2 -> h3 4096: host h2 is empty without it");
        assertObstacle(
                new Wish(Goal.EMPTY, 20, 0.8, "z1"),
                "no host can be emptied with at most 20 moves in zone z1: host h1 has the fewest instances, 1, and no other host in use of its zone has room for them: free some there, or allow more moves");
    }

    @Test
    void membersOfAGroupStayApart() {
        hosts(host("h1"), host("h2"), host("h3"));
        GroupRule apart =
                new GroupRule(
                        "web",
                        Kind.ANTI_AFFINITY,
                        Scope.HOST,
                        true,
                        Map.of(id("h1"), 1, id("h2"), 1));
        reside("a", "h1", asking(2, 4096).memberOf("web").rule(apart).build());
        reside("b", "h2", asking(2, 4096).memberOf("web").rule(apart).build());
        on("h3", 1, 4096, "c", "d", "e");
        assertPlan(empty(20), "a h1 -> h3 4096: host h1 is empty without it");
    }

    @Test
    void theCheapestInstanceGoesThatIsEnough() {
        hosts(host("h1"), host("h2"));
        on("h1", 8, 8192, "a");
        on("h1", 4, 4096, "b");
        on("h1", 3, 2048, "c");
        on("h1", 1, 1024, "d");
        Rebalancing plan =
                assertPlan(relieve(0.8), "b h1 -> h2 4096: brings host h1 from 100% to 75%");
        assertEquals(new Heat(1, 1.0), plan.before());
        assertEquals(new Heat(0, 0.75), plan.after());
    }

    @Test
    void severalGoIfNoneIsEnoughAndNoOtherHostGetsHot() {
        hosts(host("h1"), host("h2"), host("h3").used(11, 1024));
        on("h1", 4, 4096, "a");
        on("h1", 4, 5120, "b");
        on("h1", 4, 8192, "c", "d");
        assertPlan(
                relieve(0.5),
                "a h1 -> h2 4096: brings host h1 from 100% to 75%",
                "b h1 -> h2 5120: brings host h1 from 75% to 50%");
    }

    @Test
    void whatCannotBeRelievedIsSaid() {
        hosts(host("h1"), host("h2").used(12, 1024));
        on("h1", 4, 8192, "a", "b", "c", "d");
        assertObstacle(
                relieve(0.8),
                "no host can be relieved with at most 20 moves: no instance of host h1, which has promised 100% of its vCPUs or memory, finds another host that would stay at 80% or below: add hosts, or ask with a higher share");
        residents.clear();
        hosts(host("h1"));
        assertObstacle(
                relieve(0.8),
                "no host that is heard from has promised more than 80% of its vCPUs or memory: there is nothing to relieve; ask with a lower share to go further");
    }

    private static Wish empty(int most) {
        return new Wish(Goal.EMPTY, most, 0.8, null);
    }

    private static Wish relieve(double share) {
        return new Wish(Goal.RELIEVE, 20, share, null);
    }

    private void hosts(TestHost... hosts) {
        view = TestHost.fleet(hosts);
    }

    private void on(String host, long vcpus, long memoryMiB, String... names) {
        for (String name : names) {
            reside(name, host, asking(vcpus, memoryMiB).build());
        }
    }

    private void reside(String name, String host, Request request) {
        residents.add(new Resident(id(name), id(host), request));
        view.take(view.indexOf(id(host)), request.amounts());
    }

    private Rebalancing assertPlan(Wish wish, String... moves) {
        Rebalancing plan = Rebalancing.plan(view, residents, wish, 0);
        assertEquals(
                List.of(moves),
                plan.moves().stream()
                        .map(move ->
                                "%s %s -> %s %d: %s"
                                        .formatted(
                                                name(move.resident()),
                                                move.from().name(),
                                                move.to().name(),
                                                move.memoryMiB(),
                                                move.reason()))
                        .toList());
        assertEquals(plan.memoryMiB(), plan.moves().stream().mapToLong(m -> m.memoryMiB()).sum());
        return plan;
    }

    private static String name(Resident resident) {
        for (char name = 'a'; name <= 'z'; name++) {
            if (id(String.valueOf(name)).equals(resident.id())) {
                return String.valueOf(name);
            }
        }
        return resident.id().toString();
    }

    private void assertObstacle(Wish wish, String obstacle) {
        Rebalancing plan = assertPlan(wish);
        assertEquals(obstacle, plan.obstacle());
    }
}
