package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a backup in its repository is.
 *
 * @param base which it builds on; it is full when absent
 * @param fullReason why it is full though it might have built on another; absent when it does, or when full was asked for
 * @param bytes how long its file is
 * @param sha256 of its file
 * @param sizeBytes how large the volume was
 * @param takenAt the moment that it is of, by the host's clock
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupTaken(
        @Nullable UUID base,
        @Nullable String fullReason,
        @Positive long bytes,
        @NotNull @Pattern(regexp = "[0-9a-f]{64}") String sha256,
        @Positive long sizeBytes,
        @NotNull Instant takenAt) {}
