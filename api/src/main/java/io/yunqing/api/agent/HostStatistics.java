package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import java.util.List;

/**
 * {@code PUT /agent/v1/statistics}: what the instances of a host that are on have used.
 *
 * @param takenAt when it was measured, by the host's clock
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record HostStatistics(
        @NotNull Instant takenAt, @NotNull List<@NotNull @Valid InstanceUse> instances) {}
