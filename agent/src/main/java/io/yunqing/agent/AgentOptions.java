package io.yunqing.agent;

import io.yunqing.agent.link.JoinToken;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.api.HostInventory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The command line, each option also as an environment variable, and how it becomes an {@link AgentConfig}. */
final class AgentOptions {

    private static final int MOST_DAYS = 3650;

    @Option(
            names = "--controller",
            paramLabel = "URL",
            required = true,
            defaultValue = "${env:YUNQING_CONTROLLER}",
            description = "the controller, https://HOST:PORT (YUNQING_CONTROLLER)")
    private URI controller = URI.create("https://localhost");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:YUNQING_AGENT_DATA:-/var/lib/yunqing-agent}",
            description = "where the agent keeps its identity (YUNQING_AGENT_DATA)")
    private Path data = Path.of("");

    @Option(
            names = "--libvirt",
            paramLabel = "URI",
            defaultValue = "${env:YUNQING_LIBVIRT:-qemu:///system}",
            description = "libvirt's connection URI (YUNQING_LIBVIRT)")
    private String libvirt = "";

    @Option(
            names = "--join-token",
            paramLabel = "TOKEN",
            defaultValue = "${env:YUNQING_JOIN_TOKEN}",
            description =
                    "the join token, or the file that holds it; needed at the first start only"
                            + " (YUNQING_JOIN_TOKEN)")
    private @Nullable String joinToken;

    @Option(
            names = "--pool",
            paramLabel = "NAME=DIR",
            defaultValue = "${env:YUNQING_POOL:-default=/var/lib/yunqing/pool}",
            description = "the storage pool that instances are kept in (YUNQING_POOL)")
    private String pool = "";

    @Option(
            names = "--bridge",
            paramLabel = "NAME",
            defaultValue = "${env:YUNQING_BRIDGE}",
            description =
                    "the bridge that instances are attached to which are in no tenant's network (YUNQING_BRIDGE)")
    private @Nullable String bridge;

    @Option(
            names = "--subnet",
            paramLabel = "CIDR",
            defaultValue = "${env:YUNQING_SUBNET}",
            description = "the addresses behind the bridge (YUNQING_SUBNET)")
    private @Nullable String subnet;

    @Option(
            names = "--gateway",
            paramLabel = "IP",
            defaultValue = "${env:YUNQING_GATEWAY}",
            description = "the default route of instances (YUNQING_GATEWAY)")
    private @Nullable String gateway;

    @Option(
            names = "--underlay",
            paramLabel = "IP",
            defaultValue = "${env:YUNQING_UNDERLAY}",
            description =
                    "the IPv4 address by which other hosts reach this one for tenants' networks; without it, it"
                            + " takes no part in them (YUNQING_UNDERLAY)")
    private @Nullable String underlay;

    @Option(
            names = "--host-command",
            paramLabel = "COMMAND",
            defaultValue = "${env:YUNQING_HOST_COMMAND:-}",
            description =
                    "what ip, bridge and nft are run with when the agent is not in the host's network namespace"
                            + " itself, such as \"nsenter --net=/run/netns/host --\" (YUNQING_HOST_COMMAND)")
    private String hostCommand = "";

    @Option(
            names = "--accel",
            paramLabel = "auto|kvm|tcg",
            defaultValue = "${env:YUNQING_ACCEL:-auto}",
            description = "how guests run; auto tries a guest on KVM (YUNQING_ACCEL)")
    private String accelerator = "";

    @Option(
            names = "--keep-images",
            paramLabel = "DAYS",
            defaultValue = "${env:YUNQING_KEEP_IMAGES:-7}",
            description =
                    "for how many days an image is kept that no disk stands on and none was made"
                            + " from (YUNQING_KEEP_IMAGES)")
    private int keepImages = 1;

    @Option(
            names = "--store-keys",
            paramLabel = "FILE",
            defaultValue = "${env:YUNQING_STORE_KEYS:-/etc/yunqing/store-keys}",
            description =
                    "the file with the access keys of S3-compatible stores that backups are kept in; needed only"
                            + " for such repositories (YUNQING_STORE_KEYS)")
    private Path storeKeys = Path.of("");

    @Option(
            names = "--ceph-user",
            paramLabel = "NAME",
            defaultValue = "${env:YUNQING_CEPH_USER}",
            description =
                    "the user as whom this host comes to Ceph, without \"client.\"; needed only for pools at rbd://"
                            + " (YUNQING_CEPH_USER)")
    private @Nullable String cephUser;

    @Option(
            names = "--ceph-secret",
            paramLabel = "UUID",
            defaultValue = "${env:YUNQING_CEPH_SECRET}",
            description =
                    "the libvirt secret of this host that holds that user's key (YUNQING_CEPH_SECRET)")
    private @Nullable String cephSecret;

    AgentConfig config() throws IOException {
        if (!"https".equals(controller.getScheme()) || controller.getHost() == null) {
            throw new IllegalArgumentException(
                    "--controller %s: give https://HOST:PORT".formatted(controller));
        }
        String[] poolParts = pool.split("=", 2);
        if (poolParts.length != 2 || poolParts[0].isBlank() || poolParts[1].isBlank()) {
            throw new IllegalArgumentException("--pool %s: give NAME=DIR".formatted(pool));
        }
        if (!Set.of("auto", "kvm", "tcg").contains(accelerator)) {
            throw new IllegalArgumentException(
                    "--accel %s: give auto, kvm or tcg".formatted(accelerator));
        }
        return new AgentConfig(
                controller,
                data.toAbsolutePath().normalize(),
                libvirt,
                token(),
                poolParts[0],
                Path.of(poolParts[1]).toAbsolutePath().normalize(),
                accelerator,
                network(),
                underlay(),
                hostCommand.isBlank() ? List.of() : List.of(hostCommand.strip().split("\\s+")),
                keepImages(),
                storeKeys.toAbsolutePath().normalize(),
                ceph());
    }

    private @Nullable JoinToken token() throws IOException {
        if (joinToken == null || joinToken.isBlank()) {
            return null;
        }
        boolean file = joinToken.contains("/") || Files.isRegularFile(Path.of(joinToken));
        return JoinToken.parse(file ? Files.readString(Path.of(joinToken)) : joinToken);
    }

    private @Nullable String underlay() {
        if (underlay == null || underlay.isBlank()) {
            return null;
        }
        if (!underlay.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
            throw new IllegalArgumentException(
                    "--underlay %s: give an IPv4 address of this host's".formatted(underlay));
        }
        return underlay;
    }

    private DiskSource.@Nullable Login ceph() {
        String user = cephUser == null ? "" : cephUser.strip();
        String secret = cephSecret == null ? "" : cephSecret.strip();
        if (user.isEmpty() && secret.isEmpty()) {
            return null;
        }
        if (user.isEmpty() || secret.isEmpty()) {
            throw new IllegalArgumentException(
                    "--ceph-user and --ceph-secret are given together or not at all");
        }
        if (!user.matches("[A-Za-z0-9_.-]{1,64}") || user.startsWith("client.")) {
            throw new IllegalArgumentException(
                    "--ceph-user %s: give its name without \"client.\", at most 64 of a-z, A-Z, 0-9, dot, hyphen, underscore"
                            .formatted(user));
        }
        try {
            return new DiskSource.Login(user, UUID.fromString(secret));
        } catch (IllegalArgumentException e) {
            // What was given may be the key, which is for nobody's log.
            throw new IllegalArgumentException(
                    "--ceph-secret: give the UUID that virsh secret-list shows, not the key");
        }
    }

    private Duration keepImages() {
        if (keepImages < 1 || keepImages > MOST_DAYS) {
            throw new IllegalArgumentException(
                    "--keep-images %d: give 1 to %d days".formatted(keepImages, MOST_DAYS));
        }
        return Duration.ofDays(keepImages);
    }

    private HostInventory.@Nullable HostNetwork network() {
        if (bridge == null && subnet == null && gateway == null) {
            return null;
        }
        if (bridge == null || subnet == null || gateway == null) {
            throw new IllegalArgumentException(
                    "--bridge, --subnet and --gateway are given together or not at all");
        }
        return new HostInventory.HostNetwork(bridge, subnet, gateway);
    }
}
