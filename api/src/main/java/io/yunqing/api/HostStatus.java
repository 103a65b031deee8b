package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a host.
 *
 * @param observedAt when its agent last reported; absent before the first report
 * @param inventory what the agent found
 * @param capacity by resource, what may be promised (physical minus reserved, times overcommit) and what is
 * @param unknownDomains domains on it that Yunqing did not make; they are never touched
 * @param conditions what is wrong or worth knowing, in words
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostStatus(
        HostState state,
        @Nullable Instant observedAt,
        @Nullable HostInventory inventory,
        Map<String, Usage> capacity,
        int instances,
        List<UnknownDomain> unknownDomains,
        List<Condition> conditions) {}
