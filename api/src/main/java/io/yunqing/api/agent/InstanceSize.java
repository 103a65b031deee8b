package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import jakarta.validation.constraints.Min;

/**
 * How large a guest is.
 *
 * @param memoryMiB in MiB
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record InstanceSize(@Min(0) int vcpus, @Min(0) long memoryMiB) {}
