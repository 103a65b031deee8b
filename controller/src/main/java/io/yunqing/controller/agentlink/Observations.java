package io.yunqing.controller.agentlink;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.HostInventory;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.controller.compute.InstanceReports;
import io.yunqing.controller.fleet.AgentPolicy;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HostObservationRow;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.network.Subnet;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.jboss.logging.Logger;

/** Takes in a host's report. */
@ApplicationScoped
class Observations {
    private static final Logger LOG = Logger.getLogger(Observations.class);

    private final Session em;
    private final Fleet fleet;
    private final AgentPolicy policy;
    private final InstanceReports instances;
    private final Changes changes;
    private final InstantSource clock;

    Observations(
            Session em,
            Fleet fleet,
            AgentPolicy policy,
            InstanceReports instances,
            Changes changes,
            InstantSource clock) {
        this.em = em;
        this.fleet = fleet;
        this.policy = policy;
        this.instances = instances;
        this.changes = changes;
        this.clock = clock;
    }

    /**
     * Stores the report unless a later one of the same agent start came first.
     *
     * @throws ProblemException if another live agent speaks for this host
     */
    void accept(HostRow host, HostObserved told) {
        HostObserved report = storable(told);
        HostObservationRow row = em.find(HostObservationRow.class, host.id);
        em.refresh(row, LockModeType.PESSIMISTIC_WRITE);
        em.refresh(host);
        Instant now = clock.instant();
        boolean sameStart = report.agentStart().equals(row.agentStart);
        if (sameStart && row.sequence != null && report.sequence() <= row.sequence) {
            return;
        }
        if (report.agentStart().equals(row.supersededStart)) {
            throw duplicate(
                    host,
                    row,
                    "stop one of them; a host that was cloned must enrol as a host of its own");
        }
        if (!sameStart) {
            refuseSecondAgent(host, row, report, now);
            row.supersededStart = row.agentStart;
        }
        HostObservationRow before = copyOfSight(row);
        row.agentStart = report.agentStart();
        row.bootId = report.bootId();
        row.sequence = report.sequence();
        row.receivedAt = now;
        row.complete = report.complete();
        row.unobservedReason = report.unobservedReason();
        row.appliedRevision = report.appliedRevision();
        row.unknownDomains = report.unknownDomains();
        row.lanes = report.lanes();
        em.flush();
        if (before.receivedAt == null) {
            changes.announce(
                    host.changed(Kind.HOST, "reporting", "its agent reported for the first time"));
        }
        instances.accept(before, row, report.instances());
        // Last, because the ledger's limits are locked before its providers.
        learn(host, row, report);
    }

    private void learn(HostRow host, HostObservationRow row, HostObserved report) {
        if (report.inventory() == null) {
            return;
        }
        HostInventory found = report.inventory();
        if (found.network() != null && !Subnet.usable(found.network())) {
            LOG.warnf(
                    "Host %s offers a network that cannot be used: %s", host.name, found.network());
            found = found.withoutNetwork();
        }
        if (fleet.learn(host, row, found)) {
            changes.announce(host.changed(Kind.HOST, "inventory", words(found)));
        }
    }

    /** Whatever a guest, an image server or libvirt said, PostgreSQL keeps no U+0000. */
    private static HostObserved storable(HostObserved report) {
        try {
            String text = StoredJson.MAPPER.writeValueAsString(report);
            String nul = "\\u0000";
            return text.contains(nul)
                    ? StoredJson.MAPPER.readValue(text.replace(nul, "\\ufffd"), HostObserved.class)
                    : report;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
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
    private void refuseSecondAgent(
            HostRow host, HostObservationRow row, HostObserved report, Instant now) {
        boolean first = row.agentStart == null;
        boolean restarted = report.bootId().equals(row.bootId);
        if (first || restarted) {
            return;
        }
        Instant silentAt = row.receivedAt.plus(policy.onTime());
        if (now.isBefore(silentAt)) {
            throw duplicate(
                    host,
                    row,
                    "if this host was cloned, stop this agent and enrol it as a host of its own; a rebooted host is"
                            + " let in after "
                            + silentAt);
        }
    }

    private static ProblemException duplicate(HostRow host, HostObservationRow row, String remedy) {
        return ProblemException.of(
                ProblemCode.AGENT_DUPLICATE_IDENTITY,
                "another agent has reported for host " + host.name + " at " + row.receivedAt,
                remedy);
    }

    /** How the host was seen before this report, for comparing phases. */
    private static HostObservationRow copyOfSight(HostObservationRow row) {
        HostObservationRow copy = new HostObservationRow();
        copy.hostId = row.hostId;
        copy.receivedAt = row.receivedAt;
        copy.complete = row.complete;
        return copy;
    }
}
