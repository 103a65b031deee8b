package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** Where backups are kept: storage that all hosts reach. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Repository(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid RepositorySpec spec,
        @Nullable RepositoryStatus status)
        implements Resource<RepositorySpec, RepositoryStatus> {}
