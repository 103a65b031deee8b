package io.yunqing.agent.seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.agent.Instances;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.Nic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                                .nic(new Nic("52:54:00:00:00:05", "10.0.0.5/24", "10.0.0.1"))
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
    void userDataIsGivenAsItIsAndWithoutAddressThereIsNoInterface() {
        String script = "#!/bin/sh\necho \"$HOME\" \\n\n";
        var seed =
                Seed.of(
                        Instances.running()
                                .seed(new InstanceDesired.Seed("a\u0007b", List.of(), script))
                                .build());
        assertEquals(script, seed.userData());
        assertEquals("version: 2\nethernets: {}\n", seed.networkConfig());
        assertEquals(
                "instance-id: \"0198f1a2-7b3c-7def-8123-456789abcdef\"\nlocal-hostname: \"a\\u0007b\"\n",
                seed.metaData());
    }

    @Test
    void theImageIsAnIso9660LabelledCidata(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("seed.iso");
        SeedImage.write(Instances.running().build(), file, Duration.ofSeconds(20));
        byte[] iso = Files.readAllBytes(file);
        assertArrayEquals(
                "CD001".getBytes(StandardCharsets.US_ASCII), Arrays.copyOfRange(iso, 32769, 32774));
        assertEquals("cidata", new String(iso, 32808, 32, StandardCharsets.US_ASCII).strip());
        try (var left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }
}
