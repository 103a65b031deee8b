package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/**
 * What a volume should be.
 *
 * @param sizeGiB its size in GiB; can grow, also while a guest uses it
 * @param instance the tenant's instance that it is attached to; none when absent. A new volume is made on the host of its
 *     instance and stays there
 * @param deletionProtection whether it cannot be deleted; false when absent
 * @param copyOf the tenant's volume that it is a copy of, as that one was at one moment; it begins empty when absent
 * @param restore how often its content was replaced by a copy; 0 when absent. One more replaces it by a copy of {@code copyOf},
 *     which may then be another
 * @param snapshot whether it is only kept: it is never attached, restored or made larger; false when absent
 * @param fromBackup the tenant's backup that it is made from, on the host of its instance; it begins empty or as a copy when absent
 * @param tier what is promised of it. A new one that names none is of the tier that the volume is of which it is a copy, or of none
 *     and without limits; one that exists stays of its tier when this is absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VolumeSpec(
        @NotNull @Min(1) @Max(VolumeSpec.LARGEST) Integer sizeGiB,
        @Nullable String instance,
        @Nullable Boolean deletionProtection,
        @Nullable String copyOf,
        @Nullable @Min(0) @Max(VolumeSpec.MOST_RESTORES) Integer restore,
        @Nullable Boolean snapshot,
        @Nullable String fromBackup,
        @Nullable String tier) {

    /** The largest volume, in GiB. */
    public static final int LARGEST = 65_536;

    /** How often it can be restored. */
    public static final int MOST_RESTORES = 1_000_000;

    /** How often its content was replaced. */
    public int restoreOrNone() {
        return restore == null ? 0 : restore;
    }
}
