package io.yunqing.solver;

import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.HostFacts;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.placement.Resident;
import io.yunqing.controller.placement.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * A made-up fleet after instances have come and gone: of its hosts, with 64 vCPUs, 256 GiB and 4,000 GiB of storage each, a tenth
 * is empty, three tenths are less than half full, the others fuller. They stand in up to five zones of racks of twenty; a
 * third has fast disks, few have a GPU, are closed, silent or kept for one tenant. Half of the instances ask for their zone,
 * some for fast disks where there are some; none belongs to a group.
 */
final class UsedFleet {
    static final List<String> RESOURCES = List.of("vcpus", "memoryMiB", "storageGiB");

    private static final long VCPUS = 64;
    private static final long MEMORY_MIB = 256 * 1024;
    private static final long STORAGE_GIB = 4000;
    private static final int ZONES = 5;
    private static final int RACK = 20;
    private static final int TENANTS = 100;
    private static final String SSD = "ssd";

    private final Random random;
    private final FleetView view = new FleetView(RESOURCES);
    private final List<Resident> residents = new ArrayList<>();

    UsedFleet(int hosts, long seed) {
        random = new Random(seed);
        for (int i = 0; i < hosts; i++) {
            fill(host(i));
        }
    }

    FleetView view() {
        return view;
    }

    List<Resident> residents() {
        return residents;
    }

    private Host host(int number) {
        int rack = number / RACK;
        return new Host(
                new UUID(1, number),
                "h" + number,
                new Host.Location("z" + rack % ZONES, "r" + rack),
                oneOf(50) ? Set.of("gpu", SSD) : oneOf(3) ? Set.of(SSD) : Set.of(),
                Set.of(),
                1,
                oneOf(100) ? tenant() : null,
                true);
    }

    private void fill(Host host) {
        int index =
                view.put(
                        new HostFacts(
                                host,
                                !oneOf(100),
                                !oneOf(50),
                                Amounts.of(VCPUS, MEMORY_MIB, STORAGE_GIB),
                                Amounts.of()));
        double fill = share();
        while (true) {
            Request request = request(host);
            view.take(index, request.amounts());
            if (view.used(index, 0) > fill * VCPUS || view.used(index, 1) > fill * MEMORY_MIB) {
                view.give(index, request.amounts());
                return;
            }
            residents.add(new Resident(new UUID(3, residents.size()), host.id(), request));
        }
    }

    private double share() {
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1, 2, 3 -> 0.05 + 0.4 * random.nextDouble();
            default -> 0.5 + 0.5 * random.nextDouble();
        };
    }

    private Request request(Host host) {
        long vcpus = 1L << random.nextInt(5);
        UUID owner = host.exclusiveOwner();
        boolean fast = host.traits().contains(SSD) && oneOf(3);
        return Request.of(
                        owner == null ? tenant() : owner,
                        Amounts.of(
                                vcpus,
                                (vcpus * 2048) << random.nextInt(2),
                                40L << random.nextInt(4)))
                .where(
                        new Where(
                                random.nextBoolean() ? host.location().zone() : null,
                                null,
                                fast ? Set.of(SSD) : Set.of(),
                                Set.of(),
                                Set.of(),
                                false))
                .build();
    }

    private UUID tenant() {
        return new UUID(2, random.nextInt(TENANTS));
    }

    private boolean oneOf(int many) {
        return random.nextInt(many) == 0;
    }
}
