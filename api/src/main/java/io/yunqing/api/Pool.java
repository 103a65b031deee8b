package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** Where hosts keep volumes beside the pool of their own. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Pool(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid PoolSpec spec,
        @Nullable PoolStatus status)
        implements Resource<PoolSpec, PoolStatus> {}
