package io.yunqing.controller.fleet;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.HostState;
import io.yunqing.api.Kind;
import io.yunqing.controller.fleet.HostWatchStore.Judged;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Every;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Tells everybody when a host falls silent or is heard again; silence itself sends no report that could. For one lease after
 * its own start the controller tells of no silence: it may be its own.
 */
@ApplicationScoped
class HostWatch {
    private static final Duration PAUSE = Duration.ofSeconds(2);

    /** At most so many are told at a time, so that no transaction is large when a whole fleet comes or goes. */
    private static final int MOST = 1000;

    private final HostWatchStore store;
    private final AgentPolicy policy;
    private final Changes changes;
    private final InstantSource clock;

    HostWatch(HostWatchStore store, AgentPolicy policy, Changes changes, InstantSource clock) {
        this.store = store;
        this.policy = policy;
        this.changes = changes;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event, Every every) {
        every.run("watching hosts", PAUSE, this::look);
    }

    private void look() {
        policy.fleetSize(store.hosts());
        Instant now = clock.instant();
        for (Judged host : store.judge(policy.bounds(now), MOST)) {
            changes.announce(
                    new Change(
                            Kind.HOST,
                            null,
                            host.name(),
                            host.id(),
                            "state",
                            (host.before() == null ? HostState.INVITED : host.before())
                                    + " → "
                                    + host.now(),
                            host.revision()));
        }
    }
}
