package io.yunqing.controller.placement;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** In which rack and zone each host stands, by numbers that begin at 0 and are never given to another. */
final class Domains {
    private int[] racks = new int[0];
    private int[] zones = new int[0];
    private final Map<Host.Location, Integer> rackNumbers = new HashMap<>();
    private final Map<String, Integer> zoneNumbers = new HashMap<>();

    Domains() {}

    Domains(Domains from) {
        racks = from.racks.clone();
        zones = from.zones.clone();
        rackNumbers.putAll(from.rackNumbers);
        zoneNumbers.putAll(from.zoneNumbers);
    }

    void grow(int length) {
        racks = Arrays.copyOf(racks, length);
        zones = Arrays.copyOf(zones, length);
    }

    void put(int index, Host.Location location) {
        racks[index] = number(rackNumbers, location);
        zones[index] = number(zoneNumbers, location.zone());
    }

    private static <K> int number(Map<K, Integer> numbers, K key) {
        Integer known = numbers.putIfAbsent(key, numbers.size());
        return known == null ? numbers.size() - 1 : known;
    }

    /** By host, longer than there are hosts; none where each host is its own domain. */
    int @Nullable [] numbers(Scope scope) {
        return switch (scope) {
            case HOST -> null;
            case RACK -> racks;
            case ZONE -> zones;
        };
    }

    /** How many racks or zones there are. */
    int count(Scope scope) {
        return scope == Scope.RACK ? rackNumbers.size() : zoneNumbers.size();
    }
}
