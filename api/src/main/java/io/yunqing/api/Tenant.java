package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** An application's isolated share of compute and storage. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Tenant(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid TenantSpec spec,
        @Nullable TenantStatus status)
        implements Resource<TenantSpec, TenantStatus> {}
