package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What would become of requests that nobody makes: placed one after the other, nothing touched. */
public final class Simulation {
    private Simulation() {}

    /**
     * What is tried.
     *
     * @param tenant for whom; hosts kept for another tenant are then none of it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Request(
            @Nullable String tenant,
            @NotNull @NotEmpty @Size(max = 100) List<@NotNull @Valid Item> items) {}

    /**
     * So many instances of a flavor, in a zone or anywhere.
     *
     * @param group a placement group of the tenant that they would belong to; none when absent
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Item(
            @NotNull String flavor,
            @Nullable String zone,
            @Nullable String group,
            @NotNull @Min(1) @Max(10_000) Integer count) {}

    /** What became of each item, in their order. */
    public record Answer(List<Outcome> items) {}

    /**
     * What became of an item.
     *
     * @param placed how many of them found a host
     * @param hosts how many on which
     * @param refusal why the first that found none did not
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Outcome(
            String flavor,
            int count,
            int placed,
            Map<String, Integer> hosts,
            @Nullable PlacementExplanation refusal) {}
}
