package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.yunqing.api.agent.InstanceDesired.ImageSource;

/**
 * What a host is to do about an image beside what instances need.
 *
 * @param revision grows with each wish, so that the same one again is another one
 * @param revoked whether it is to go as soon as no disk stands on it; else it is to be fetched and checked, once
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ImageDesired(ImageSource source, long revision, boolean revoked) {}
