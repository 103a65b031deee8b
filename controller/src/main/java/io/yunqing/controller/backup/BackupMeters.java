package io.yunqing.controller.backup;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.BackupPhase;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.Gauges;
import io.yunqing.controller.platform.Gauges.Family;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Backups by phase, and what tenants' backups take in repositories. */
@ApplicationScoped
class BackupMeters {
    private static final Duration REFRESH = Duration.ofSeconds(5);

    private final BackupStore store;
    private final Fleet fleet;

    BackupMeters(BackupStore store, Fleet fleet) {
        this.store = store;
        this.fleet = fleet;
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        gauges.count("counting backups", REFRESH, this::count);
    }

    private List<Family> count() {
        Map<BackupPhase, Long> counts = store.count(fleet.heardSince());
        Family phases = new Family("yunqing_backups", "Backups by phase", "phase");
        for (BackupPhase phase : BackupPhase.values()) {
            phases.add(List.of(phase.name()), counts.getOrDefault(phase, 0L));
        }
        Family bytes =
                new Family(
                        "yunqing_tenant_backup_bytes",
                        "What a tenant's backups take in repositories",
                        "tenant");
        store.bytes().forEach((tenant, taken) -> bytes.add(List.of(tenant), taken));
        return List.of(phases, bytes);
    }
}
