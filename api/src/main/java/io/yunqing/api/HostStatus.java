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
 * @param hostClass by whose terms it promises what it has
 * @param capacity by resource, what there is, what may be promised and what is
 * @param unknownDomains domains on it that Yunqing did not make; they are never touched
 * @param conditions what is wrong or worth knowing, in words
 * @param certificateEnds when the certificate ends by which its agent speaks; absent before one was given
 * @param pools what of its pools is promised, written and free
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostStatus(
        HostState state,
        @Nullable Instant observedAt,
        @Nullable HostInventory inventory,
        String hostClass,
        Map<String, Capacity> capacity,
        int instances,
        List<UnknownDomain> unknownDomains,
        List<Condition> conditions,
        @Nullable Instant certificateEnds,
        List<HostPoolStatus> pools) {}
