package io.yunqing.controller.agentlink;

import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.InstanceDesired.Nic;
import io.yunqing.api.agent.InstanceDesired.Seed;
import io.yunqing.controller.agentlink.AgentIdentity.Claim;
import io.yunqing.controller.compute.InstanceRow;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HeartbeatStore;
import io.yunqing.controller.fleet.HostObservationRow;
import io.yunqing.controller.network.Addresses;
import io.yunqing.controller.platform.Signals;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/** What a host should be, in the words of the protocol. */
@ApplicationScoped
class DesiredState {
    private final Session em;
    private final HeartbeatStore heartbeats;
    private final Fleet fleet;
    private final Addresses addresses;
    private final Transactions transactions;
    private final Signals signals;
    private final InstantSource clock;

    DesiredState(
            Session em,
            HeartbeatStore heartbeats,
            Fleet fleet,
            Addresses addresses,
            Transactions transactions,
            Signals signals,
            InstantSource clock) {
        this.em = em;
        this.heartbeats = heartbeats;
        this.fleet = fleet;
        this.addresses = addresses;
        this.transactions = transactions;
        this.signals = signals;
        this.clock = clock;
    }

    /** What {@link #behind(UUID, long)} says once there is something, or that there is nothing when patience ends. */
    HostDesired behind(AgentIdentity agent, long after, Duration patience)
            throws InterruptedException {
        UUID host = agent.claim().host();
        String topic = Fleet.topic(host);
        Instant end = clock.instant().plus(patience);
        while (true) {
            long seen = signals.count(topic);
            if (after <= 0 || revision(agent) != after) {
                return transactions.read(() -> behind(host, after));
            }
            signals.await(topic, seen, Duration.between(clock.instant(), end));
            boolean called = signals.count(topic) != seen;
            if (!called || !clock.instant().isBefore(end) || signals.ended()) {
                // Had a call been lost, the next poll begins with a look.
                return new HostDesired(after, false, List.of());
            }
        }
    }

    private long revision(AgentIdentity agent) {
        Claim claim = agent.claim();
        return heartbeats
                .desiredRevision(claim.host(), claim.keySha256())
                .orElseGet(() -> transactions.read(() -> fleet.revision(agent.host().id)));
    }

    /**
     * All that changed behind a revision; everything when it is 0, or newer than the host's own, as it is after the database was
     * restored.
     */
    private HostDesired behind(UUID host, long after) {
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
