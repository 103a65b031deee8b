package io.yunqing.controller.fleet;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.HostState;
import io.yunqing.api.Kind;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Every;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.LockModeType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/** Tells everybody when a host falls silent or is heard again; silence itself sends no report that could. */
@ApplicationScoped
class HostWatch {
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Session em;
    private final Fleet fleet;
    private final Changes changes;

    HostWatch(Session em, Fleet fleet, Changes changes) {
        this.em = em;
        this.fleet = fleet;
        this.changes = changes;
    }

    void start(@Observes StartupEvent event, Every every) {
        every.run("watching hosts", PAUSE, this::look);
    }

    private void look() {
        List<HostRow> hosts = HostRow.listAll();
        Map<UUID, HostObservationRow> seen = fleet.observations(hosts);
        for (HostRow host : hosts) {
            HostObservationRow row = seen.get(host.id);
            if (row.receivedAt != null && fleet.state(row) != row.announcedState) {
                announce(host, row);
            }
        }
    }

    /** Another replica may have announced it in the meantime. */
    private void announce(HostRow host, HostObservationRow row) {
        em.refresh(row, LockModeType.PESSIMISTIC_WRITE);
        HostState now = fleet.state(row);
        HostState before = row.announcedState;
        if (now != before) {
            row.announcedState = now;
            em.flush();
            changes.announce(
                    host.changed(
                            Kind.HOST,
                            "state",
                            (before == null ? HostState.INVITED : before) + " → " + now));
        }
    }
}
