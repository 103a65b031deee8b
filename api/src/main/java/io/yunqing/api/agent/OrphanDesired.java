package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * What is to become of one orphan, as an operator asked.
 *
 * @param revision the host revision at which this last changed
 * @param quarantined whether it is to be put aside, or back to where it was
 * @param deleted whether what was put aside is to be deleted for good; what was not is left alone
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record OrphanDesired(
        OrphanKey orphan, long revision, boolean quarantined, boolean deleted) {}
