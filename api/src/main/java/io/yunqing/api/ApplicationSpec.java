package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What an application is.
 *
 * @param department its owner
 * @param displayName the name people read, such as 商事登记
 * @param category free, such as {@code licensing}
 * @param securityGrade the MLPS (等保, GB/T 22240) level, 1 to 3; higher ones may not be on this cloud
 * @param networkZone where its users come from
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ApplicationSpec(
        @NotNull String department,
        @Nullable @Size(max = 200) String displayName,
        @Nullable @Size(max = 63) String category,
        @NotNull @Min(1) @Max(3) Integer securityGrade,
        @NotNull NetworkZone networkZone) {}
