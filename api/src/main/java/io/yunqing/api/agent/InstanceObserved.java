package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.Fault;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one instance is on one host.
 *
 * @param epoch the epoch found in the domain's metadata, or the desired one where there is no domain
 * @param boot of how many boots it is, likewise; 0 from an agent that does not know of them
 * @param reason libvirt's reason for the state, such as {@code shutdown} or {@code crashed}
 * @param step what the agent is doing about it now, such as {@code disk}; absent when nothing
 * @param fault the last failure, until a later step succeeds
 * @param size what it has while it is on, and starts with while it is off; absent where there is no domain, and from an agent that does
 *     not say it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceObserved(
        @NotNull UUID id,
        long epoch,
        int boot,
        @NotNull DomainState state,
        @Nullable String reason,
        @Nullable String step,
        @Nullable Fault fault,
        @Nullable @Valid InstanceSize size) {

    /** libvirt's reason for what a call made stand still, and nothing that went wrong. */
    public static final String PAUSED_BY_WISH = "user";

    /** Whether it stands still because somebody wished it to. */
    public boolean pausedByWish() {
        return state == DomainState.PAUSED && PAUSED_BY_WISH.equals(reason);
    }
}
