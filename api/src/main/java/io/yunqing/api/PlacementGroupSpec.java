package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/**
 * How the members of a group are placed.
 *
 * @param policy how they stand to each other; cannot be changed while there are members
 * @param scope what they share, or do not; cannot be changed while there are members
 * @param strict whether an instance is refused rather than placed against the policy. When absent: true, but for SPREAD,
 *     which is never strict
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlacementGroupSpec(
        @NotNull GroupPolicy policy, @NotNull GroupScope scope, @Nullable Boolean strict) {

    /** Whether the policy is a condition; else it is a wish. */
    public boolean binding() {
        return policy != GroupPolicy.SPREAD && !Boolean.FALSE.equals(strict);
    }
}
