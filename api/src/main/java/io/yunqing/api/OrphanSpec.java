package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;

/**
 * What is to become of an orphan.
 *
 * @param quarantined whether it is to be put aside, out of use but whole, or back to where it was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OrphanSpec(@NotNull Boolean quarantined) {}
