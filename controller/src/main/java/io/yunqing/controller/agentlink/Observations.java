package io.yunqing.controller.agentlink;

import io.yunqing.api.HostInventory;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.controller.address.Subnet;
import io.yunqing.controller.backup.BackupReports;
import io.yunqing.controller.compute.InstanceReports;
import io.yunqing.controller.fence.Fences;
import io.yunqing.controller.fleet.AgentPolicy;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HeartbeatStore;
import io.yunqing.controller.fleet.HeartbeatStore.Stored;
import io.yunqing.controller.fleet.HostObservationRow;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.network.NetworkHosts;
import io.yunqing.controller.orphan.OrphanReports;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.pool.PoolReports;
import io.yunqing.controller.volume.VolumeReports;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.jboss.logging.Logger;

/** Takes in a host's report that says something new. */
@ApplicationScoped
class Observations {
    private static final Logger LOG = Logger.getLogger(Observations.class);

    private final Session em;
    private final HeartbeatStore heartbeats;
    private final Fleet fleet;
    private final Fences fences;
    private final AgentPolicy policy;
    private final InstanceReports instances;
    private final VolumeReports volumes;
    private final BackupReports backups;
    private final OrphanReports orphans;
    private final PoolReports pools;
    private final NetworkHosts networks;
    private final Ledger ledger;
    private final Changes changes;

    Observations(
            Session em,
            HeartbeatStore heartbeats,
            Fleet fleet,
            Fences fences,
            AgentPolicy policy,
            InstanceReports instances,
            VolumeReports volumes,
            BackupReports backups,
            OrphanReports orphans,
            PoolReports pools,
            NetworkHosts networks,
            Ledger ledger,
            Changes changes) {
        this.em = em;
        this.heartbeats = heartbeats;
        this.fleet = fleet;
        this.fences = fences;
        this.policy = policy;
        this.instances = instances;
        this.volumes = volumes;
        this.backups = backups;
        this.orphans = orphans;
        this.pools = pools;
        this.networks = networks;
        this.ledger = ledger;
        this.changes = changes;
    }

    /**
     * Stores the report of a locked host unless a later one of the same agent start came first.
     *
     * @param lease that the answer gives
     * @return whether it was stored
     * @throws ProblemException if another live agent speaks for this host
     */
    boolean accept(Stored was, Told told, Instant now, Duration lease) {
        HostObserved report = told.report();
        boolean sameStart = report.agentStart().equals(was.agentStart());
        if (sameStart && was.sequence() != null && report.sequence() <= was.sequence()) {
            return false;
        }
        if (report.agentStart().equals(was.supersededStart())) {
            throw duplicate(
                    was,
                    "stop one of them; a host that was cloned must enrol as a host of its own");
        }
        if (!sameStart) {
            refuseSecondAgent(was, report, now);
        }
        heartbeats.save(
                was,
                report,
                told.digest(),
                now,
                lease,
                sameStart ? was.supersededStart() : was.agentStart());
        if (was.receivedAt() == null) {
            changes.announce(changed(was, "reporting", "its agent reported for the first time"));
        }
        InstanceReports.Gone instancesGone =
                instances.accept(was, policy.sees(was.complete(), was.receivedAt(), now), report);
        VolumeReports.News news = volumes.accept(was.host(), was.name(), report);
        backups.accept(was.host(), was.name(), report);
        List<UUID> gone = new ArrayList<>(instancesGone.instances());
        gone.addAll(news.gone());
        // In the order of all locks: instances, volumes, backups, networks, pools, limits,
        // providers, orphans, what hosts should be.
        networks.lock(instancesGone.networks());
        PoolReports.News reach = pools.accept(was.host(), report, now);
        if (!gone.isEmpty()) {
            ledger.release(gone);
        }
        pools.promise(reach);
        boolean moved = learn(was, report);
        orphans.accept(was, report, now);
        networks.tellHosts(was.host(), instancesGone.networks(), moved);
        volumes.tellHost(news);
        if (was.fence() != null) {
            fences.returned(was, report, now);
            // It waits for what it should be now, and has nothing of which it might be told.
            fleet.nextRevision(was.host());
        }
        return true;
    }

    /** Takes note of what the host has; returns whether others reach its end of networks elsewhere now. */
    private boolean learn(Stored was, HostObserved report) {
        if (report.inventory() == null) {
            return false;
        }
        HostInventory found = report.inventory();
        if (found.network() != null && !Subnet.usable(found.network())) {
            LOG.warnf(
                    "Host %s offers a network that cannot be used: %s",
                    was.name(), found.network());
            found = found.withoutNetwork();
        }
        if (found.underlay() != null && !Subnet.isAddress(found.underlay())) {
            LOG.warnf(
                    "Host %s names an underlay address that is none: %s",
                    was.name(), found.underlay());
            found = found.withoutUnderlay();
        }
        HostRow host = em.find(HostRow.class, was.host());
        HostObservationRow row = em.find(HostObservationRow.class, was.host());
        String before = row.inventory == null ? null : row.inventory.underlay();
        if (fleet.learn(host, row, found)) {
            changes.announce(changed(was, "inventory", words(found)));
        }
        return !Objects.equals(before, found.underlay());
    }

    private static Change changed(Stored host, String type, String message) {
        return new Change(
                Kind.HOST, null, host.name(), host.host(), type, message, host.revision());
    }

    private static String words(HostInventory found) {
        String pools =
                found.pools().stream()
                        .map(pool -> "pool %s of %d GiB".formatted(pool.name(), pool.capacityGiB()))
                        .collect(Collectors.joining(", "));
        return "its agent found %d CPUs, %d MiB, %s, %s, %s"
                .formatted(
                        found.cpus(),
                        found.memoryMiB(),
                        pools,
                        found.accelerator(),
                        found.hypervisor());
    }

    /**
     * A new start under the same boot is the old agent restarted: its lock lets only one live. Under another boot it may be a
     * rebooted host, or a copy of the identity while the first agent lives; only the first one's silence tells.
     */
    private void refuseSecondAgent(Stored was, HostObserved report, Instant now) {
        boolean first = was.agentStart() == null;
        boolean restarted = report.bootId().equals(was.bootId());
        if (first || restarted) {
            return;
        }
        Instant silentAt = was.receivedAt().plus(policy.onTime());
        if (now.isBefore(silentAt)) {
            throw duplicate(
                    was,
                    "if this host was cloned, stop this agent and enrol it as a host of its own; a rebooted host is"
                            + " let in after "
                            + silentAt);
        }
    }

    private static ProblemException duplicate(Stored was, String remedy) {
        return ProblemException.of(
                ProblemCode.AGENT_DUPLICATE_IDENTITY,
                "another agent has reported for host " + was.name() + " at " + was.receivedAt(),
                remedy);
    }
}
