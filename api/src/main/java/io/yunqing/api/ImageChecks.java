package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What hosts found an image to be, and which have it.
 *
 * @param good how many hosts found it good the last time that they looked
 * @param refused how many hosts did not take it the last time that they tried
 * @param waiting how many were asked to check it and have not answered
 * @param cached how many have it
 * @param inUse how many of those have disks that stand on it; said of a revoked image only
 * @param diskBytes the size of the disk that it describes
 * @param firstGoodAt when a host first found it good; absent before
 * @param firstGoodOn which host that was
 * @param lastFault why a host last did not take it; absent when none did since one last found it good
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageChecks(
        int good,
        int refused,
        int waiting,
        int cached,
        @Nullable Integer inUse,
        @Nullable Long diskBytes,
        @Nullable Instant firstGoodAt,
        @Nullable String firstGoodOn,
        @Nullable HostFault lastFault) {

    /**
     * What a host said.
     *
     * @param refused whether it is for what the image is, and not for how it was to be got
     */
    public record HostFault(String host, Instant at, String message, boolean refused) {}
}
