package io.yunqing.controller.fleet;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.HostState;
import io.yunqing.api.Usage;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.ResourceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The fleet in numbers, served from memory and refreshed every few seconds. */
@ApplicationScoped
class FleetMeters {
    private static final Duration REFRESH = Duration.ofSeconds(2);

    private final Fleet fleet;
    private final Ledger ledger;
    private final AgentPolicy policy;
    private final InstantSource clock;
    private final MultiGauge hosts;
    private final MultiGauge reportAges;
    private final MultiGauge unknownDomains;
    private final MultiGauge observed;
    private final Map<ResourceUnit, MultiGauge> capacity = new EnumMap<>(ResourceUnit.class);
    private final Map<ResourceUnit, MultiGauge> allocated = new EnumMap<>(ResourceUnit.class);

    FleetMeters(
            Fleet fleet,
            Ledger ledger,
            AgentPolicy policy,
            InstantSource clock,
            MeterRegistry registry) {
        this.fleet = fleet;
        this.ledger = ledger;
        this.policy = policy;
        this.clock = clock;
        hosts =
                MultiGauge.builder("yunqing.hosts")
                        .description("Hosts by state")
                        .register(registry);
        reportAges =
                MultiGauge.builder("yunqing.host.report.age")
                        .baseUnit("seconds")
                        .description("Time since the host's last report")
                        .register(registry);
        unknownDomains =
                MultiGauge.builder("yunqing.host.unknown.domains")
                        .description("Domains on the host that Yunqing did not make")
                        .register(registry);
        observed =
                MultiGauge.builder("yunqing.host.hypervisor.observed")
                        .description(
                                "1 if the host's last report came from a complete inventory of its hypervisor")
                        .register(registry);
        for (ResourceUnit unit : ResourceUnit.values()) {
            String name = "yunqing.host." + unit.stem();
            capacity.put(
                    unit,
                    MultiGauge.builder(name + ".capacity")
                            .baseUnit(unit.baseUnit())
                            .description("What the host may promise")
                            .register(registry));
            allocated.put(
                    unit,
                    MultiGauge.builder(name + ".allocated")
                            .baseUnit(unit.baseUnit())
                            .description("What the host has promised")
                            .register(registry));
        }
    }

    void start(@Observes StartupEvent event, Every every) {
        every.run("measuring the fleet", REFRESH, this::refresh);
    }

    private void refresh() {
        List<HostRow> rows = HostRow.listAll();
        policy.fleetSize(rows.size());
        Map<UUID, HostObservationRow> seen = fleet.observations(rows);
        Map<UUID, Map<String, Usage>> usages = ledger.capacities(seen.keySet());
        Map<HostState, Integer> byState = new EnumMap<>(HostState.class);
        List<Row<?>> ages = new ArrayList<>();
        List<Row<?>> unknown = new ArrayList<>();
        List<Row<?>> complete = new ArrayList<>();
        Map<ResourceUnit, List<Row<?>>> limits = new EnumMap<>(ResourceUnit.class);
        Map<ResourceUnit, List<Row<?>>> used = new EnumMap<>(ResourceUnit.class);
        for (HostRow row : rows) {
            HostObservationRow observation = seen.get(row.id);
            Tags tags = Tags.of("host", row.name, "zone", row.zone.name);
            byState.merge(fleet.state(observation), 1, Integer::sum);
            Instant received = observation.receivedAt;
            if (received != null) {
                ages.add(
                        Row.of(
                                tags,
                                () ->
                                        Duration.between(received, clock.instant()).toMillis()
                                                / 1000.0));
                unknown.add(Row.of(tags, observation.unknownDomains.size()));
                complete.add(Row.of(tags, observation.complete ? 1 : 0));
            }
            for (ResourceUnit unit : ResourceUnit.values()) {
                Usage usage = usages.get(row.id).getOrDefault(unit.resource(), new Usage(0, 0));
                limits.computeIfAbsent(unit, _ -> new ArrayList<>())
                        .add(Row.of(tags, unit.inBaseUnit(usage.limit())));
                used.computeIfAbsent(unit, _ -> new ArrayList<>())
                        .add(Row.of(tags, unit.inBaseUnit(usage.used())));
            }
        }
        List<Row<?>> states = new ArrayList<>();
        for (HostState state : HostState.values()) {
            states.add(Row.of(Tags.of("state", state.name()), byState.getOrDefault(state, 0)));
        }
        hosts.register(states, true);
        reportAges.register(ages, true);
        unknownDomains.register(unknown, true);
        observed.register(complete, true);
        for (ResourceUnit unit : ResourceUnit.values()) {
            capacity.get(unit).register(limits.getOrDefault(unit, List.of()), true);
            allocated.get(unit).register(used.getOrDefault(unit, List.of()), true);
        }
    }
}
