package io.yunqing.controller.placement;

import io.yunqing.controller.placement.GroupRule.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Instances on random hosts that allow them, some of them with a rule about their own group; then some are gone again. */
final class Population {
    private final Random random;
    private final FleetView view;
    private final Map<UUID, Instance> instances = new HashMap<>();

    /**
     * An instance.
     *
     * @param plain what it asks for, without its rule
     * @param rule what it wants of its group, the members left out; null without a group
     */
    private record Instance(Request plain, @Nullable GroupRule rule, UUID host) {}

    Population(Random random, int hosts, int asked) {
        this.random = random;
        this.view = new FleetView(TestHost.RESOURCES);
        for (int i = 0; i < hosts; i++) {
            TestHost host =
                    TestHost.host("h" + i).zone("z" + random.nextInt(2)).numaNodes(1 + i % 2);
            view.put((random.nextInt(4) > 0 ? host.rack("r" + random.nextInt(3)) : host).facts());
        }
        for (int i = 0; i < asked; i++) {
            arrive(TestHost.id("i" + i));
        }
        List.copyOf(instances.keySet()).stream()
                .sorted()
                .filter(_ -> random.nextInt(3) == 0)
                .forEach(this::leave);
        for (int index : RandomFleet.present(view)) {
            view.schedulable(index, random.nextInt(8) > 0);
            view.reporting(index, random.nextInt(10) > 0);
        }
    }

    FleetView view() {
        return view;
    }

    private void arrive(UUID id) {
        Request plain =
                Request.of(
                                TestHost.TENANT,
                                Amounts.of(
                                        1L << random.nextInt(4),
                                        1024L << random.nextInt(4),
                                        10L * random.nextInt(2)))
                        .where(Where.zone(random.nextBoolean() ? null : "z" + random.nextInt(2)))
                        .singleNuma(random.nextInt(4) == 0)
                        .build();
        String group = random.nextInt(3) > 0 ? null : "g" + random.nextInt(3);
        GroupRule rule =
                group == null
                        ? null
                        : new GroupRule(
                                group,
                                random.nextBoolean() ? Kind.AFFINITY : Kind.ANTI_AFFINITY,
                                List.copyOf(EnumSet.allOf(Scope.class)).get(random.nextInt(3)),
                                random.nextInt(4) > 0,
                                Map.of());
        List<Integer> present = RandomFleet.present(view);
        int index = present.get(random.nextInt(present.size()));
        Instance instance = new Instance(plain, rule, view.host(index).id());
        if (new Naive(view, request(instance, members(rule, null, Map.of()))).firstBroken(index)
                == null) {
            instances.put(id, instance);
            view.take(index, plain.amounts());
        }
    }

    private void leave(UUID id) {
        Instance gone = instances.remove(id);
        if (gone != null) {
            view.give(view.indexOf(gone.host()), gone.plain().amounts());
        }
    }

    private static Request request(Instance instance, Map<UUID, Integer> members) {
        Request plain = instance.plain();
        Request.Builder request =
                Request.of(plain.owner(), plain.amounts())
                        .where(plain.where())
                        .singleNuma(plain.singleNuma());
        GroupRule rule = instance.rule();
        if (rule != null) {
            request.memberOf(rule.group())
                    .rule(
                            new GroupRule(
                                    rule.group(),
                                    rule.kind(),
                                    rule.scope(),
                                    rule.strict(),
                                    members));
        }
        return request.build();
    }

    private Map<UUID, Integer> members(
            @Nullable GroupRule rule, @Nullable UUID without, Map<UUID, UUID> moved) {
        Map<UUID, Integer> members = new HashMap<>();
        instances.forEach((id, other) -> {
            if (rule != null
                    && other.rule() != null
                    && other.rule().group().equals(rule.group())
                    && !id.equals(without)) {
                members.merge(moved.getOrDefault(id, other.host()), 1, Integer::sum);
            }
        });
        return members;
    }

    List<Resident> residents() {
        List<Resident> residents = new ArrayList<>();
        instances.forEach((id, instance) ->
                residents.add(
                        new Resident(
                                id,
                                instance.host(),
                                request(instance, members(instance.rule(), null, Map.of())))));
        residents.sort((a, b) -> a.id().compareTo(b.id()));
        return residents;
    }

    /** What an instance would ask for now if it were not there, with some on other hosts than at first. */
    Request anew(UUID id, Map<UUID, UUID> moved) {
        return anew(id, moved, Set.of());
    }

    /** Likewise, with nobody left on the lost hosts. */
    Request anew(UUID id, Map<UUID, UUID> moved, Set<UUID> lost) {
        Instance instance = Objects.requireNonNull(instances.get(id));
        Map<UUID, Integer> members = members(instance.rule(), id, moved);
        members.keySet().removeAll(lost);
        return request(instance, members);
    }
}
