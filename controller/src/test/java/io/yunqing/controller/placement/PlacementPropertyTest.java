package io.yunqing.controller.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.yunqing.api.PlacementExplanation;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Host.Location;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What holds for whatever fleet, request and history; a failure tells its seed. */
class PlacementPropertyTest {
    private static final int ROUNDS = 300;
    private static final int STEPS = 40;

    /** The chosen host breaks nothing, a refusal means that all do, and every host is counted where it belongs. */
    @Test
    void decisionsAgreeWithAPlainReading() {
        forEachFleet((fleet, view, step) -> {
            Request request = fleet.request(view);
            Naive naive = new Naive(view, request);
            Decision decision = Placement.choose(view, request, step);
            PlacementExplanation why = decision.explanation().render();
            assertEquals(naive.turnedAway(), new TreeMap<>(why.turnedAway()));
            assertEquals(view.size(), why.hostsSeen());
            int away = why.turnedAway().values().stream().mapToInt(Integer::intValue).sum();
            if (decision instanceof Chosen chosen) {
                assertNull(naive.firstBroken(chosen.index()));
                assertEquals(view.host(chosen.index()), chosen.host());
                assertEquals(Math.min(3, view.size() - away), why.best().size());
            } else {
                assertEquals(view.size(), away);
                assertNotNull(why.nearestMiss());
            }
            fleet.change(view);
        });
    }

    /** Who knows only where the members' hosts stand judges a rule as who sees the whole fleet. */
    @Test
    void aRuleIsReadAlikeWithAndWithoutTheFleet() {
        forEachFleet((fleet, view, _) -> {
            Request request = fleet.request(view);
            Map<UUID, Location> places = new HashMap<>();
            for (int index : RandomFleet.present(view)) {
                places.put(view.host(index).id(), view.host(index).location());
            }
            Company company = new Company(view);
            company.meet(request);
            boolean possible = Company.contradiction(request.rules()) == null;
            for (int index : RandomFleet.present(view)) {
                Host host = view.host(index);
                assertEquals(
                        company.allows(index),
                        possible
                                && request.rules().stream()
                                        .allMatch(
                                                rule -> !rule.strict() || rule.met(host, places)));
            }
            fleet.change(view);
        });
    }

    @Test
    void noHostThatWouldDoScoresHigher() {
        forEachFleet((fleet, view, step) -> {
            Request request = fleet.request(view);
            Decision decision = Placement.choose(view, request, step);
            Company company = new Company(view);
            company.meet(request);
            Naive naive = new Naive(view, request);
            int most = Ranking.NO_KEY;
            for (int index : RandomFleet.present(view)) {
                if (naive.firstBroken(index) == null) {
                    most = Math.max(most, key(view, index, request, company));
                }
            }
            if (decision instanceof Chosen chosen) {
                assertEquals(most, key(view, chosen.index(), request, company));
            } else {
                assertEquals(Ranking.NO_KEY, most);
            }
            fleet.change(view);
        });
    }

    private static int key(FleetView view, int index, Request request, Company company) {
        int packing = Ranking.key(PackingPolicy.score(view, index, request.amounts()));
        double own = view.host(index).exclusiveOwner() == null ? 0 : PackingPolicy.OWN_WEIGHT;
        return Ranking.sum(packing, own) + company.at(index);
    }

    /** A view with a history answers like its snapshot, which has none, whatever was asked in between. */
    @Test
    void whatIsKeptEqualsWhatIsComputedAnew() {
        forEachFleet((fleet, view, step) -> {
            for (int i = step % 7; i > 0; i--) {
                fleet.change(view);
            }
            Request request = fleet.request(view);
            FleetView fresh = view.snapshot();
            assertEquals(
                    outcome(Placement.choose(fresh, request, step)),
                    outcome(Placement.choose(view, request, step)));
            view.survey().conduct(request);
            fresh.survey().conduct(request);
            assertArrayEquals(fresh.survey().turnedAway(), view.survey().turnedAway());
            for (int index : RandomFleet.present(view)) {
                assertEquals(fresh.survey().verdict(index), view.survey().verdict(index));
            }
        });
    }

    @Test
    void theSameSeedGivesTheSameAnswerAndNothingIsChangedByAsking() {
        forEachFleet((fleet, view, step) -> {
            Request request = fleet.request(view);
            List<Long> before = contents(view);
            Decision first = Placement.choose(view, request, step);
            Placement.choose(view, fleet.request(view), step + 1);
            assertEquals(outcome(first), outcome(Placement.choose(view, request, step)));
            assertEquals(before, contents(view));
            fleet.change(view);
        });
    }

    @Test
    void aSnapshotIsUntouchedByWhatHappensToItsOrigin() {
        forEachFleet((fleet, view, step) -> {
            FleetView snapshot = view.snapshot();
            List<Long> before = contents(snapshot);
            Request request = fleet.request(view);
            String outcome = outcome(Placement.choose(snapshot, request, step));
            for (int i = 0; i < 10; i++) {
                fleet.change(view);
            }
            assertEquals(before, contents(snapshot));
            assertEquals(outcome, outcome(Placement.choose(snapshot, request, step)));
        });
    }

    @Test
    void placingUntilRefusedNeverExceedsALimit() {
        forEachFleet((fleet, view, step) -> {
            if (step > 3) {
                return;
            }
            Request request = fleet.plainRequest();
            Decision decision = Placement.choose(view, request, step);
            while (decision instanceof Chosen chosen) {
                view.take(chosen.index(), request.amounts());
                for (int r = 0; r < request.amounts().length(); r++) {
                    if (request.amounts().at(r) > 0 && view.free(chosen.index(), r) < 0) {
                        throw new AssertionError("over the limit of " + chosen.host());
                    }
                }
                decision = Placement.choose(view, request, step);
            }
            assertInstanceOf(Decision.NoHost.class, decision);
        });
    }

    private interface Step {
        void run(RandomFleet fleet, FleetView view, int step);
    }

    private static void forEachFleet(Step check) {
        long seed = new Random().nextLong();
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            // Beyond 256 hosts, a ranking has more than one block.
            int hosts = round % 50 == 0 ? 600 : random.nextInt(25);
            RandomFleet fleet = new RandomFleet(random, hosts);
            FleetView view = fleet.fleet();
            for (int step = 0; step < STEPS; step++) {
                try {
                    check.run(fleet, view, step);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(
                            "seed %d, round %d, step %d".formatted(seed, round, step), e);
                }
            }
        }
    }

    private static String outcome(Decision decision) {
        return decision.explanation().render().toString();
    }

    private static List<Long> contents(FleetView view) {
        List<Long> contents = new ArrayList<>();
        for (int index : RandomFleet.present(view)) {
            contents.add((long) view.host(index).hashCode());
            contents.add(view.reporting(index) ? 1L : 0L);
            contents.add(view.schedulable(index) ? 1L : 0L);
            for (int r = 0; r < TestHost.RESOURCES.size(); r++) {
                contents.add(view.limit(index, r));
                contents.add(view.used(index, r));
            }
        }
        return contents;
    }
}
