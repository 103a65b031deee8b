package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.Fault;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a host has made of a wish for a backup.
 *
 * @param taken what it is; there if it is {@link BackupState#PRESENT}
 * @param step what the agent is doing about it now; absent when nothing
 * @param progress how far that is, where it can be said
 * @param fault the last failure, until a later step succeeds
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupObserved(
        @NotNull UUID id,
        @NotNull BackupState state,
        @Nullable @Valid BackupTaken taken,
        @Nullable String step,
        @Nullable BackupProgress progress,
        @Nullable Fault fault) {}
