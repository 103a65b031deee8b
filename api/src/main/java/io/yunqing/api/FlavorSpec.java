package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The size.
 *
 * @param vcpus virtual processors
 * @param memoryMiB guest memory in MiB
 * @param rootDiskGiB size of the root disk in GiB; must hold the image
 * @param traits what its hosts must be able to do
 * @param singleNuma whether it must fit into one NUMA node of its host
 * @param tier of what its root disk is a volume, in the pool of that tier, which all hosts of the pool see: the instance can then be
 *     started on another host with what is on it. In its host's own pool when absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FlavorSpec(
        @Nullable @Size(max = 200) String displayName,
        @NotNull @Min(1) @Max(512) Integer vcpus,
        @NotNull @Min(32) @Max(16_777_216) Integer memoryMiB,
        @NotNull @Min(1) @Max(65_536) Integer rootDiskGiB,
        @Nullable @Size(max = 64)
                Set<
                                @NotNull @Size(max = 63)
                                @Pattern(
                                        regexp = Metadata.LABEL_KEY,
                                        message = Metadata.LABEL_KEY_RULE)
                                String>
                        traits,
        @Nullable Boolean singleNuma,
        @Nullable String tier) {

    /** The GiB that the root disk takes of its host's own pool. */
    public int localDiskGiB() {
        return tier == null ? rootDiskGiB : 0;
    }
}
