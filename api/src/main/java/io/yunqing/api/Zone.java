package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** A failure domain with its own power and network: one of the sites of a dual-active cloud. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Zone(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid ZoneSpec spec,
        @Nullable ZoneStatus status)
        implements Resource<ZoneSpec, ZoneStatus> {}
