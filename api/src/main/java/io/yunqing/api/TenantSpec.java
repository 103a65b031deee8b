package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant may use.
 *
 * @param limits the most it may use at any time, by resource: {@code vcpus}, {@code memoryMiB}, {@code storageGiB}; a
 *     resource that is not named may not be used at all
 * @param grants what it may use for a time on top of that
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TenantSpec(
        @NotNull String application,
        @NotNull Environment environment,
        @NotNull @Size(max = 64)
                Map<@NotNull String, @NotNull @Min(0) @Max(1_000_000_000_000L) Long> limits,
        @Nullable @Size(max = 100) List<@NotNull @Valid Grant> grants) {}
