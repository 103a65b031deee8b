package io.yunqing.controller.agentlink;

import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.InstanceDesired.Nic;
import io.yunqing.api.agent.InstanceDesired.Seed;
import io.yunqing.controller.compute.InstanceRow;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HostObservationRow;
import io.yunqing.controller.network.Addresses;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/** What a host should be, in the words of the protocol. */
@ApplicationScoped
class DesiredState {
    private final Session em;
    private final Fleet fleet;
    private final Addresses addresses;

    DesiredState(Session em, Fleet fleet, Addresses addresses) {
        this.em = em;
        this.fleet = fleet;
        this.addresses = addresses;
    }

    /**
     * All that changed behind a revision; everything when it is 0, or newer than the host's own, as it is after the database was
     * restored.
     */
    HostDesired behind(UUID host, long after) {
        // The counter is read first: whatever is added in between is then sent twice, never
        // skipped.
        long revision = fleet.revision(host);
        boolean complete = after <= 0 || after > revision;
        List<InstanceRow> rows =
                InstanceRow.list(
                        """
                        from InstanceRow i join fetch i.tenant join fetch i.image join fetch i.host
                        where i.host.id = ?1 and i.hostRevision > ?2 order by i.hostRevision
                        """,
                        host,
                        complete ? 0 : after);
        Map<UUID, String> ips = addresses.of(rows.stream().map(row -> row.id).toList());
        HostObservationRow seen = em.find(HostObservationRow.class, host);
        String gateway =
                seen.inventory == null || seen.inventory.network() == null
                        ? null
                        : seen.inventory.network().gateway();
        return new HostDesired(
                revision,
                complete,
                rows.stream().map(row -> desired(row, ips.get(row.id), gateway)).toList());
    }

    private static InstanceDesired desired(InstanceRow row, String ip, String gateway) {
        return new InstanceDesired(
                row.id,
                row.tenant.name,
                row.name,
                row.hostRevision,
                row.epoch,
                row.deleted,
                row.power(),
                row.vcpus,
                row.memoryMiB,
                row.rootDiskGiB,
                new ImageSource(
                        row.image.name,
                        row.image.spec.url(),
                        row.image.spec.sha256(),
                        row.image.spec.format()),
                new Seed(
                        row.name,
                        row.spec.sshKeys() == null ? List.of() : row.spec.sshKeys(),
                        row.spec.userData()),
                ip == null || gateway == null ? null : new Nic(row.mac, ip, gateway),
                "placed on " + row.host.name);
    }
}
