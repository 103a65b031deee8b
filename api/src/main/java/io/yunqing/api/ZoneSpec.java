package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What a zone is.
 *
 * @param displayName the name people read
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ZoneSpec(@Nullable @Size(max = 200) String displayName) {}
