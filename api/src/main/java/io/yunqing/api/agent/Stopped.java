package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Instances that were ended because their host's lease was over.
 *
 * @param at when the last of them was seen to be gone, by the host's clock
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Stopped(@NotNull Instant at, @NotNull List<@NotNull UUID> instances) {}
