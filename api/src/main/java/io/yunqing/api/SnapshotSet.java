package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for snapshots of volumes that an instance has, all as they are at one instant: all of it or nothing. It leaves no trace
 * but them.
 *
 * @param metadata the name that theirs begin with, in front of the volumes', and the labels that each gets
 * @param volumes of which of the instance's volumes; all when absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SnapshotSet(
        @NotNull @Valid Metadata metadata,
        @Nullable @Size(min = 1, max = SnapshotSet.MOST) List<@NotNull String> volumes) {

    /** The most volumes that one request may name. */
    public static final int MOST = 16;

    /** What was made of it, in the order of the volumes' names. */
    public record Made(List<Volume> items) {}

    /** The snapshot of one of the volumes. */
    public Volume of(String volume, int sizeGiB) {
        return new Volume(
                Kind.VOLUME,
                new Metadata(
                        metadata.name() + "-" + volume,
                        metadata.tenant(),
                        null,
                        null,
                        null,
                        metadata.labels()),
                new VolumeSpec(sizeGiB, null, null, volume, null, true, null, null),
                null);
    }
}
