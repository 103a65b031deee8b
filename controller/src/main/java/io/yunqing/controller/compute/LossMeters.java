package io.yunqing.controller.compute;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Rehearsal.Sum;
import io.yunqing.controller.platform.Gauges;
import io.yunqing.controller.platform.Gauges.Family;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;

/** What the loss of each zone would come to, rehearsed now and then. */
@ApplicationScoped
class LossMeters {
    private static final Duration REFRESH = Duration.ofMinutes(1);

    private final Rehearsals rehearsals;

    LossMeters(Rehearsals rehearsals) {
        this.rehearsals = rehearsals;
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        gauges.count("rehearsing losses of zones", REFRESH, this::rehearse);
    }

    List<Family> rehearse() {
        Family displaced =
                new Family(
                        "yunqing_zone_loss_displaced",
                        "Instances that are on hosts of the zone",
                        "zone",
                        "environment");
        Family homeless =
                new Family(
                        "yunqing_zone_loss_homeless",
                        "How many of them would find no other host if the zone were lost",
                        "zone",
                        "environment");
        rehearsals
                .zones()
                .forEach((zone, sums) -> {
                    for (Sum sum : sums) {
                        List<String> labels = List.of(zone, sum.environment().name());
                        displaced.add(labels, sum.displaced());
                        homeless.add(labels, sum.homeless());
                    }
                });
        return List.of(displaced, homeless);
    }
}
