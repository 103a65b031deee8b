package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What a department is.
 *
 * @param displayName the name people read, such as 深圳市市场监督管理局
 * @param parent the department above it; absent for the root of a tree
 * @param code organisation code or unified social credit code (GB 32100)
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DepartmentSpec(
        @Nullable @Size(max = 200) String displayName,
        @Nullable String parent,
        @Nullable @Size(max = 18) String code) {}
