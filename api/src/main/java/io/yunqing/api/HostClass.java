package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** Hosts that promise their capacity by the same terms. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostClass(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid HostClassSpec spec,
        @Nullable HostClassStatus status)
        implements Resource<HostClassSpec, HostClassStatus> {}
