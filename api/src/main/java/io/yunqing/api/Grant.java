package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may be used for a time, on top of the limits that always hold. When it ends nothing is stopped; nothing new is taken.
 *
 * @param amounts by resource
 * @param from when it begins; always when absent
 * @param until when it ends, itself not part of it; never when absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Grant(
        @NotNull @NotEmpty @Size(max = 64)
                Map<@NotNull String, @NotNull @Min(0) @Max(1_000_000_000_000L) Long> amounts,
        @Nullable Instant from,
        @Nullable Instant until) {}
