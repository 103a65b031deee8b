package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What is known of a tier.
 *
 * @param volumes how many are of it
 * @param allocatedGiB how much these have together, in GiB
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TierStatus(int volumes, long allocatedGiB) {}
