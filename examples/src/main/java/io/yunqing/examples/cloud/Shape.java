package io.yunqing.examples.cloud;

import java.time.Duration;

/**
 * What a cloud is to be like.
 *
 * @param hosts how many, each with an agent
 * @param diskMib how large the file systems are that each host has for its pool and for the volumes in it, so that they can be
 *     filled and hung; 0 for none of their own
 * @param links whether each agent reaches the controller through a {@link Link}
 * @param lease how long a host may be silent; the controller takes eight seconds for less
 */
public record Shape(int hosts, int diskMib, boolean links, Duration lease) {

    /** Hosts whose storage and links are the machine's, and the lease of a real cloud. */
    public static Shape of(int hosts) {
        return new Shape(hosts, 0, false, Duration.ofSeconds(30));
    }

    public Shape withDisks(int mib) {
        return new Shape(hosts, mib, links, lease);
    }

    public Shape withLinks() {
        return new Shape(hosts, diskMib, true, lease);
    }

    public Shape withLease(Duration time) {
        return new Shape(hosts, diskMib, links, time);
    }
}
