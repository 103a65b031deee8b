package io.yunqing.controller.address;

import io.yunqing.controller.platform.RoundTrip;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Which addresses of some places, hosts and networks, are taken, within one transaction. It must have locked the hosts in the
 * ledger, and the networks, before it reads them, so that nobody else chooses of the same places meanwhile.
 */
public final class AddressBook {
    private final Map<UUID, Set<Long>> taken = new HashMap<>();

    /** Adds the statement that reads what is taken. */
    public void read(RoundTrip trip, Collection<UUID> places) {
        trip.read(
                """
                SELECT place_id, array_agg(ip - inet '0.0.0.0') AS taken FROM address WHERE place_id = ANY (?) GROUP BY 1
                """,
                row -> {
                    Set<Long> numbers = of(row.getObject("place_id", UUID.class));
                    for (long number : RoundTrip.numbers(row, "taken")) {
                        numbers.add(number);
                    }
                },
                places);
    }

    /** How many addresses of the place's subnet can still be given out. */
    public long left(UUID place, Subnet subnet) {
        return subnet.usable() - of(place).size();
    }

    /** The lowest free address of the place's subnet, with the prefix length; from then on it is taken. */
    public String assign(UUID place, Subnet subnet) {
        long free = subnet.lowestFree(of(place));
        of(place).add(free);
        return subnet.text(free);
    }

    /** Gives an address back that was assigned and not written. */
    public void free(UUID place, String address) {
        of(place).remove(Subnet.number(address.substring(0, address.indexOf('/'))));
    }

    /** Adds the statement that writes assigned addresses, one for each instance. */
    public void write(
            RoundTrip trip, List<UUID> instances, List<UUID> places, List<String> addresses) {
        trip.write(
                """
                INSERT INTO address (place_id, ip, instance_id)
                SELECT a.place, cast(a.ip AS inet), a.instance FROM unnest(?, ?, ?) AS a (place, ip, instance)
                """,
                places.toArray(UUID[]::new),
                addresses.toArray(String[]::new),
                instances.toArray(UUID[]::new));
    }

    private Set<Long> of(UUID place) {
        return taken.computeIfAbsent(place, _ -> new HashSet<>());
    }
}
