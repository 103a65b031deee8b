package io.yunqing.controller.volume;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.VolumePhase;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.Gauges;
import io.yunqing.controller.platform.Gauges.Family;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Volumes by phase, and what those of each tier have together. */
@ApplicationScoped
class VolumeMeters {
    private static final Duration REFRESH = Duration.ofSeconds(5);

    private final VolumeObservationStore store;
    private final Fleet fleet;

    VolumeMeters(VolumeObservationStore store, Fleet fleet) {
        this.store = store;
        this.fleet = fleet;
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        gauges.count("counting volumes", REFRESH, this::count);
    }

    private List<Family> count() {
        Map<VolumePhase, Long> counts = store.count(fleet.heardSince());
        Family phases = new Family("yunqing_volumes", "Volumes by phase", "phase");
        for (VolumePhase phase : VolumePhase.values()) {
            phases.add(List.of(phase.name()), counts.getOrDefault(phase, 0L));
        }
        Family bytes =
                new Family(
                        "yunqing_tier_allocated_bytes",
                        "What the volumes of a tier have together",
                        "tier");
        store.byTier().forEach((tier, allocated) -> bytes.add(List.of(tier), allocated));
        return List.of(phases, bytes);
    }
}
