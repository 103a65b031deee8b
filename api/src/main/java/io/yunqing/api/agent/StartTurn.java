package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * When an instance is started, among those of its tenant on its host.
 *
 * @param order those of a lower one are started before
 * @param delaySeconds for how long it has run before those of a higher one are started
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record StartTurn(int order, int delaySeconds) {}
