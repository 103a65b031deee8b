package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.WipePolicy;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far the overwriting of a volume's file is, and what proves it.
 *
 * @param startedAt when it was begun, by the host's clock
 * @param bytes how much was overwritten, in bytes
 * @param totalBytes how much room the file takes up, in bytes
 * @param finishedAt when all of it was on the disk and the sample was read back; absent before
 * @param sampledBytes how much was read back, in bytes
 * @param sampleSha256 of what was read back, all of which was as it should be; absent before
 * @param sampleDirect whether it was read from the disk, past the host's page cache
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WipeObserved(
        @NotNull WipePolicy method,
        @NotNull Instant startedAt,
        long bytes,
        long totalBytes,
        @Nullable Instant finishedAt,
        long sampledBytes,
        @Nullable @Pattern(regexp = "[0-9a-f]{64}") String sampleSha256,
        boolean sampleDirect) {

    /** Whether nothing is left to be overwritten. */
    public boolean finished() {
        return finishedAt != null;
    }
}
