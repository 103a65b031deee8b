package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.Fault;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one volume is on one host.
 *
 * @param sizeGiB its size, in full GiB; 0 where it is not there
 * @param instance whose domain has it, as the hypervisor shows; absent when none has
 * @param restore of which restore its content is
 * @param step what the agent is doing about it now; absent when nothing
 * @param fault the last failure, until a later step succeeds
 * @param wipe how far its file is overwritten; absent when it is not being and was not
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VolumeObserved(
        @NotNull UUID id,
        @NotNull VolumeState state,
        long sizeGiB,
        @Nullable UUID instance,
        int restore,
        @Nullable String step,
        @Nullable Fault fault,
        @Nullable @Valid WipeObserved wipe) {}
