package io.yunqing.controller.compute;

import io.yunqing.api.Address;
import io.yunqing.controller.address.AddressBook;
import io.yunqing.controller.address.Addresses;
import io.yunqing.controller.compute.AdmissionStore.Entry;
import io.yunqing.controller.compute.Catalog.NetworkEntry;
import io.yunqing.controller.fleet.SeenHost;
import io.yunqing.controller.platform.RoundTrip;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The addresses of a batch's instances, out of their networks or their hosts' subnets, and which hosts have to know. */
final class AdmissionAddresses {
    private final AddressBook book = new AddressBook();

    /** By network, the hosts with instances in it. */
    private final Map<UUID, Set<UUID>> members = new HashMap<>();

    /** The hosts that networks reach, of those that are asked about when there are networks. */
    private final Set<UUID> reached = new HashSet<>();

    /** Adds the statements that read what is taken and who is where; all of it is locked by then. */
    void read(RoundTrip trip, Collection<UUID> hosts, Collection<UUID> networks) {
        Set<UUID> places = new HashSet<>(hosts);
        places.addAll(networks);
        book.read(trip, places);
        if (!networks.isEmpty()) {
            trip.read(
                    "SELECT DISTINCT network_id, host_id FROM instance WHERE network_id = ANY (?)",
                    row ->
                            of(row.getObject("network_id", UUID.class))
                                    .add(row.getObject("host_id", UUID.class)),
                    networks);
            trip.read(
                    "SELECT host_id FROM host_observation WHERE host_id = ANY (?) AND inventory ->> 'underlay' IS NOT NULL",
                    row -> reached.add(row.getObject("host_id", UUID.class)),
                    hosts);
        }
    }

    /** Whether the host, as it is by now, can have the instance in its network. */
    boolean reach(Wish wish, UUID host) {
        return !wish.networked() || reached.contains(host);
    }

    /** The network that has too few addresses left for the order. */
    Optional<Outcome> lacking(Order order) {
        Map<NetworkEntry, Long> wanted =
                order.wishes().stream()
                        .filter(Wish::networked)
                        .collect(Collectors.groupingBy(Wish::network, Collectors.counting()));
        for (Map.Entry<NetworkEntry, Long> one : wanted.entrySet()) {
            NetworkEntry network = one.getKey();
            long left = book.left(network.id(), network.subnet());
            if (one.getValue() > left) {
                return Optional.of(new Outcome.NetworkFull(network, one.getValue(), left));
            }
        }
        return Optional.empty();
    }

    /** The instance's address on its host; from then on it is taken. */
    Address assign(Wish wish, SeenHost host) {
        String ip =
                wish.networked()
                        ? book.assign(wish.network().id(), wish.network().subnet())
                        : book.assign(host.host().id(), host.subnet());
        return new Address(ip, Addresses.mac(wish.id()));
    }

    /** Gives back what was assigned to a case that is not written. */
    void free(AdmissionCase one) {
        for (int i = 0; i < one.views.size(); i++) {
            String ip = one.views.get(i).status().addresses().getFirst().ip();
            book.free(place(one.order.wishes().get(i), one.host(i)), ip);
        }
    }

    /** Adds the statement that writes the addresses. */
    void write(RoundTrip trip, List<Entry> entries) {
        book.write(
                trip,
                entries.stream().map(e -> e.wish().id()).toList(),
                entries.stream().map(e -> place(e.wish(), e.host())).toList(),
                entries.stream().map(e -> e.view().status().addresses().getFirst().ip()).toList());
    }

    /**
     * The hosts that have something new to be told of networks: those of instances in them, and all others in a network that
     * reaches a host for the first time.
     */
    Set<UUID> concerned(List<Entry> entries) {
        Set<UUID> hosts = new HashSet<>();
        for (Entry entry : entries) {
            if (entry.wish().networked()) {
                Set<UUID> known = of(entry.wish().network().id());
                hosts.add(entry.host());
                if (known.add(entry.host())) {
                    hosts.addAll(known);
                }
            }
        }
        return hosts;
    }

    private static UUID place(Wish wish, UUID host) {
        return wish.networked() ? wish.network().id() : host;
    }

    private Set<UUID> of(UUID network) {
        return members.computeIfAbsent(network, _ -> new HashSet<>());
    }
}
