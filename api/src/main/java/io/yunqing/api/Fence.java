package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** The record of a proof by which instances of a silent host were started on others; it outlives the host. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Fence(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid FenceSpec spec,
        @Nullable FenceStatus status)
        implements Resource<FenceSpec, FenceStatus> {}
