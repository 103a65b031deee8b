package io.yunqing.agent.sync;

import io.yunqing.api.agent.InstanceDesired;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What of an instance's desired volumes its domain can have now, and whether it can be started.
 *
 * @param volumes those that it has, or that can be given to it, in the desired order
 * @param whole whether these are all that are desired, each of them there and ready for a guest, and so is its network
 * @param obstacle why that will not come by itself; absent when it may
 */
public record Reach(List<UUID> volumes, boolean whole, @Nullable String obstacle) {

    /** The instance as far as it is within reach. */
    InstanceDesired of(InstanceDesired want) {
        return want.withVolumes(volumes);
    }
}
