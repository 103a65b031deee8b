package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/**
 * What a backup should be.
 *
 * @param volume the tenant's volume that it is of; once it is made the volume may go
 * @param repository where it is kept
 * @param full whether it must be whole in itself; when false or absent, it holds only what has changed since the volume's latest
 *     backup in the repository, if that is known for certain
 * @param deletionProtection whether it cannot be deleted; false when absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupSpec(
        @NotNull String volume,
        @NotNull String repository,
        @Nullable Boolean full,
        @Nullable Boolean deletionProtection) {}
