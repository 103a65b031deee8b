package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A request for instances that are alike, each with volumes of its own: all of it or nothing. It leaves no trace but them.
 *
 * @param metadata the name that theirs begin with, and the labels that each instance and volume gets
 * @param count how many; when absent one, with that name as it is
 * @param spec what each of them should be
 * @param volumes what is made for each of them and attached to it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceSet(
        @NotNull @Valid Metadata metadata,
        @Nullable @Min(1) @Max(InstanceSet.MOST) Integer count,
        @NotNull @Valid InstanceSpec spec,
        @Nullable @Size(max = InstanceSet.MOST_VOLUMES) List<@NotNull @Valid DataVolume> volumes) {

    /** The most instances that one request may ask for. */
    public static final int MOST = 64;

    /** The most volumes that each of them may get. */
    public static final int MOST_VOLUMES = 8;

    /**
     * A volume that comes with an instance.
     *
     * @param name what its name ends with, behind the instance's
     * @param sizeGiB its size in GiB
     */
    public record DataVolume(
            @NotNull
                    @Size(max = Metadata.LONGEST_NAME)
                    @Pattern(regexp = Metadata.NAME, message = Metadata.NAME_RULE)
                    String name,
            @NotNull @Min(1) @Max(VolumeSpec.LARGEST) Integer sizeGiB) {}

    /** The instances that are asked for: {@code NAME-1} to {@code NAME-count}, or the one of that name. */
    public List<Instance> instances() {
        return count == null
                ? List.of(instance(metadata.name()))
                : IntStream.rangeClosed(1, count)
                        .mapToObj(number -> instance(metadata.name() + "-" + number))
                        .toList();
    }

    /** The volumes that each instance comes with, of which there may be none. */
    public List<DataVolume> volumesOrNone() {
        return volumes == null ? List.of() : volumes;
    }

    private Instance instance(String name) {
        return new Instance(
                Kind.INSTANCE,
                new Metadata(name, metadata.tenant(), null, null, null, metadata.labels()),
                spec,
                null);
    }

    /** What was made of a set, in the order of the numbers. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Made(List<Instance> items, List<Volume> volumes) {}
}
