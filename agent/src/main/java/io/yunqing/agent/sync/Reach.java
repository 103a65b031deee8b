package io.yunqing.agent.sync;

import io.yunqing.api.agent.InstanceDesired;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What of an instance's desired volumes its domain can have now.
 *
 * @param volumes those that it has, or that can be given to it, in the desired order
 * @param whole whether these are all that are desired, each of them there and ready for a guest
 * @param unseen why storage cannot be seen; absent when it can, or was not yet looked at
 */
public record Reach(List<UUID> volumes, boolean whole, @Nullable String unseen) {

    /** The instance as far as it is within reach. */
    InstanceDesired of(InstanceDesired want) {
        return new InstanceDesired(
                want.id(),
                want.tenant(),
                want.name(),
                want.revision(),
                want.epoch(),
                want.deleted(),
                want.power(),
                want.paused(),
                want.boot(),
                want.forcedBoot(),
                want.rebuild(),
                want.vcpus(),
                want.memoryMiB(),
                want.rootDiskGiB(),
                want.image(),
                want.seed(),
                want.nic(),
                want.reason(),
                volumes);
    }
}
