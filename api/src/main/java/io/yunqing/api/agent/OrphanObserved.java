package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.Fault;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An orphan as its host sees it.
 *
 * @param name a domain's name, or a file's
 * @param state of a domain that was not put aside
 * @param sizeBytes how long its files are together; 0 for a domain, whose disks may be anywhere
 * @param modifiedAt when one of its files was last written; absent for a domain
 * @param quarantined whether it was put aside
 * @param step what the agent is doing about it now; absent when nothing
 * @param fault the last failure, until a later step succeeds
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OrphanObserved(
        @NotNull @Valid OrphanKey orphan,
        @NotNull String name,
        @Nullable DomainState state,
        long sizeBytes,
        @Nullable Instant modifiedAt,
        boolean quarantined,
        @Nullable String step,
        @Nullable Fault fault) {}
