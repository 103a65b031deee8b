package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** What is promised of volumes beside their size: how much their guests may do with them. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Tier(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid TierSpec spec,
        @Nullable TierStatus status)
        implements Resource<TierSpec, TierStatus> {}
