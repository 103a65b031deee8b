package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * By which terms the hosts of a class promise what they have.
 *
 * @param displayName the name people read
 * @param terms each holds from its moment on, until the next one begins
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostClassSpec(
        @Nullable @Size(max = 200) String displayName,
        @NotNull @NotEmpty @Size(max = 100) List<@NotNull @Valid Term> terms) {

    /**
     * What holds from one moment on.
     *
     * @param from when it begins; it always held when absent
     * @param resources by resource; of one that is not named nothing is kept back, and it is promised once
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Term(
            @Nullable Instant from,
            @NotNull @Size(max = 64) Map<@NotNull String, @NotNull @Valid Promise> resources) {}

    /**
     * How much of a resource may be promised.
     *
     * @param ratio how many times what is not kept back may be promised; 1 when absent
     * @param reserved what is kept back for the host itself, in the resource's unit; 0 when absent
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Promise(
            @Nullable @DecimalMin("0.1") @DecimalMax("64") BigDecimal ratio,
            @Nullable @Min(0) @Max(1_000_000_000_000L) Long reserved) {}
}
