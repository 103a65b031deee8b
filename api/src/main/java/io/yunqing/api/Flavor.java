package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** A named size of an instance. Changing one does not change the instances made from it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Flavor(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid FlavorSpec spec,
        @Nullable FlavorStatus status)
        implements Resource<FlavorSpec, FlavorStatus> {}
