package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** The record of a volume that was to be overwritten when it was deleted; it outlives the volume, its tenant and its host. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Wipe(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid WipeSpec spec,
        @Nullable WipeStatus status)
        implements Resource<WipeSpec, WipeStatus> {}
