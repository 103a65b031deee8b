package io.yunqing.agent.seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.Nic;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeedTest {

    @Test
    void namesKeysAndAddress() {
        var seed =
                Seed.of(
                        Instances.running()
                                .seed(
                                        new InstanceDesired.Seed(
                                                "no",
                                                List.of("ssh-ed25519 AAAA me: \"home\"\n"),
                                                null))
                                .nic(new Nic("52:54:00:00:00:05", "10.0.0.5/24", "10.0.0.1", null))
                                .build());
        assertEquals(
                """
                instance-id: "0198f1a2-7b3c-7def-8123-456789abcdef"
                local-hostname: "no"
                public-keys:
                  - "ssh-ed25519 AAAA me: \\"home\\""
                """,
                seed.metaData());
        assertEquals("#cloud-config\n{}\n", seed.userData());
        assertEquals(
                """
                version: 2
                ethernets:
                  nic0:
                    match:
                      macaddress: "52:54:00:00:00:05"
                    addresses:
                      - "10.0.0.5/24"
                    routes:
                      - to: "0.0.0.0/0"
                        via: "10.0.0.1"
                """,
                seed.networkConfig());
    }

    @Test
    void inATenantsNetworkPacketsAreSmallerAndThereMayBeNoWayOut() {
        var nic = new Nic("52:54:00:00:00:05", "10.0.0.5/24", null, 4096);
        assertEquals(
                """
                version: 2
                ethernets:
                  nic0:
                    match:
                      macaddress: "52:54:00:00:00:05"
                    addresses:
                      - "10.0.0.5/24"
                    mtu: 1450
                """,
                Seed.of(Instances.running().nic(nic).build()).networkConfig());
    }

    @Test
    void userDataIsGivenAsItIsAndWithoutAddressThereIsNoInterface() {
        String script = "#!/bin/sh\necho \"$HOME\" \\n\n";
        var seed =
                Seed.of(
                        Instances.running()
                                .seed(new InstanceDesired.Seed("a\u0007b\u0085", List.of(), script))
                                .build());
        assertEquals(script, seed.userData());
        assertEquals("version: 2\nethernets: {}\n", seed.networkConfig());
        assertEquals(
                "instance-id: \"0198f1a2-7b3c-7def-8123-456789abcdef\"\nlocal-hostname: \"a\\u0007b\\u0085\"\n",
                seed.metaData());
    }

    @Test
    void theImageIsAnIso9660LabelledCidataAndTheSameEachTime() {
        byte[] iso = SeedImage.of(Instances.running().build());
        assertEquals("CD001", new String(iso, 32769, 5, StandardCharsets.US_ASCII));
        assertEquals("cidata", new String(iso, 32808, 32, StandardCharsets.US_ASCII).strip());
        String text = new String(iso, StandardCharsets.UTF_8);
        for (String part : List.of("local-hostname: \"web-1\"", "#cloud-config", "version: 2")) {
            assertTrue(text.contains(part), part);
        }
        assertArrayEquals(iso, SeedImage.of(Instances.running().build()));
    }
}
