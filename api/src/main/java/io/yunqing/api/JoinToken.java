package io.yunqing.api;

import java.time.Instant;

/**
 * Lets one agent enrol as one host, once.
 *
 * @param token to be given to the agent; it contains the fingerprint by which the agent knows this controller
 */
public record JoinToken(String host, String token, Instant expires) {}
