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
 * What a department is.
 *
 * @param displayName the name people read, such as 深圳市市场监督管理局
 * @param parent the department above it; absent for the root of a tree
 * @param code organisation code or unified social credit code (GB 32100)
 * @param limits the most that all below it may use together at any time, by resource; a resource that neither these nor {@code
 *     grants} name is not limited here
 * @param grants what they may use for a time on top of that
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DepartmentSpec(
        @Nullable @Size(max = 200) String displayName,
        @Nullable String parent,
        @Nullable @Size(max = 18) String code,
        @Nullable @Size(max = 64)
                Map<@NotNull String, @NotNull @Min(0) @Max(1_000_000_000_000L) Long> limits,
        @Nullable @Size(max = 100) List<@NotNull @Valid Grant> grants) {}
