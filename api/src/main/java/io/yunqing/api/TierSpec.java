package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.agent.IoLimits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What holds for each volume of a tier by itself. What is absent is not limited.
 *
 * @param readIops how many reads a guest may do within a second
 * @param writeIops how many writes
 * @param readMiBps how much it may read within a second, in MiB
 * @param writeMiBps how much it may write within a second, in MiB
 * @param wipe what becomes of what is on a volume when it is deleted; NONE when absent
 * @param pool in which its volumes are kept; in their hosts' own when absent. It never changes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TierSpec(
        @Nullable @Size(max = 200) String displayName,
        @Nullable @Min(1) @Max(TierSpec.MOST_IOPS) Integer readIops,
        @Nullable @Min(1) @Max(TierSpec.MOST_IOPS) Integer writeIops,
        @Nullable @Min(1) @Max(TierSpec.MOST_MIBPS) Integer readMiBps,
        @Nullable @Min(1) @Max(TierSpec.MOST_MIBPS) Integer writeMiBps,
        @Nullable WipePolicy wipe,
        @Nullable String pool) {

    /** Far above what any disk does. */
    public static final int MOST_IOPS = 1_000_000_000;

    /** The most that libvirt takes, 10¹⁵ bytes, in MiB. */
    public static final int MOST_MIBPS = 953_674_316;

    /** The same in the words of the protocol. */
    public IoLimits limits() {
        return new IoLimits(
                orNone(readIops),
                orNone(writeIops),
                orNone(readMiBps) << 20,
                orNone(writeMiBps) << 20);
    }

    private static long orNone(@Nullable Integer limit) {
        return limit == null ? 0 : limit;
    }
}
