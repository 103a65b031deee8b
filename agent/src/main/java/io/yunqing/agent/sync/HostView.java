package io.yunqing.agent.sync;

import io.yunqing.api.HostInventory;
import io.yunqing.api.UnknownDomain;
import io.yunqing.api.agent.InstanceObserved;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the agent can say of its host at one moment.
 *
 * @param unobservedReason why {@code instances} is not complete; absent when it is
 * @param observedAt when the last complete inventory was taken
 * @param appliedRevision the host revision that everything was last compared against
 */
public record HostView(
        @Nullable String unobservedReason,
        Instant observedAt,
        long appliedRevision,
        @Nullable HostInventory inventory,
        List<InstanceObserved> instances,
        Set<UUID> withDisk,
        List<UnknownDomain> unknownDomains) {

    public boolean complete() {
        return unobservedReason == null;
    }

    /** Whether this says something that people wait for: everything but times and steps under way. */
    public boolean isNewsAfter(@Nullable HostView before) {
        return before == null
                || complete() != before.complete()
                || !unknownDomains.equals(before.unknownDomains)
                || !settled().equals(before.settled());
    }

    private List<InstanceObserved> settled() {
        return instances.stream().filter(i -> i.step() == null).toList();
    }
}
