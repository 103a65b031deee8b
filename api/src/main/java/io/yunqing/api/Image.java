package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** What instances boot from. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Image(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid ImageSpec spec,
        @Nullable ImageStatus status)
        implements Resource<ImageSpec, ImageStatus> {}
