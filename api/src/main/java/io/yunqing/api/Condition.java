package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something worth knowing about a resource.
 *
 * @param type a stable word, such as {@code HostUnreachable}
 * @param message what it means here and what can be done
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(String type, String message, @Nullable Instant since) {}
