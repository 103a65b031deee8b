package io.yunqing.controller.placement;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A host to be described in a few words: heard, open, 16 vCPUs and 32 GiB in zone z1, all free, unless told otherwise. */
final class TestHost {
    static final List<String> RESOURCES = List.of("vcpus", "memoryMiB", "storageGiB");
    static final UUID TENANT = id("tenant");

    private final String name;
    private String zone = "z1";
    private @Nullable String rack;
    private final Set<String> traits = new HashSet<>();
    private final Set<String> pools = new HashSet<>();
    private int numaNodes = 1;
    private @Nullable UUID exclusiveOwner;
    private boolean networked = true;
    private boolean reporting = true;
    private boolean schedulable = true;
    private Amounts limits = Amounts.of(16, 32768, 1000);
    private Amounts used = Amounts.of();

    private TestHost(String name) {
        this.name = name;
    }

    static TestHost host(String name) {
        return new TestHost(name);
    }

    static UUID id(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    static FleetView fleet(TestHost... hosts) {
        FleetView view = new FleetView(RESOURCES);
        for (TestHost host : hosts) {
            view.put(host.facts());
        }
        return view;
    }

    static Request.Builder asking(long vcpus, long memoryMiB) {
        return Request.of(TENANT, Amounts.of(vcpus, memoryMiB));
    }

    TestHost zone(String in) {
        zone = in;
        return this;
    }

    TestHost rack(String in) {
        rack = in;
        return this;
    }

    TestHost trait(String trait) {
        traits.add(trait);
        return this;
    }

    TestHost pool(String pool) {
        pools.add(pool);
        return this;
    }

    TestHost numaNodes(int nodes) {
        numaNodes = nodes;
        return this;
    }

    TestHost exclusive(UUID owner) {
        exclusiveOwner = owner;
        return this;
    }

    TestHost unnetworked() {
        networked = false;
        return this;
    }

    TestHost silent() {
        reporting = false;
        return this;
    }

    TestHost closed() {
        schedulable = false;
        return this;
    }

    TestHost limits(long... amounts) {
        limits = Amounts.of(amounts);
        return this;
    }

    TestHost used(long... amounts) {
        used = Amounts.of(amounts);
        return this;
    }

    HostFacts facts() {
        Host host =
                new Host(
                        id(name),
                        name,
                        new Host.Location(zone, rack),
                        traits,
                        pools,
                        numaNodes,
                        exclusiveOwner,
                        networked);
        return new HostFacts(host, reporting, schedulable, limits, used);
    }
}
