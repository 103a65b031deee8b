package io.yunqing.controller.fence;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Availability;
import io.yunqing.controller.platform.Gauges;
import io.yunqing.controller.platform.Gauges.Family;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;

/** How many hosts are lost, how many instances wait for others, and whether anybody judges. */
@ApplicationScoped
class FenceMeters {
    private static final Duration REFRESH = Duration.ofSeconds(5);

    private final LeaseJudge judge;

    FenceMeters(LeaseJudge judge) {
        this.judge = judge;
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        gauges.count("counting fenced hosts", REFRESH, this::count);
    }

    List<Family> count() {
        Availability now = judge.availability();
        return List.of(
                one("yunqing_fenced_hosts", "Hosts of which a proof holds", now.fenced()),
                one(
                        "yunqing_silent_hosts",
                        "Hosts that are overdue, as this replica has watched, fenced ones aside",
                        now.silent()),
                one(
                        "yunqing_fence_waiting_instances",
                        "Instances of fenced hosts that found no other",
                        now.waiting()),
                one(
                        "yunqing_fence_brake",
                        "1 while so many hosts are silent at once that none is judged",
                        now.brake() == null ? 0 : 1));
    }

    private static Family one(String name, String description, int value) {
        Family family = new Family(name, description);
        family.add(List.of(), value);
        return family;
    }
}
