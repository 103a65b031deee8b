package io.yunqing.controller.network;

import io.yunqing.controller.platform.RoundTrip;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Which addresses of some hosts are taken, within one transaction. It must have locked the hosts in the ledger before it reads
 * them, so that nobody else chooses of the same hosts meanwhile.
 */
public final class AddressBook {
    private final Map<UUID, Set<Long>> taken = new HashMap<>();

    /** Adds the statement that reads what is taken. */
    public void read(RoundTrip trip, Collection<UUID> hosts) {
        trip.read(
                """
                SELECT host_id, array_agg(ip - inet '0.0.0.0') AS taken FROM address WHERE host_id = ANY (?) GROUP BY 1
                """,
                row -> {
                    Set<Long> numbers = of(row.getObject("host_id", UUID.class));
                    for (long number : RoundTrip.numbers(row, "taken")) {
                        numbers.add(number);
                    }
                },
                hosts);
    }

    /** The lowest free address of the host's subnet, with the prefix length; from then on it is taken. */
    public String assign(UUID host, Subnet subnet) {
        long free = subnet.lowestFree(of(host));
        of(host).add(free);
        return subnet.text(free);
    }

    /** Gives an address back that was assigned and not written. */
    public void free(UUID host, String address) {
        of(host).remove(Subnet.number(address.substring(0, address.indexOf('/'))));
    }

    /** Adds the statement that writes assigned addresses, one for each instance. */
    public void write(
            RoundTrip trip, List<UUID> instances, List<UUID> hosts, List<String> addresses) {
        trip.write(
                """
                INSERT INTO address (host_id, ip, instance_id)
                SELECT a.host, cast(a.ip AS inet), a.instance FROM unnest(?, ?, ?) AS a (host, ip, instance)
                """,
                hosts.toArray(UUID[]::new),
                addresses.toArray(String[]::new),
                instances.toArray(UUID[]::new));
    }

    private Set<Long> of(UUID host) {
        return taken.computeIfAbsent(host, _ -> new HashSet<>());
    }
}
