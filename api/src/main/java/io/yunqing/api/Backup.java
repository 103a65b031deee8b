package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** What was on a volume at one moment, kept in a repository; outlives the volume and its host. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Backup(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid BackupSpec spec,
        @Nullable BackupStatus status)
        implements Resource<BackupSpec, BackupStatus> {}
