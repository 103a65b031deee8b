package io.yunqing.controller.placement;

import io.yunqing.controller.placement.GroupRule.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/** Random hosts, requests and changes: small and crowded, so that every constraint matters. */
final class RandomFleet {
    private static final List<String> TRAITS = List.of("ssd", "gpu", "old");
    private static final List<String> POOLS = List.of("fast", "slow");
    private static final List<String> GROUPS = List.of("web", "db");

    private final Random random;
    private final int hosts;
    private int named;

    RandomFleet(Random random, int hosts) {
        this.random = random;
        this.hosts = hosts;
    }

    FleetView fleet() {
        FleetView view = new FleetView(TestHost.RESOURCES);
        for (int i = 0; i < hosts; i++) {
            view.put(newcomer());
        }
        return view;
    }

    private HostFacts newcomer() {
        return facts("h" + named++);
    }

    private HostFacts facts(String name) {
        Host host =
                new Host(
                        TestHost.id(name),
                        name,
                        new Host.Location(
                                "z" + random.nextInt(3),
                                random.nextInt(4) == 0 ? null : "r" + random.nextInt(3)),
                        some(TRAITS),
                        some(POOLS),
                        1 + random.nextInt(2),
                        random.nextInt(6) == 0 ? tenant() : null,
                        random.nextInt(4) > 0);
        return new HostFacts(
                host, random.nextInt(8) > 0, random.nextInt(8) > 0, amounts(33), amounts(20));
    }

    private Amounts amounts(int bound) {
        return Amounts.of(
                random.nextInt(bound), 1024L * random.nextInt(4 * bound), random.nextInt(500));
    }

    private UUID tenant() {
        return TestHost.id("tenant-" + random.nextInt(3));
    }

    private Set<String> some(List<String> words) {
        Set<String> some = new HashSet<>(words);
        some.removeIf(_ -> random.nextBoolean());
        return some;
    }

    private Set<String> few(List<String> words) {
        return random.nextInt(3) > 0 ? Set.of() : Set.of(words.get(random.nextInt(words.size())));
    }

    /** One of few questions, so that their rankings are used again. */
    Request plainRequest() {
        return Request.of(
                        tenant(),
                        Amounts.of(
                                1L << random.nextInt(4),
                                1024L << random.nextInt(4),
                                10L * random.nextInt(2)))
                .where(
                        new Where(
                                random.nextBoolean() ? null : "z" + random.nextInt(3),
                                random.nextInt(4) > 0 ? null : "r" + random.nextInt(3),
                                few(TRAITS),
                                few(TRAITS),
                                few(POOLS),
                                random.nextInt(8) == 0))
                .singleNuma(random.nextBoolean())
                .build();
    }

    Request request(FleetView view) {
        Request plain = plainRequest();
        Request.Builder request =
                Request.of(plain.owner(), plain.amounts())
                        .where(plain.where())
                        .singleNuma(plain.singleNuma());
        for (int i = random.nextInt(3); i > 0; i--) {
            request.rule(
                    new GroupRule(
                            GROUPS.get(random.nextInt(2)),
                            random.nextBoolean() ? Kind.AFFINITY : Kind.ANTI_AFFINITY,
                            scope(),
                            random.nextBoolean(),
                            members(view)));
        }
        if (random.nextInt(3) == 0) {
            request.spread(new Spread(GROUPS.get(random.nextInt(2)), scope(), members(view)));
        }
        return request.build();
    }

    private Scope scope() {
        return List.copyOf(EnumSet.allOf(Scope.class)).get(random.nextInt(3));
    }

    private Map<UUID, Integer> members(FleetView view) {
        Map<UUID, Integer> members = new HashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            List<Integer> present = present(view);
            UUID host =
                    present.isEmpty() || random.nextInt(10) == 0
                            ? TestHost.id("gone")
                            : view.host(present.get(random.nextInt(present.size()))).id();
            members.put(host, 1 + random.nextInt(3));
        }
        return members;
    }

    static List<Integer> present(FleetView view) {
        List<Integer> present = new ArrayList<>();
        for (int i = 0; i < view.bound(); i++) {
            if (view.present(i)) {
                present.add(i);
            }
        }
        return present;
    }

    /** Anything that may happen to a view. */
    void change(FleetView view) {
        List<Integer> present = present(view);
        if (present.isEmpty() || random.nextInt(20) == 0) {
            view.put(newcomer());
            return;
        }
        int index = present.get(random.nextInt(present.size()));
        switch (random.nextInt(9)) {
            case 0 -> view.setUsed(index, amounts(20));
            case 1 -> view.setLimits(index, amounts(33));
            case 2 -> view.reporting(index, random.nextInt(4) > 0);
            case 3 -> view.schedulable(index, random.nextInt(4) > 0);
            case 4 -> view.put(facts(view.host(index).name()));
            case 5 -> {
                if (random.nextInt(3) == 0) {
                    view.remove(view.host(index).id());
                }
            }
            case 6 -> view.give(index, Amounts.of(Math.min(1, view.used(index, 0))));
            default -> view.take(index, Amounts.of(random.nextInt(3), 1024L * random.nextInt(3)));
        }
    }
}
