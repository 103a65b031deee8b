package io.yunqing.agent.hypervisor;

import io.yunqing.api.agent.DomainState;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A domain as the hypervisor shows it.
 *
 * @param ours whether it carries our metadata with this id; everything else about it may be chance
 * @param epoch from our metadata; 0 if it is not ours
 * @param reason the hypervisor's reason for the state, such as {@code crashed}
 */
public record ObservedDomain(
        UUID id,
        String name,
        boolean ours,
        long epoch,
        DomainState state,
        @Nullable String reason) {}
