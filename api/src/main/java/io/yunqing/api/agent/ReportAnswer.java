package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * The answer to {@link HostObserved}.
 *
 * @param reportAfterMillis when to report next if nothing changes before; scaled to the fleet
 * @param leaseMillis for how long, counted from the moment the report was sent, the host counts as heard
 * @param desiredRevision the host's newest revision: a larger one than the agent has seen means that it must ask
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ReportAnswer(long reportAfterMillis, long leaseMillis, long desiredRevision) {}
