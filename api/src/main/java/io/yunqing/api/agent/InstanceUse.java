package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one instance has used since its guest was started.
 *
 * @param cpuNanos time of the host's processors, in nanoseconds
 * @param memoryUsedMiB what its guest says that it uses; absent from one that does not say
 * @param memoryResidentMiB what it takes of the host's memory
 * @param disks in the order of its definition, the seed among them
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceUse(
        @NotNull UUID id,
        long cpuNanos,
        @Nullable Long memoryUsedMiB,
        @Nullable Long memoryResidentMiB,
        @NotNull List<@NotNull @Valid Disk> disks,
        @NotNull List<@NotNull @Valid Nic> nics) {

    /**
     * A disk of it.
     *
     * @param target its place, such as {@code vda}
     * @param volume which volume it is; absent when it is none
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Disk(
            @NotNull String target,
            @Nullable UUID volume,
            long reads,
            long readBytes,
            long writes,
            long writtenBytes) {}

    /** A network interface of it, as its guest sees it. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Nic(long receivedPackets, long receivedBytes, long sentPackets, long sentBytes) {}
}
