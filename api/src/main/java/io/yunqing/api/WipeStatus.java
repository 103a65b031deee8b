package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the overwriting of a volume.
 *
 * @param host which the volume was on, as that was called
 * @param sizeGiB how large the volume was to its guest, in GiB
 * @param startedAt when its host began, by the host's clock
 * @param bytes how much was overwritten, in bytes
 * @param totalBytes how much room its file took up, in bytes
 * @param finishedAt when all of it was on the disk and the sample was read back, by the host's clock
 * @param sampledBytes how much was read back, in bytes
 * @param sampleSha256 of what was read back
 * @param sampleDirect whether it was read from the disk, past the host's page cache
 * @param removedAt when its host said that nothing of the volume is left
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WipeStatus(
        WipePhase phase,
        String host,
        int sizeGiB,
        @Nullable Instant startedAt,
        @Nullable Long bytes,
        @Nullable Long totalBytes,
        @Nullable Instant finishedAt,
        @Nullable Long sampledBytes,
        @Nullable String sampleSha256,
        @Nullable Boolean sampleDirect,
        @Nullable Instant removedAt) {}
