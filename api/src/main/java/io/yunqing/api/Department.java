package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** A node in the tree of agencies; owns applications and, through them, quota. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Department(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid DepartmentSpec spec,
        @Nullable DepartmentStatus status)
        implements Resource<DepartmentSpec, DepartmentStatus> {}
