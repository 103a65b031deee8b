package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.Fault;
import jakarta.validation.constraints.NotNull;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one instance is on one host.
 *
 * @param epoch the epoch found in the domain's metadata, or the desired one where there is no domain
 * @param reason libvirt's reason for the state, such as {@code shutdown} or {@code crashed}
 * @param step what the agent is doing about it now, such as {@code disk}; absent when nothing
 * @param fault the last failure, until a later step succeeds
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceObserved(
        @NotNull UUID id,
        long epoch,
        @NotNull DomainState state,
        @Nullable String reason,
        @Nullable String step,
        @Nullable Fault fault) {}
