package io.yunqing.controller.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.controller.placement.Rebalancing.Goal;
import io.yunqing.controller.placement.Rebalancing.Heat;
import io.yunqing.controller.placement.Rebalancing.Move;
import io.yunqing.controller.placement.Rebalancing.Wish;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What holds for whatever fleet, instances and wish; a failure tells its seed. */
class RebalancingPropertyTest {
    private static final int ROUNDS = 1000;

    /** Played back in its order, each move goes from where the instance is to a host that breaks none of its constraints. */
    @Test
    void eachMoveIsAllowedOnceThoseBeforeItAreMade() {
        forEachFleet((population, wish) -> {
            FleetView view = population.view().snapshot();
            Map<UUID, UUID> moved = new HashMap<>();
            Set<UUID> sources = new HashSet<>();
            Rebalancing plan = plan(population, wish);
            assertTrue(plan.moves().size() <= wish.most());
            for (Move move : plan.moves()) {
                Request request = population.anew(move.resident().id(), moved);
                int from = view.indexOf(move.from().id());
                int to = view.indexOf(move.to().id());
                assertEquals(move.from().id(), move.resident().host());
                assertEquals(move.from().location().zone(), move.to().location().zone());
                assertNull(new Naive(view, request).firstBroken(to), move.toString());
                assertEquals(request.amounts().at(1), move.memoryMiB());
                view.take(to, request.amounts());
                view.give(from, request.amounts());
                assertNull(moved.put(move.resident().id(), move.to().id()), "moved twice");
                sources.add(move.from().id());
            }
            assertTrue(Collections.disjoint(sources, moved.values()), "came to a source");
        });
    }

    @Test
    void theGainIsWhatCountingBeforeAndAfterwardsGives() {
        forEachFleet((population, wish) -> {
            Rebalancing plan = plan(population, wish);
            Map<UUID, Long> vcpus = promised(population, 0);
            Map<UUID, Long> memory = promised(population, 1);
            assertEquals(heat(population, wish, vcpus, memory), plan.before());
            int busy = busy(vcpus);
            for (Move move : plan.moves()) {
                Amounts amounts = move.resident().request().amounts();
                vcpus.merge(move.from().id(), -amounts.at(0), Long::sum);
                vcpus.merge(move.to().id(), amounts.at(0), Long::sum);
                memory.merge(move.from().id(), -amounts.at(1), Long::sum);
                memory.merge(move.to().id(), amounts.at(1), Long::sum);
            }
            assertEquals(heat(population, wish, vcpus, memory), plan.after());
            for (Host emptied : plan.emptied()) {
                assertEquals(0, vcpus.get(emptied.id()));
            }
            if (wish.goal() == Goal.EMPTY) {
                assertEquals(busy - plan.emptied().size(), busy(vcpus));
                assertEquals(
                        plan.emptied().size(),
                        plan.moves().stream().map(Move::from).distinct().count());
            } else {
                assertTrue(plan.after().hosts() <= plan.before().hosts());
                assertTrue(plan.after().hottest() <= plan.before().hottest());
            }
            assertEquals(plan.moves().isEmpty(), plan.obstacle() != null);
        });
    }

    @Test
    void theSameQuestionGetsTheSamePlanInWhateverOrderItIsTold() {
        forEachFleet((population, wish) -> {
            List<Resident> shuffled = new ArrayList<>(population.residents());
            Collections.shuffle(shuffled);
            Rebalancing one = plan(population, wish);
            Rebalancing other = Rebalancing.plan(population.view(), shuffled, wish, 0);
            assertEquals(told(one), told(other));
        });
    }

    private static List<String> told(Rebalancing plan) {
        return plan.moves().stream()
                .map(move -> move.resident().id() + " " + move.to().name() + " " + move.reason())
                .toList();
    }

    private static Rebalancing plan(Population population, Wish wish) {
        return Rebalancing.plan(population.view(), population.residents(), wish, 0);
    }

    private static Map<UUID, Long> promised(Population population, int resource) {
        FleetView view = population.view();
        Map<UUID, Long> promised = new HashMap<>();
        for (int index : RandomFleet.present(view)) {
            promised.put(view.host(index).id(), view.used(index, resource));
        }
        return promised;
    }

    private static int busy(Map<UUID, Long> vcpus) {
        return (int) vcpus.values().stream().filter(used -> used > 0).count();
    }

    /** All hosts have 16 vCPUs and 32 GiB. */
    private static Heat heat(
            Population population, Wish wish, Map<UUID, Long> vcpus, Map<UUID, Long> memory) {
        int hot = 0;
        double hottest = 0;
        for (int index : RandomFleet.present(population.view())) {
            Host host = population.view().host(index);
            if (wish.zone() == null || host.location().zone().equals(wish.zone())) {
                double heat =
                        Math.max(
                                vcpus.getOrDefault(host.id(), 0L) / 16.0,
                                memory.getOrDefault(host.id(), 0L) / 32768.0);
                hot += heat > wish.share() ? 1 : 0;
                hottest = Math.max(hottest, heat);
            }
        }
        return new Heat(hot, hottest);
    }

    private interface Check {
        void run(Population population, Wish wish);
    }

    private static void forEachFleet(Check check) {
        long seed = new Random().nextLong();
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            int hosts = 1 + random.nextInt(20);
            Population population = new Population(random, hosts, random.nextInt(6 * hosts));
            Wish wish =
                    new Wish(
                            random.nextBoolean() ? Goal.EMPTY : Goal.RELIEVE,
                            1 + random.nextInt(20),
                            (1 + random.nextInt(9)) / 10.0,
                            random.nextInt(3) > 0 ? null : "z" + random.nextInt(2));
            try {
                check.run(population, wish);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed %d, round %d".formatted(seed, round), e);
            }
        }
    }
}
