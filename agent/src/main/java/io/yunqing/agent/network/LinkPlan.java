package io.yunqing.agent.network;

import io.yunqing.agent.network.Link.Flood;
import io.yunqing.api.agent.NetworkDesired;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to do so that the host's bridges and VXLANs are those that are wanted. Pure.
 *
 * @param links lines for {@code ip -batch}
 * @param floods lines for {@code bridge -batch}, after those
 */
record LinkPlan(List<String> links, List<String> floods) {

    /** The one that VXLAN was given. */
    static final int PORT = 4789;

    static LinkPlan of(
            String underlay,
            List<NetworkDesired> want,
            Collection<Link> have,
            Collection<Flood> flooded) {
        return new Difference(underlay, have, flooded).of(want);
    }

    private static final class Difference {
        private final String underlay;
        private final Map<String, Link> have = new HashMap<>();
        private final Set<Flood> flooded;
        private final List<String> links = new ArrayList<>();
        private final List<String> floods = new ArrayList<>();

        Difference(String underlay, Collection<Link> links, Collection<Flood> flooded) {
            this.underlay = underlay;
            this.flooded = new LinkedHashSet<>(flooded);
            links.forEach(link -> have.put(link.name(), link));
        }

        LinkPlan of(List<NetworkDesired> want) {
            var wanted = new HashSet<String>();
            for (NetworkDesired network : want) {
                wanted.add(Names.bridge(network.vni()));
                wanted.add(Names.vxlan(network.vni()));
            }
            have.values().stream()
                    .filter(link -> isOurs(link) && !wanted.contains(link.name()))
                    .filter(link -> !isInUse(link))
                    .map(Link::name)
                    .sorted()
                    .forEach(name -> links.add("link delete " + name));
            want.forEach(this::bridge);
            want.forEach(this::vxlan);
            return new LinkPlan(List.copyOf(links), List.copyOf(floods));
        }

        /** By its name and by what it is: a name alone somebody else may have chosen too. */
        private static boolean isOurs(Link link) {
            return Names.ours(link.name())
                    && link.kind()
                            .equals(link.name().startsWith(Names.BRIDGE) ? "bridge" : "vxlan");
        }

        /** A bridge with a guest on it that nobody told of: it stays, and the filter lets nothing through. */
        private boolean isInUse(Link link) {
            return have.values().stream()
                    .anyMatch(port -> port.master().equals(link.name()) && !isOurs(port));
        }

        private void bridge(NetworkDesired network) {
            String name = Names.bridge(network.vni());
            Link is = have.get(name);
            if (is == null) {
                links.add("link add %s type bridge nf_call_iptables 1".formatted(name));
                // Without an address of its own the host is nobody's neighbour there.
                links.add("link set %s addrgenmode none".formatted(name));
            } else if (!is.details().equals(Link.bridge(true))) {
                links.add("link set %s type bridge nf_call_iptables 1".formatted(name));
            }
            if (is == null || !is.up()) {
                links.add("link set %s up".formatted(name));
            }
        }

        private void vxlan(NetworkDesired network) {
            String name = Names.vxlan(network.vni());
            String details = Link.vxlan(network.vni(), underlay, PORT, true);
            @Nullable Link is = have.get(name);
            if (is != null && !is.details().equals(details)) {
                links.add("link delete " + name);
                is = null;
            }
            if (is == null) {
                links.add(
                        "link add %s type vxlan id %d local %s dstport %d learning"
                                .formatted(name, network.vni(), underlay, PORT));
                links.add("link set %s addrgenmode none".formatted(name));
                flooded.removeIf(flood -> flood.vxlan().equals(name));
            }
            String bridge = Names.bridge(network.vni());
            if (is == null
                    || !is.master().equals(bridge)
                    || is.mtu() != NetworkDesired.MTU
                    || !is.up()) {
                links.add(
                        "link set %s mtu %d master %s up"
                                .formatted(name, NetworkDesired.MTU, bridge));
            }
            flood(name, new LinkedHashSet<>(network.peers()));
        }

        private void flood(String vxlan, Set<String> peers) {
            for (Flood flood : flooded) {
                if (flood.vxlan().equals(vxlan) && !peers.remove(flood.peer())) {
                    floods.add(entry("delete", vxlan, flood.peer()));
                }
            }
            peers.forEach(peer -> floods.add(entry("append", vxlan, peer)));
        }

        private static String entry(String verb, String vxlan, String peer) {
            return "fdb %s %s dev %s dst %s".formatted(verb, Flood.EVERYBODY, vxlan, peer);
        }
    }
}
