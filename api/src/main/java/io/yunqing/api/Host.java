package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** A hypervisor server, with one agent. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Host(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid HostSpec spec,
        @Nullable HostStatus status)
        implements Resource<HostSpec, HostStatus> {}
