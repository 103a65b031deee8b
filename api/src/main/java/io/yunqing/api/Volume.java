package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** A disk of a tenant's that outlives the instance it is attached to. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Volume(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid VolumeSpec spec,
        @Nullable VolumeStatus status)
        implements Resource<VolumeSpec, VolumeStatus> {}
