package io.yunqing.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.storage.DiskSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AgentOptionsTest {

    private static final String SECRET = "0198f1a2-7b3c-7def-8123-0000000000aa";

    @Test
    void aHostComesToCephAsAUserWithASecretOrAsNobody() throws Exception {
        assertNull(options().config().ceph());
        assertNull(options("--ceph-user=", "--ceph-secret=").config().ceph());
        assertEquals(
                new DiskSource.Login("yunqing", UUID.fromString(SECRET)),
                options("--ceph-user=yunqing", "--ceph-secret=" + SECRET).config().ceph());
    }

    @Test
    void whatIsNoUserOrNoSecretIsRefusedByName() {
        assertRefused("are given together", "--ceph-user=yunqing");
        assertRefused("are given together", "--ceph-secret=" + SECRET);
        assertRefused(
                "--ceph-user client.yunqing: ",
                "--ceph-user=client.yunqing",
                "--ceph-secret=" + SECRET);
        assertRefused("--ceph-user a b: ", "--ceph-user=a b", "--ceph-secret=" + SECRET);
        assertRefused(
                "virsh secret-list shows, not the key",
                "--ceph-user=yunqing",
                "--ceph-secret=AQBkey==");
    }

    private static void assertRefused(String words, String... given) {
        var options = options(given);
        String message =
                String.valueOf(
                        assertThrows(IllegalArgumentException.class, options::config).getMessage());
        assertTrue(message.contains(words), message);
        assertFalse(message.contains("AQBkey"), message);
    }

    private static AgentOptions options(String... given) {
        var words = new ArrayList<>(List.of("--controller=https://controller:8443"));
        words.addAll(List.of(given));
        return CommandLine.populateCommand(new AgentOptions(), words.toArray(String[]::new));
    }
}
