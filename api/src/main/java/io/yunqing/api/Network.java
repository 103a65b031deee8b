package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** A tenant's isolated layer-2 network, which reaches over all hosts that have instances in it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Network(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid NetworkSpec spec,
        @Nullable NetworkStatus status)
        implements Resource<NetworkSpec, NetworkStatus> {}
