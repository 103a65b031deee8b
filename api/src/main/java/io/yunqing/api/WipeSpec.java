package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;

/**
 * What was to be overwritten.
 *
 * @param tenant whose volume it was, as that was called
 * @param volume how the volume was called
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WipeSpec(
        @NotNull String tenant, @NotNull String volume, @NotNull WipePolicy method) {}
