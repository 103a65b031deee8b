package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an instance.
 *
 * @param observedAt when its host last reported it; absent before
 * @param placement why it stands where it stands
 * @param volumes the names of those that are to be attached to it; absent when none are
 * @param lastError the most recent failure that still matters, in the hypervisor's own words
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceStatus(
        Phase phase,
        @Nullable String host,
        @Nullable String zone,
        List<Address> addresses,
        Map<String, Long> allocated,
        @Nullable Instant observedAt,
        @Nullable PlacementExplanation placement,
        @Nullable Fault lastError,
        List<Condition> conditions,
        @Nullable List<String> volumes) {}
