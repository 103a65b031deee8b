package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** A virtual machine of a tenant. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Instance(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid InstanceSpec spec,
        @Nullable InstanceStatus status)
        implements Resource<InstanceSpec, InstanceStatus> {}
