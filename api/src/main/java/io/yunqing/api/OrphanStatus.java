package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.OrphanKind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an orphan.
 *
 * @param type what sort of thing it is
 * @param place a domain's UUID, or a path below the pool's directory
 * @param title a domain's name, or a file's
 * @param domainState of a domain that was not put aside
 * @param sizeBytes how long its files are together; absent for a domain, whose disks may be anywhere
 * @param modifiedAt when one of its files was last written; absent for a domain
 * @param observedAt when its host last reported
 * @param lastError the most recent failure that still matters, in the words of whoever refused
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OrphanStatus(
        OrphanPhase phase,
        String host,
        String zone,
        OrphanKind type,
        String place,
        String title,
        @Nullable DomainState domainState,
        @Nullable Long sizeBytes,
        @Nullable Instant modifiedAt,
        @Nullable Instant observedAt,
        @Nullable Fault lastError,
        List<Condition> conditions) {}
