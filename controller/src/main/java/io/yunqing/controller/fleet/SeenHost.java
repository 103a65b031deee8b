package io.yunqing.controller.fleet;

import io.yunqing.api.HostInventory.HostNetwork;
import io.yunqing.controller.address.Subnet;
import io.yunqing.controller.placement.Host;
import java.time.Instant;

/**
 * A host as it was last read.
 *
 * @param revision the host's as a resource
 * @param network what its instances are attached to; null when it offers none
 * @param receivedAt when its agent last reported; null before
 * @param complete whether that report came from a complete inventory
 * @param unknownDomains how many domains it saw that Yunqing did not make
 * @param orphans how many things it has that belong to nothing in the books; null when it cannot tell
 * @param pool the pool that its disks are in, as it last said; null before
 * @param measuredAt when the numbers of the pool came; null before
 */
public record SeenHost(
        Host host,
        long revision,
        boolean schedulable,
        HostNetwork network,
        Instant receivedAt,
        boolean complete,
        int unknownDomains,
        Integer orphans,
        HostPool pool,
        Instant measuredAt) {
    SeenHost heard(HostHeard report) {
        return heard(
                report.receivedAt(), report.complete(), report.unknownDomains(), report.orphans());
    }

    private SeenHost heard(Instant at, boolean whole, int unknown, Integer lost) {
        return new SeenHost(
                host, revision, schedulable, network, at, whole, unknown, lost, pool, measuredAt);
    }

    /** With what was heard since it was read, if that was known before. */
    SeenHost unlessHeardSince(SeenHost known) {
        boolean newer =
                known != null
                        && known.receivedAt != null
                        && (receivedAt == null || known.receivedAt.isAfter(receivedAt));
        return newer
                ? heard(known.receivedAt, known.complete, known.unknownDomains, known.orphans)
                : this;
    }

    /** What addresses are given out of. */
    public Subnet subnet() {
        return Subnet.of(network);
    }
}
