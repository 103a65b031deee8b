package io.yunqing.controller.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.controller.placement.Headroom.Loss;
import io.yunqing.controller.placement.Rehoming.Fate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What holds for whatever fleet, instances and loss; a failure tells its seed. */
class RehomingPropertyTest {
    private static final int ROUNDS = 1000;

    @Test
    void eachGoesWhereNothingIsBrokenAndOnlyWhoFitsNowhereIsHomeless() {
        forEachLoss((population, lost) -> {
            FleetView view = population.view().snapshot();
            Set<UUID> gone = new HashSet<>();
            for (int index : RandomFleet.present(view)) {
                if (lost.test(view.host(index))) {
                    gone.add(view.host(index).id());
                    view.reporting(index, false);
                }
            }
            Map<UUID, UUID> moved = new HashMap<>();
            for (Fate fate : rehomed(population, lost)) {
                UUID id = fate.resident().id();
                Request request = population.anew(id, moved, gone);
                Naive naive = new Naive(view, request);
                if (fate.homeless()) {
                    RandomFleet.present(view)
                            .forEach(index -> assertNotNull(naive.firstBroken(index)));
                } else {
                    assertNull(naive.firstBroken(fate.index()), fate.toString());
                    UUID to = view.host(fate.index()).id();
                    assertFalse(gone.contains(to));
                    view.take(fate.index(), request.amounts());
                    moved.put(id, to);
                }
            }
        });
    }

    @Test
    void allOnLostHostsTakePartTheMostUrgentFirstAndTheFleetStaysAsItWas() {
        forEachLoss((population, lost) -> {
            List<String> before = told(population.view());
            List<Fate> fates = rehomed(population, lost);
            assertEquals(before, told(population.view()));
            Set<UUID> displaced =
                    population.residents().stream()
                            .filter(one -> lost.test(hostOf(population, one)))
                            .map(Resident::id)
                            .collect(Collectors.toSet());
            assertEquals(displaced.size(), fates.size());
            for (int i = 0; i < fates.size(); i++) {
                assertTrue(displaced.remove(fates.get(i).resident().id()));
                assertTrue(
                        i == 0
                                || rank(fates.get(i - 1).resident())
                                        <= rank(fates.get(i).resident()));
            }
        });
    }

    @Test
    void theSameLossHasTheSameFatesInWhateverOrderResidentsAreTold() {
        forEachLoss((population, lost) -> {
            List<Resident> shuffled = new ArrayList<>(population.residents());
            Collections.shuffle(shuffled);
            assertEquals(
                    told(rehomed(population, lost)),
                    told(
                            Rehoming.of(
                                    population.view(),
                                    lost,
                                    shuffled,
                                    RehomingPropertyTest::rank,
                                    0)));
        });
    }

    @Test
    void headroomCountsTheSameHomeless() {
        forEachLoss((population, _) -> {
            Request any = Request.of(TestHost.TENANT, Amounts.of(1, 1024, 1)).build();
            for (Loss loss :
                    Headroom.of(population.view(), any, population.residents(), 0).worst()) {
                List<Fate> fates =
                        Rehoming.of(
                                population.view(),
                                host -> loss.name().equals(loss.scope().nameOf(host)),
                                population.residents(),
                                _ -> 0,
                                0);
                assertEquals(loss.residents(), fates.size());
                assertEquals(
                        loss.homeless(),
                        fates.stream()
                                .filter(Fate::homeless)
                                .map(fate -> fate.resident().id())
                                .toList());
            }
        });
    }

    private static List<Fate> rehomed(Population population, Predicate<Host> lost) {
        return Rehoming.of(
                population.view(), lost, population.residents(), RehomingPropertyTest::rank, 0);
    }

    private static int rank(Resident resident) {
        return Math.floorMod(resident.id().hashCode(), 3);
    }

    private static Host hostOf(Population population, Resident resident) {
        FleetView view = population.view();
        return view.host(view.indexOf(resident.host()));
    }

    private static List<String> told(FleetView view) {
        return RandomFleet.present(view).stream()
                .map(index ->
                        "%s %s %d %d"
                                .formatted(
                                        view.host(index).name(),
                                        view.reporting(index),
                                        view.used(index, 0),
                                        view.used(index, 1)))
                .toList();
    }

    private static List<String> told(List<Fate> fates) {
        return fates.stream()
                .map(fate ->
                        fate.resident().id() + " " + (fate.homeless() ? "nowhere" : fate.index()))
                .toList();
    }

    private interface Check {
        void run(Population population, Predicate<Host> lost);
    }

    private static void forEachLoss(Check check) {
        long seed = new Random().nextLong();
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            int hosts = 1 + random.nextInt(20);
            Population population = new Population(random, hosts, random.nextInt(6 * hosts));
            Scope scope = List.copyOf(EnumSet.allOf(Scope.class)).get(random.nextInt(3));
            List<Integer> present = RandomFleet.present(population.view());
            Host one = population.view().host(present.get(random.nextInt(present.size())));
            String name = scope.nameOf(one);
            try {
                check.run(population, host -> name != null && name.equals(scope.nameOf(host)));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed %d".formatted(seed + round), e);
            }
        }
    }
}
