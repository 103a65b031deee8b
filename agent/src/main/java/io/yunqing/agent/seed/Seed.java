package io.yunqing.agent.seed;

import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.NetworkDesired;
import org.jspecify.annotations.Nullable;

/**
 * The NoCloud files by which a guest learns who it is. Pure.
 *
 * <p>Values go into the YAML in double quotes, escaped: a host name like {@code no} or a key's comment with a colon must
 * stay text.
 */
public record Seed(String metaData, String userData, String networkConfig) {

    private static final String NO_NETWORK = "version: 2\nethernets: {}\n";

    public static Seed of(InstanceDesired instance) {
        return new Seed(metaData(instance), userData(instance), networkConfig(instance.nic()));
    }

    private static String metaData(InstanceDesired instance) {
        var text = new StringBuilder();
        text.append("instance-id: ").append(quoted(instance.id().toString())).append('\n');
        text.append("local-hostname: ").append(quoted(instance.seed().hostname())).append('\n');
        // Here, not in the user data: they reach the guest whatever its user data is.
        if (!instance.seed().sshKeys().isEmpty()) {
            text.append("public-keys:\n");
            for (String key : instance.seed().sshKeys()) {
                text.append("  - ").append(quoted(key.strip())).append('\n');
            }
        }
        return text.toString();
    }

    private static String userData(InstanceDesired instance) {
        String given = instance.seed().userData();
        return given == null || given.isEmpty() ? "#cloud-config\n{}\n" : given;
    }

    private static String networkConfig(InstanceDesired.@Nullable Nic nic) {
        if (nic == null) {
            return NO_NETWORK;
        }
        var text =
                new StringBuilder(
                        """
                        version: 2
                        ethernets:
                          nic0:
                            match:
                              macaddress: %s
                            addresses:
                              - %s
                        """
                                .formatted(quoted(nic.mac()), quoted(nic.address())));
        if (nic.vni() != null) {
            text.append("    mtu: %d\n".formatted(NetworkDesired.MTU));
        }
        if (nic.gateway() != null) {
            text.append("    routes:\n      - to: \"0.0.0.0/0\"\n        via: ")
                    .append(quoted(nic.gateway()))
                    .append('\n');
        }
        return text.toString();
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        quoted.append('\\').appendCodePoint(c);
                    } else if (Character.isISOControl(c)) {
                        quoted.append("\\u%04x".formatted(c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                });
        return quoted.append('"').toString();
    }
}
