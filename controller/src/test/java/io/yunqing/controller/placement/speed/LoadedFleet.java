package io.yunqing.controller.placement.speed;

import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.GroupRule;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.HostFacts;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.placement.Scope;
import io.yunqing.controller.placement.Spread;
import io.yunqing.controller.placement.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * A fleet as it is after some time, and requests as they come to it. Of its hosts, a tenth is empty, most are between half and
 * nine tenths full, the rest nearly full; they stand in five zones, in racks of forty; a third has fast disks, some have a
 * GPU, a few are closed, silent or kept for one tenant.
 */
final class LoadedFleet {
    private static final int VCPUS = 192;
    private static final int MEMORY_MIB = 512 * 1024;
    private static final int STORAGE_GIB = 20_000;
    private static final int ADDRESSES = 250;
    private static final int ZONES = 5;
    private static final int RACK = 40;
    private static final int TENANTS = 100;
    private static final int MEMBERS = 8;

    private final Random random = new Random(1);
    private final FleetView view =
            new FleetView(List.of("vcpus", "memoryMiB", "storageGiB", "addresses"));

    LoadedFleet(int hosts) {
        for (int i = 0; i < hosts; i++) {
            view.put(host(i));
        }
    }

    FleetView view() {
        return view;
    }

    private HostFacts host(int number) {
        int rack = number / RACK;
        Host host =
                new Host(
                        new UUID(1, number),
                        "h" + number,
                        new Host.Location("z" + rack % ZONES, "r" + rack),
                        traits(),
                        Set.of("default"),
                        2,
                        oneOf(100) ? new UUID(2, random.nextInt(TENANTS)) : null,
                        true);
        double fill = fill();
        return new HostFacts(
                host,
                !oneOf(100),
                !oneOf(50),
                Amounts.of(VCPUS, MEMORY_MIB, STORAGE_GIB, ADDRESSES),
                Amounts.of(
                        part(VCPUS, fill),
                        1024L * part(MEMORY_MIB / 1024, fill),
                        part(STORAGE_GIB, fill / 2),
                        part(ADDRESSES, fill / 4)));
    }

    private Set<String> traits() {
        return oneOf(50) ? Set.of("gpu", "ssd") : oneOf(3) ? Set.of("ssd") : Set.of();
    }

    private double fill() {
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1, 2, 3 -> 0.9 + random.nextDouble() / 10;
            default -> 0.5 + 0.4 * random.nextDouble();
        };
    }

    /** About so much of it; resources of a host are not used alike. */
    private long part(long whole, double fill) {
        return fill == 0 ? 0 : (long) (whole * Math.min(1, fill * (0.9 + random.nextDouble() / 5)));
    }

    private boolean oneOf(int many) {
        return random.nextInt(many) == 0;
    }

    /** An instance of 1 to 16 vCPUs with 2 or 4 GiB each, for some tenant; some ask for a zone, some for fast disks. */
    Request request() {
        return asked().build();
    }

    /** One that must not share a host with the eight other members of a group, and a zone only with few of them. */
    Request member() {
        Map<UUID, Integer> members = new HashMap<>();
        while (members.size() < MEMBERS) {
            members.put(new UUID(1, random.nextInt(view.size())), 1);
        }
        return asked().rule(
                        new GroupRule(
                                "group", GroupRule.Kind.ANTI_AFFINITY, Scope.HOST, true, members))
                .spread(new Spread("group", Scope.ZONE, members))
                .memberOf("group")
                .build();
    }

    private Request.Builder asked() {
        long vcpus = 1L << random.nextInt(5);
        Where where =
                new Where(
                        random.nextBoolean() ? null : "z" + random.nextInt(ZONES),
                        null,
                        oneOf(10) ? Set.of("ssd") : Set.of(),
                        Set.of(),
                        Set.of(),
                        false);
        return Request.of(
                        new UUID(2, random.nextInt(TENANTS)),
                        Amounts.of(vcpus, (vcpus * 2048) << random.nextInt(2), 40, 1))
                .where(where);
    }
}
