package io.yunqing.controller.compute;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Phase;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.Gauges;
import io.yunqing.controller.platform.Gauges.Family;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Instances by phase, and how admissions end. */
@ApplicationScoped
class InstanceMeters {
    private static final Duration REFRESH = Duration.ofSeconds(2);

    private static final Duration[] LATENCIES =
            Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
                    .map(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private static final String COUNT =
            """
            SELECT word, count(*) AS instances
            FROM (SELECT %s AS word
                  FROM instance r
                  JOIN host_observation h ON h.host_id = r.host_id
                  LEFT JOIN instance_observation o ON o.instance_id = r.id) words
            GROUP BY word
            """
                    .formatted(PhaseWords.sqlWith("?"));

    private final Sql sql;
    private final Fleet fleet;
    private final MeterRegistry registry;
    private final DistributionSummary batches;
    private final Timer decisions;

    InstanceMeters(Sql sql, Fleet fleet, MeterRegistry registry) {
        this.sql = sql;
        this.fleet = fleet;
        this.registry = registry;
        batches =
                DistributionSummary.builder("yunqing.admission.batch.orders")
                        .description("Orders that were decided in one transaction")
                        .register(registry);
        decisions =
                Timer.builder("yunqing.admission")
                        .description("From a request's arrival in the queue to its outcome")
                        .serviceLevelObjectives(LATENCIES)
                        .register(registry);
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        gauges.count("counting instances", REFRESH, this::count);
    }

    /**
     * @param outcome {@code admitted}, or the constraint or limit that refused
     */
    void admission(String outcome) {
        Counter.builder("yunqing.admissions")
                .description("Requests for an instance by how they ended")
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }

    /** A batch of so many orders begins. */
    void batch(int orders) {
        batches.record(orders);
    }

    /** A request has waited for its batch and was decided. */
    void decided(Duration waited) {
        decisions.record(waited);
    }

    private List<Family> count() {
        Map<Phase, Long> counts = new EnumMap<>(Phase.class);
        RoundTrip trip =
                new RoundTrip()
                        // It has time, and must leave processors to those who have not.
                        .write("SELECT set_config('max_parallel_workers_per_gather', '0', true)")
                        .read(
                                COUNT,
                                row ->
                                        counts.merge(
                                                PhaseWords.BOOK.phase(row.getString("word")),
                                                row.getLong("instances"),
                                                Long::sum),
                                fleet.heardSince());
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
        Family phases = new Family("yunqing_instances", "Instances by phase", "phase");
        for (Phase phase : Phase.values()) {
            phases.add(List.of(phase.name()), counts.getOrDefault(phase, 0L));
        }
        return List.of(phases);
    }
}
