package io.yunqing.agent.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.agent.network.Link.Flood;
import io.yunqing.api.NetworkRule;
import io.yunqing.api.agent.NetworkDesired;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinkPlanTest {

    private static final String SELF = "192.0.2.1";
    private static final String PEER = "192.0.2.2";
    private static final String OTHER = "192.0.2.3";
    private static final NetworkDesired LAN = network(4096, PEER);
    private static final Link BRIDGE = bridge("yqn1000", true, true);
    private static final Link VXLAN = vxlan("yqx1000", "yqn1000", 4096, SELF);
    private static final Flood FLOOD = new Flood("yqx1000", PEER);

    private record Case(
            String what,
            List<NetworkDesired> want,
            List<Link> have,
            List<Flood> flooded,
            List<String> links,
            List<String> floods) {}

    @Test
    void whatIsDoneIsTheDifference() {
        var cases =
                List.of(
                        new Case(
                                "nothing wanted, nothing there",
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of()),
                        new Case(
                                "a first network",
                                List.of(LAN),
                                List.of(),
                                List.of(),
                                List.of(
                                        "link add yqn1000 type bridge nf_call_iptables 1",
                                        "link set yqn1000 addrgenmode none",
                                        "link set yqn1000 up",
                                        "link add yqx1000 type vxlan id 4096 local 192.0.2.1 dstport 4789 learning",
                                        "link set yqx1000 addrgenmode none",
                                        "link set yqx1000 mtu 1450 master yqn1000 up"),
                                List.of(append(PEER))),
                        new Case(
                                "all as it should be",
                                List.of(LAN),
                                List.of(BRIDGE, VXLAN),
                                List.of(FLOOD),
                                List.of(),
                                List.of()),
                        new Case(
                                "others come and go",
                                List.of(network(4096, OTHER)),
                                List.of(BRIDGE, VXLAN),
                                List.of(FLOOD),
                                List.of(),
                                List.of(delete(PEER), append(OTHER))),
                        new Case(
                                "the host has another address",
                                List.of(LAN),
                                List.of(BRIDGE, vxlan("yqx1000", "yqn1000", 4096, OTHER)),
                                List.of(FLOOD),
                                List.of(
                                        "link delete yqx1000",
                                        "link add yqx1000 type vxlan id 4096 local 192.0.2.1 dstport 4789 learning",
                                        "link set yqx1000 addrgenmode none",
                                        "link set yqx1000 mtu 1450 master yqn1000 up"),
                                List.of(append(PEER))),
                        new Case(
                                "somebody switched the filter and the bridge off",
                                List.of(LAN),
                                List.of(bridge("yqn1000", false, false), VXLAN),
                                List.of(FLOOD),
                                List.of(
                                        "link set yqn1000 type bridge nf_call_iptables 1",
                                        "link set yqn1000 up"),
                                List.of()),
                        new Case(
                                "somebody took the VXLAN off the bridge",
                                List.of(LAN),
                                List.of(BRIDGE, vxlan("yqx1000", "", 4096, SELF)),
                                List.of(FLOOD),
                                List.of("link set yqx1000 mtu 1450 master yqn1000 up"),
                                List.of()),
                        new Case(
                                "stale ones of ours go, others' stay",
                                List.of(),
                                List.of(
                                        BRIDGE,
                                        VXLAN,
                                        bridge("br0", true, true),
                                        vxlan("vx1", "br0", 7, SELF),
                                        new Link("yqn2000", "dummy", "", 1500, true, "")),
                                List.of(FLOOD, new Flood("vx1", OTHER)),
                                List.of("link delete yqn1000", "link delete yqx1000"),
                                List.of()),
                        new Case(
                                "a bridge with a guest on it stays",
                                List.of(),
                                List.of(
                                        BRIDGE,
                                        VXLAN,
                                        new Link(
                                                "yqp0123456789ab",
                                                "tun",
                                                "yqn1000",
                                                1450,
                                                true,
                                                "")),
                                List.of(FLOOD),
                                List.of("link delete yqx1000"),
                                List.of()));
        for (Case one : cases) {
            var plan = LinkPlan.of(SELF, one.want, one.have, one.flooded);
            assertEquals(one.links, plan.links(), one.what);
            assertEquals(one.floods, plan.floods(), one.what);
        }
    }

    @Test
    void whatTheProgramsSayIsRead() throws IOException {
        assertEquals(
                List.of(
                        new Link("lo", "", "", 65536, true, ""),
                        bridge("yqn1000", true, true),
                        VXLAN),
                Link.parse(
                        """
                        [{"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536},
                         {"ifname":"yqn1000","flags":["BROADCAST","UP"],"mtu":1450,
                          "linkinfo":{"info_kind":"bridge","info_data":{"nf_call_iptables":1}}},
                         {"ifname":"yqx1000","flags":["UP"],"mtu":1450,"master":"yqn1000",
                          "linkinfo":{"info_kind":"vxlan","info_data":{"id":4096,"local":"192.0.2.1","port":4789,"learning":true}}}]
                        """));
        assertEquals(
                List.of(FLOOD),
                Flood.parse(
                        """
                        [{"mac":"33:33:00:00:00:01","ifname":"yqn1000","state":"permanent"},
                         {"mac":"52:54:00:00:00:01","ifname":"yqx1000","dst":"192.0.2.2"},
                         {"mac":"00:00:00:00:00:00","ifname":"yqx1000","dst":"192.0.2.2","flags":["self"]}]
                        """));
        assertEquals(List.of(), Flood.parse("\n"));
        assertEquals("eth0", Link.firstName("[{},{\"ifname\":\"eth0\"}]"));
        assertEquals("", Link.firstName("[{},{}]"));
    }

    private static NetworkDesired network(int vni, String... peers) {
        return new NetworkDesired(
                vni, "10.0.0.0/24", List.of(peers), List.of(NetworkRule.SAME_NETWORK), List.of());
    }

    private static Link bridge(String name, boolean filtered, boolean up) {
        return new Link(name, "bridge", "", 1450, up, Link.bridge(filtered));
    }

    private static Link vxlan(String name, String master, int vni, String local) {
        return new Link(name, "vxlan", master, 1450, true, Link.vxlan(vni, local, 4789, true));
    }

    private static String append(String peer) {
        return "fdb append 00:00:00:00:00:00 dev yqx1000 dst " + peer;
    }

    private static String delete(String peer) {
        return "fdb delete 00:00:00:00:00:00 dev yqx1000 dst " + peer;
    }
}
