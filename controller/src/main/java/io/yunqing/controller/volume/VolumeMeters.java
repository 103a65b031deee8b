package io.yunqing.controller.volume;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.VolumePhase;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.Gauges;
import io.yunqing.controller.platform.Gauges.Family;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Volumes by phase. */
@ApplicationScoped
class VolumeMeters {
    /** At least; with many volumes they are counted less often. */
    private static final Duration REFRESH = Duration.ofSeconds(5);

    private final VolumeObservationStore store;
    private final Fleet fleet;
    private volatile List<Family> byPhase = List.of();

    VolumeMeters(VolumeObservationStore store, Fleet fleet) {
        this.store = store;
        this.fleet = fleet;
    }

    void start(@Observes StartupEvent event, Every every, Gauges gauges) {
        every.rarely("counting volumes", REFRESH, () -> byPhase = count());
        gauges.serve(() -> byPhase);
    }

    private List<Family> count() {
        Map<VolumePhase, Long> counts = store.count(fleet.heardSince());
        Family phases = new Family("yunqing_volumes", "Volumes by phase", "phase");
        for (VolumePhase phase : VolumePhase.values()) {
            phases.add(List.of(phase.name()), counts.getOrDefault(phase, 0L));
        }
        return List.of(phases);
    }
}
