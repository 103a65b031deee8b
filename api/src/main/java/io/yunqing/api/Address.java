package io.yunqing.api;

/**
 * An address given to an instance.
 *
 * @param ip IPv4 with prefix length, such as {@code 10.88.1.7/24}
 */
public record Address(String ip, String mac) {}
