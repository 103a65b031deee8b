package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** Instances of a tenant that are placed with regard to each other. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlacementGroup(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid PlacementGroupSpec spec,
        @Nullable PlacementGroupStatus status)
        implements Resource<PlacementGroupSpec, PlacementGroupStatus> {}
