package io.yunqing.controller.placement;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What seldom changes about a host.
 *
 * @param traits what it can do, in words that requests ask for
 * @param pools the names of the storage pools it reaches
 * @param numaNodes into how many equal parts its vCPUs and its memory fall
 * @param exclusiveOwner the only tenant whose instances may come; anybody's when null
 * @param networked whether tenants' networks reach it
 */
public record Host(
        UUID id,
        String name,
        Location location,
        Set<String> traits,
        Set<String> pools,
        int numaNodes,
        @Nullable UUID exclusiveOwner,
        boolean networked) {

    public Host {
        if (numaNodes < 1) {
            throw new IllegalArgumentException("a host has at least one NUMA node");
        }
        traits = Set.copyOf(traits);
        pools = Set.copyOf(pools);
    }

    /**
     * Where a host stands.
     *
     * @param rack unknown when null: a zone's hosts without a rack count as one rack, as nothing tells them apart
     */
    public record Location(String zone, @Nullable String rack) {}

    /** A host that is like any other of its zone. */
    public static Host plain(UUID id, String name, String zone) {
        return new Host(id, name, new Location(zone, null), Set.of(), Set.of(), 1, null, true);
    }
}
