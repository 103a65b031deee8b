package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A request for instances that are alike, all of them or none. It leaves no trace but them.
 *
 * @param metadata the name that theirs begin with, and the labels that each of them gets
 * @param count how many
 * @param spec what each of them should be
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceSet(
        @NotNull @Valid Metadata metadata,
        @NotNull @Min(1) @Max(InstanceSet.MOST) Integer count,
        @NotNull @Valid InstanceSpec spec) {

    /** The most instances that one request may ask for. */
    public static final int MOST = 64;

    /** The instances that are asked for: {@code NAME-1} to {@code NAME-count}. */
    public List<Instance> instances() {
        return IntStream.rangeClosed(1, count).mapToObj(this::instance).toList();
    }

    private Instance instance(int number) {
        return new Instance(
                Kind.INSTANCE,
                new Metadata(
                        metadata.name() + "-" + number,
                        metadata.tenant(),
                        null,
                        null,
                        null,
                        metadata.labels()),
                spec,
                null);
    }

    /** What was made of a set, in the order of the numbers. */
    public record Made(List<Instance> items) {}
}
