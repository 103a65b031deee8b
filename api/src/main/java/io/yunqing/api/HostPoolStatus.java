package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What of a host's pool is promised, written and free. Disks are sparse, so these are three different things.
 *
 * @param promisedMiB the sizes of all disks on it, by the ledger; absent of a pool from which nothing is promised
 * @param writtenMiB what these disks really take; absent when the host's agent does not measure it
 * @param otherMiB what images, backups on their way and what was put aside take; absent as {@code writtenMiB}
 * @param freeMiB what is left for all that write
 * @param sizeMiB what there is in all
 * @param measuredAt when size, free and written were last heard, by the controller's clock; absent when that was not noted
 * @param current whether they are what is known of now: the host is heard and measures
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostPoolStatus(
        String name,
        @Nullable Long promisedMiB,
        @Nullable Long writtenMiB,
        @Nullable Long otherMiB,
        long freeMiB,
        long sizeMiB,
        @Nullable Instant measuredAt,
        boolean current) {}
