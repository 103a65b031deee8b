package io.yunqing.api;

/**
 * Whom the controller takes the caller for.
 *
 * @param region the cloud that answered
 */
public record Whoami(String name, String region, String version) {}
