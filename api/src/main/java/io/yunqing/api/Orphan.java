package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/**
 * Something on a host that belongs to no instance or volume of the books. It is found, not created: {@code metadata.created} is
 * when it was first reported.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Orphan(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid OrphanSpec spec,
        @Nullable OrphanStatus status)
        implements Resource<OrphanSpec, OrphanStatus> {}
