package io.yunqing.agent.hypervisor;

import io.yunqing.api.HostInventory.PoolUse;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A pool beside the host's own, as it was found.
 *
 * @param volumes those that were looked for and are there
 * @param mark by which hosts that see the same know it; absent of kinds of pools that have none
 * @param use how full it is; absent when it cannot be measured
 * @param unmeasured why it cannot be; absent when it can
 */
public record ObservedPool(
        List<ObservedVolume> volumes,
        @Nullable UUID mark,
        @Nullable PoolUse use,
        @Nullable String unmeasured) {}
