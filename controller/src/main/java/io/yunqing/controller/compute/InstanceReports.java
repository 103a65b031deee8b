package io.yunqing.controller.compute;

import io.yunqing.api.Kind;
import io.yunqing.api.Phase;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.compute.InstanceObservationStore.Seen;
import io.yunqing.controller.fleet.HeartbeatStore.Stored;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Takes in what hosts say of their instances. */
@ApplicationScoped
public class InstanceReports {
    private final InstanceObservationStore store;
    private final Changes changes;

    InstanceReports(InstanceObservationStore store, Changes changes) {
        this.store = store;
        this.changes = changes;
    }

    /**
     * The instances of which nothing is left: their rows are away, what they hold is to be released.
     *
     * @param networks those that they were in
     */
    public record Gone(List<UUID> instances, Set<UUID> networks) {}

    /**
     * Stores what is new and tells everybody what it means. The caller holds the lock on the host's observation.
     *
     * @param seenBefore whether what the host had said still held when this report came
     */
    public Gone accept(Stored host, boolean seenBefore, HostObserved report) {
        Map<UUID, InstanceObserved> byId =
                report.instances().stream()
                        .collect(
                                Collectors.toMap(
                                        InstanceObserved::id, o -> o, (_, later) -> later));
        List<InstanceObserved> news = new ArrayList<>();
        List<Change> told = new ArrayList<>();
        List<Seen> gone = new ArrayList<>();
        for (Seen instance : store.onHost(host.host())) {
            InstanceObserved old = instance.observed();
            InstanceObserved fresh = fresh(instance, byId.get(instance.id()), report);
            if (fresh != null
                    && fresh.state() == DomainState.REMOVED
                    && instance.desired().deleted()) {
                gone.add(instance);
                continue;
            }
            if (!Objects.equals(fresh, old)) {
                news.add(fresh);
            }
            tell(instance, old, seenBefore, fresh, report.complete(), told);
        }
        store.departed(
                host.host(),
                byId.values().stream()
                        .filter(one -> one.state() == DomainState.REMOVED)
                        .map(InstanceObserved::id)
                        .toList());
        store.keep(news);
        told.forEach(changes::announce);
        return removed(host, gone);
    }

    /** What now holds: the report if there is one, proven absence if a complete report is silent, else what held before. */
    private static InstanceObserved fresh(
            Seen instance, InstanceObserved reported, HostObserved report) {
        if (reported != null) {
            return reported.epoch() < instance.epoch() ? instance.observed() : reported;
        }
        boolean proven = report.complete() && report.appliedRevision() >= instance.hostRevision();
        return proven
                ? new InstanceObserved(
                        instance.id(),
                        instance.epoch(),
                        instance.desired().boot(),
                        DomainState.ABSENT,
                        null,
                        null,
                        null,
                        null)
                : instance.observed();
    }

    private static void tell(
            Seen instance,
            InstanceObserved old,
            boolean seenBefore,
            InstanceObserved fresh,
            boolean seenNow,
            List<Change> told) {
        Phase was = phase(instance, old, seenBefore);
        Phase is = phase(instance, fresh, seenNow);
        if (was != is) {
            told.add(changed(instance, "phase", was + " → " + is));
        }
        String before = old == null || old.fault() == null ? null : old.fault().message();
        String now = fresh == null || fresh.fault() == null ? null : fresh.fault().message();
        if (now != null && !now.equals(before)) {
            told.add(changed(instance, "fault", fresh.fault().step() + ": " + now));
        }
    }

    private static Phase phase(Seen instance, InstanceObserved observed, boolean hostSeen) {
        return InstanceLifecycle.phase(instance.desired(), observed, hostSeen);
    }

    private Gone removed(Stored host, List<Seen> gone) {
        List<UUID> ids = gone.stream().map(Seen::id).toList();
        Set<UUID> networks = ids.isEmpty() ? Set.of() : store.remove(ids);
        for (Seen instance : gone) {
            changes.announce(
                    changed(
                            instance,
                            "deleted",
                            "host " + host.name() + " confirms that nothing of it is left"));
        }
        return new Gone(ids, networks);
    }

    private static Change changed(Seen instance, String type, String message) {
        return new Change(
                Kind.INSTANCE,
                instance.tenant(),
                instance.name(),
                instance.id(),
                type,
                message,
                instance.revision());
    }
}
