package io.yunqing.agent.hypervisor;

import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A domain as the hypervisor shows it.
 *
 * @param ours whether it carries our metadata with this id; everything else about it may be chance
 * @param epoch from our metadata; 0 if it is not ours
 * @param vcpus what it has while it is on, and what it starts with while it is off
 * @param memoryMiB likewise, in MiB
 * @param volumes which volumes are among its disks: those it has while it is on, and those it starts with while it is off
 * @param reason the hypervisor's reason for the state, such as {@code crashed}
 */
public record ObservedDomain(
        UUID id,
        String name,
        boolean ours,
        long epoch,
        int vcpus,
        long memoryMiB,
        Set<UUID> volumes,
        DomainState state,
        @Nullable String reason) {

    /** Whether it is as large as is desired. */
    public boolean fits(InstanceDesired want) {
        return vcpus == want.vcpus() && memoryMiB == want.memoryMiB();
    }
}
