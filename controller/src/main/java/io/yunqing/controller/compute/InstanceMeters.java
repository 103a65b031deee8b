package io.yunqing.controller.compute;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Fault;
import io.yunqing.api.Phase;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HostObservationRow;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.Every;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/** Instances by phase, and how admissions end. */
@ApplicationScoped
class InstanceMeters {
    private static final Duration REFRESH = Duration.ofSeconds(2);

    private final Session em;
    private final Instances instances;
    private final Fleet fleet;
    private final MeterRegistry registry;
    private final MultiGauge byPhase;
    private final DistributionSummary batches;

    InstanceMeters(Session em, Instances instances, Fleet fleet, MeterRegistry registry) {
        this.em = em;
        this.instances = instances;
        this.fleet = fleet;
        this.registry = registry;
        batches =
                DistributionSummary.builder("yunqing.admission.batch.orders")
                        .description("Orders that were decided in one transaction")
                        .register(registry);
        byPhase =
                MultiGauge.builder("yunqing.instances")
                        .description("Instances by phase")
                        .register(registry);
    }

    void start(@Observes StartupEvent event, Every every) {
        every.run("counting instances", REFRESH, this::refresh);
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

    /** The phase depends on few things, so instances that agree in them are counted together by the database. */
    private void refresh() {
        Map<UUID, HostObservationRow> hosts = fleet.observations(HostRow.listAll());
        Map<Phase, Long> counts = new EnumMap<>(Phase.class);
        List<Tuple> groups =
                em.createNativeQuery(
                                """
                                SELECT i.host_id, i.deleted, coalesce(i.spec ->> 'power', 'RUNNING'), o.state, o.step,
                                       cast(o.fault ->> 'attempts' AS int), count(*)
                                FROM instance i LEFT JOIN instance_observation o ON o.instance_id = i.id
                                GROUP BY 1, 2, 3, 4, 5, 6
                                """,
                                Tuple.class)
                        .getResultList();
        for (Tuple group : groups) {
            Phase phase =
                    instances.phase(
                            Power.valueOf(group.get(2, String.class)),
                            group.get(1, Boolean.class),
                            observed(group),
                            hosts.get(group.get(0, UUID.class)));
            counts.merge(phase, group.get(6, Long.class), Long::sum);
        }
        List<Row<?>> rows = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            rows.add(Row.of(Tags.of("phase", phase.name()), counts.getOrDefault(phase, 0L)));
        }
        byPhase.register(rows, true);
    }

    private static InstanceObserved observed(Tuple group) {
        String state = group.get(3, String.class);
        if (state == null) {
            return null;
        }
        Integer attempts = group.get(5, Integer.class);
        Fault fault = attempts == null ? null : new Fault(Instant.EPOCH, "", "", attempts);
        return new InstanceObserved(
                group.get(0, UUID.class),
                0,
                DomainState.valueOf(state),
                null,
                group.get(4, String.class),
                fault);
    }
}
