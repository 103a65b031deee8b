package io.yunqing.controller.compute;

import io.yunqing.api.Kind;
import io.yunqing.api.Phase;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.fleet.HostObservationRow;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Changes;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.Session;

/** Takes in what hosts say of their instances. */
@ApplicationScoped
public class InstanceReports {
    private final Session em;
    private final Instances instances;
    private final Ledger ledger;
    private final Changes changes;

    InstanceReports(Session em, Instances instances, Ledger ledger, Changes changes) {
        this.em = em;
        this.instances = instances;
        this.ledger = ledger;
        this.changes = changes;
    }

    /**
     * Stores what is new and tells everybody what it means. The caller holds the lock on the host's observation.
     *
     * @param before the host as it was seen until now
     * @param now the host as it is seen with this report
     */
    public void accept(
            HostObservationRow before, HostObservationRow now, List<InstanceObserved> reported) {
        Map<UUID, InstanceObserved> byId =
                reported.stream()
                        .collect(
                                Collectors.toMap(
                                        InstanceObserved::id, o -> o, (_, later) -> later));
        List<InstanceRow> rows =
                InstanceRow.list(
                        "from InstanceRow i join fetch i.tenant join fetch i.host where i.host.id = ?1",
                        now.hostId);
        Map<UUID, InstanceObservationRow> known =
                Instances.observations(rows.stream().map(row -> row.id).toList());
        List<InstanceRow> gone = new ArrayList<>();
        for (InstanceRow row : rows) {
            InstanceObservationRow stored = known.get(row.id);
            InstanceObserved old = stored == null ? null : stored.view();
            InstanceObserved fresh = fresh(row, byId.get(row.id), old, now);
            if (fresh != null && fresh.state() == DomainState.REMOVED && row.deleted) {
                gone.add(row);
            } else {
                Phase was = instances.phase(row, old, before);
                store(row, stored, fresh);
                tell(row, was, instances.phase(row, fresh, now), old, fresh);
            }
        }
        remove(gone);
    }

    /** What now holds: the report if there is one, proven absence if a complete report is silent, else what held before. */
    private static InstanceObserved fresh(
            InstanceRow row,
            InstanceObserved reported,
            InstanceObserved old,
            HostObservationRow now) {
        if (reported != null) {
            return reported.epoch() < row.epoch ? old : reported;
        }
        boolean proven = now.complete && now.appliedRevision >= row.hostRevision;
        return proven
                ? new InstanceObserved(row.id, row.epoch, DomainState.ABSENT, null, null, null)
                : old;
    }

    private void store(InstanceRow row, InstanceObservationRow stored, InstanceObserved fresh) {
        if (fresh == null || (stored != null && fresh.equals(stored.view()))) {
            return;
        }
        InstanceObservationRow target = stored == null ? new InstanceObservationRow() : stored;
        target.instanceId = row.id;
        target.take(fresh);
        if (stored == null) {
            em.persist(target);
        }
    }

    private void tell(
            InstanceRow row, Phase was, Phase is, InstanceObserved old, InstanceObserved fresh) {
        if (was != is) {
            changes.announce(row.changed(Kind.INSTANCE, "phase", was + " → " + is));
        }
        String before = old == null || old.fault() == null ? null : old.fault().message();
        String now = fresh == null || fresh.fault() == null ? null : fresh.fault().message();
        if (now != null && !Objects.equals(before, now)) {
            changes.announce(
                    row.changed(Kind.INSTANCE, "fault", fresh.fault().step() + ": " + now));
        }
    }

    private void remove(List<InstanceRow> gone) {
        if (gone.isEmpty()) {
            return;
        }
        ledger.release(gone.stream().map(row -> row.id).toList());
        gone.forEach(em::remove);
        em.flush();
        for (InstanceRow row : gone) {
            changes.announce(
                    row.changed(
                            Kind.INSTANCE,
                            "deleted",
                            "host " + row.host.name + " confirms that nothing of it is left"));
        }
    }
}
