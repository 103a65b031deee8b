package io.yunqing.agent;

import io.yunqing.agent.link.JoinToken;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.api.HostInventory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent is started with.
 *
 * @param data where the agent keeps its identity and what it last heard
 * @param libvirt libvirt's connection URI
 * @param joinToken only needed until the agent is enrolled
 * @param poolName the libvirt storage pool for instances
 * @param poolFolder its directory
 * @param accelerator {@code auto}, {@code kvm} or {@code tcg}
 * @param network what instances are attached to that are in no tenant's network; none when absent
 * @param underlay by which other hosts reach this one for tenants' networks; it takes no part in them when absent
 * @param hostCommand what commands are run with so that they run in the host's network; nothing when the agent does
 * @param keepImages for how long an image is kept that nothing was made from
 * @param storeKeys the file of access keys to the stores that repositories are in; need not be there
 * @param ceph as whom the host comes to Ceph clusters; absent where those ask nobody who they are
 */
public record AgentConfig(
        URI controller,
        Path data,
        String libvirt,
        @Nullable JoinToken joinToken,
        String poolName,
        Path poolFolder,
        String accelerator,
        HostInventory.@Nullable HostNetwork network,
        @Nullable String underlay,
        List<String> hostCommand,
        Duration keepImages,
        Path storeKeys,
        DiskSource.@Nullable Login ceph) {}
