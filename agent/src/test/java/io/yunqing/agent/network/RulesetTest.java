package io.yunqing.agent.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.yunqing.api.NetworkRule;
import io.yunqing.api.NetworkRule.Protocol;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.NetworkDesired.Port;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RulesetTest {

    private static final String SELF = "192.0.2.1";
    private static final UUID WEB = UUID.fromString("0198f1a2-7b3c-7def-8123-000000000001");
    private static final UUID DB = UUID.fromString("0198f1a2-7b3c-7def-8123-000000000002");

    @Test
    void twoNetworksOfTheSameAddresses() throws IOException {
        var open =
                new NetworkDesired(
                        4096,
                        "10.0.0.0/24",
                        List.of("192.0.2.3", "192.0.2.2"),
                        List.of(
                                NetworkRule.SAME_NETWORK,
                                new NetworkRule(Protocol.TCP, "443", "0.0.0.0/0"),
                                new NetworkRule(Protocol.UDP, "8000-8099", "10.1.0.0/16"),
                                new NetworkRule(Protocol.TCP, null, "10.2.0.1/32"),
                                new NetworkRule(Protocol.ICMP, null, null)),
                        List.of(
                                new Port(WEB, "52:54:00:00:00:01", "10.0.0.1"),
                                new Port(DB, "52:54:00:00:00:02", "10.0.0.2")));
        var closed =
                new NetworkDesired(
                        65_535,
                        "10.0.0.0/24",
                        List.of("192.0.2.2"),
                        List.of(),
                        List.of(
                                new Port(
                                        UUID.fromString("0198f1a2-7b3c-7def-8123-ffffffffffff"),
                                        "52:54:00:ff:ff:ff",
                                        "10.0.0.1")));
        assertEquals(golden("two-networks.nft"), Ruleset.of(SELF, List.of(open, closed)));
    }

    @Test
    void withoutNetworksNothingOfOursIsLetThrough() throws IOException {
        assertEquals(golden("no-networks.nft"), Ruleset.of(SELF, List.of()));
    }

    @Test
    void namesAreShortEnoughForTheKernelAndNotTakenForOthers() {
        assertEquals("yqpffffffffffff", Names.tap(new UUID(0, -1)));
        assertEquals("yqn1000", Names.bridge(NetworkDesired.FIRST_VNI));
        assertEquals("yqxffff", Names.vxlan(NetworkDesired.LAST_VNI));
        for (String others : List.of("yqbr0", "yqn", "yqnorth", "yqn10000000", "yqp000000000001")) {
            assertFalse(Names.ours(others), others);
        }
    }

    private static String golden(String name) throws IOException {
        try (InputStream text = RulesetTest.class.getResourceAsStream("/network/" + name)) {
            if (text == null) {
                throw new IllegalStateException("no golden file " + name);
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
