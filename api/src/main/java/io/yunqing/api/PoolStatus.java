package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a pool. Amounts are of a shared pool as the host says that measured it last, and of another one summed over the
 * hosts that see it.
 *
 * @param hosts how many hosts are told of it
 * @param seenBy how many of them see it
 * @param volumes how many volumes are in it
 * @param promisedMiB the sizes of all volumes in it, by the ledger
 * @param writtenMiB what these really take; absent before a host has measured it
 * @param freeMiB what is left; absent as {@code writtenMiB}
 * @param sizeMiB what there is in all; absent as {@code writtenMiB}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PoolStatus(
        int hosts,
        int seenBy,
        int volumes,
        long promisedMiB,
        @Nullable Long writtenMiB,
        @Nullable Long freeMiB,
        @Nullable Long sizeMiB,
        List<Condition> conditions) {}
