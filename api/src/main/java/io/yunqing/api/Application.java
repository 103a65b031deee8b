package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** A departmental business system: what is migrated, what is accounted. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Application(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid ApplicationSpec spec,
        @Nullable ApplicationStatus status)
        implements Resource<ApplicationSpec, ApplicationStatus> {}
