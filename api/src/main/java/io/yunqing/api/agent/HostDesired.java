package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * The answer to {@code GET /agent/v1/desired?after=REV&wait=SECONDS}: what changed behind REV, or everything when REV
 * is 0.
 *
 * @param revision what to ask behind next time
 * @param complete whether {@code instances} is all there is for this host. An instance on the host that a complete list
 *     does not name is reported and left alone: only a tombstone ({@link InstanceDesired#deleted}) removes
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record HostDesired(long revision, boolean complete, List<InstanceDesired> instances) {}
