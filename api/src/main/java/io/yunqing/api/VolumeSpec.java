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
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VolumeSpec(
        @NotNull @Min(1) @Max(VolumeSpec.LARGEST) Integer sizeGiB,
        @Nullable String instance,
        @Nullable Boolean deletionProtection) {

    /** The largest volume, in GiB. */
    public static final int LARGEST = 65_536;
}
