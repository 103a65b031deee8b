package io.yunqing.controller.fleet;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.HostState;
import io.yunqing.controller.fleet.FleetMirror.Measured;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Gauges;
import io.yunqing.controller.platform.Gauges.Family;
import io.yunqing.controller.platform.ResourceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The fleet in numbers, as its mirror shows it at the moment of the scrape. */
@ApplicationScoped
class FleetMeters {
    private static final double MILLIS_PER_SECOND = 1000;
    private static final double BYTES_PER_MIB = 1 << 20;

    private final FleetMirror mirror;
    private final AgentPolicy policy;
    private final Ledger ledger;
    private final FleetStorage storage;
    private final InstantSource clock;

    FleetMeters(
            FleetMirror mirror,
            AgentPolicy policy,
            Ledger ledger,
            FleetStorage storage,
            InstantSource clock) {
        this.mirror = mirror;
        this.policy = policy;
        this.ledger = ledger;
        this.storage = storage;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        gauges.serve(this::families);
    }

    private List<Family> families() {
        List<Measured> fleet = mirror.measured();
        // Made once, as each host stands in a dozen families.
        List<List<String>> labels =
                fleet.stream()
                        .map(one -> one.seen().host())
                        .map(host -> List.of(host.name(), host.location().zone()))
                        .toList();
        List<Family> families = new ArrayList<>();
        families.add(byState(fleet));
        families.addAll(reports(fleet, labels));
        families.addAll(pools(fleet, labels));
        List<String> kinds = ledger.kinds().names();
        for (ResourceUnit unit : ResourceUnit.values()) {
            int kind = kinds.indexOf(unit.resource());
            families.add(
                    amounts(
                            unit.metric("host", "capacity"),
                            "What the host may promise",
                            fleet,
                            labels,
                            one -> unit.inBaseUnit(one.effective().at(kind))));
            families.add(
                    amounts(
                            unit.metric("host", "allocated"),
                            "What the host has promised",
                            fleet,
                            labels,
                            one -> unit.inBaseUnit(one.used().at(kind))));
        }
        return families;
    }

    private Family byState(List<Measured> fleet) {
        Instant now = clock.instant();
        Map<HostState, Integer> counts = new EnumMap<>(HostState.class);
        fleet.forEach(
                one -> counts.merge(policy.state(one.seen().receivedAt(), now), 1, Integer::sum));
        Family states = new Family("yunqing_hosts", "Hosts by the age of their reports", "state");
        for (HostState state : EnumSet.complementOf(EnumSet.of(HostState.FENCED))) {
            states.add(List.of(state.name()), counts.getOrDefault(state, 0));
        }
        return states;
    }

    private List<Family> reports(List<Measured> fleet, List<List<String>> labels) {
        Instant now = clock.instant();
        Family ages = host("yunqing_host_report_age_seconds", "Time since the host's last report");
        Family unknown =
                host(
                        "yunqing_host_unknown_domains",
                        "Domains on the host that Yunqing did not make");
        Family orphans =
                host(
                        "yunqing_host_orphans",
                        "Domains and files on the host that belong to nothing in the books");
        Family observed =
                host(
                        "yunqing_host_hypervisor_observed",
                        "1 if the host's last report came from a complete inventory of its hypervisor");
        for (int i = 0; i < fleet.size(); i++) {
            SeenHost seen = fleet.get(i).seen();
            if (seen.receivedAt() != null) {
                ages.add(
                        labels.get(i),
                        Duration.between(seen.receivedAt(), now).toMillis() / MILLIS_PER_SECOND);
                unknown.add(labels.get(i), seen.unknownDomains());
                if (seen.orphans() != null) {
                    orphans.add(labels.get(i), seen.orphans());
                }
                observed.add(labels.get(i), seen.complete() ? 1 : 0);
            }
        }
        return List.of(ages, unknown, orphans, observed);
    }

    /** Of hosts that are heard only: what one had is not what it has. */
    private List<Family> pools(List<Measured> fleet, List<List<String>> labels) {
        Instant now = clock.instant();
        Family size = host("yunqing_host_pool_size_bytes", "What the host's pool has in all");
        Family free = host("yunqing_host_pool_free_bytes", "What is free in the host's pool");
        Family written =
                host(
                        "yunqing_host_pool_written_bytes",
                        "What the disks of instances and volumes in the host's pool really take");
        for (int i = 0; i < fleet.size(); i++) {
            List<String> label = labels.get(i);
            storage.known(fleet.get(i).seen(), now)
                    .ifPresent(pool -> {
                        size.add(label, pool.size() * BYTES_PER_MIB);
                        free.add(label, pool.free() * BYTES_PER_MIB);
                        written.add(label, pool.written() * BYTES_PER_MIB);
                    });
        }
        return List.of(size, free, written);
    }

    private static Family amounts(
            String name,
            String description,
            List<Measured> fleet,
            List<List<String>> labels,
            ToDoubleFunction<Measured> amount) {
        Family family = host(name, description);
        for (int i = 0; i < fleet.size(); i++) {
            family.add(labels.get(i), amount.applyAsDouble(fleet.get(i)));
        }
        return family;
    }

    private static Family host(String name, String description) {
        return new Family(name, description, "host", "zone");
    }
}
