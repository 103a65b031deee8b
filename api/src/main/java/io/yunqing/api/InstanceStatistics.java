package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an instance uses, as its host measured it last. Totals count from the start of its guest; rates are of the time
 * between the last two measurements, and absent when only one was made since that start.
 *
 * @param measuredAt when the last measurement came in, by the controller's clock
 * @param overSeconds the time that rates are of; absent when there are none
 * @param cpuSeconds time of the host's processors
 * @param cpus how many of the host's processors it kept busy, in the mean
 * @param memoryUsedMiB what its guest says that it uses; absent from one that does not say
 * @param memoryResidentMiB what it takes of its host's memory
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceStatistics(
        Instant measuredAt,
        @Nullable Double overSeconds,
        double cpuSeconds,
        @Nullable Double cpus,
        @Nullable Long memoryUsedMiB,
        @Nullable Long memoryResidentMiB,
        List<Disk> disks,
        List<Nic> nics) {

    /**
     * A disk of it.
     *
     * @param target its place, such as {@code vda}
     * @param volume the name of the volume that it is; absent when it is none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Disk(
            String target,
            @Nullable String volume,
            long reads,
            long readBytes,
            @Nullable Double readBytesPerSecond,
            long writes,
            long writtenBytes,
            @Nullable Double writtenBytesPerSecond) {}

    /** A network interface of it, as its guest sees it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Nic(
            long receivedPackets,
            long receivedBytes,
            @Nullable Double receivedBytesPerSecond,
            long sentPackets,
            long sentBytes,
            @Nullable Double sentBytesPerSecond) {}
}
