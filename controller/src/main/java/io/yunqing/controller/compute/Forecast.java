package io.yunqing.controller.compute;

import io.yunqing.api.FlavorSpec;
import io.yunqing.api.Headroom;
import io.yunqing.api.Headroom.Loss;
import io.yunqing.api.Simulation;
import io.yunqing.controller.compute.ForecastStore.Resident;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.placement.Decision;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Decision.NoHost;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.Placement;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** What would be if: the same evaluator that places instances, on a copy of the fleet that nobody else sees. */
@ApplicationScoped
class Forecast {
    /** Of hosts, racks and zones, so many are tried of each, the fullest first: their loss displaces most. */
    private static final int TRIED = 20;

    /** The same question gets the same answer. */
    private static final long SEED = 0;

    private static final UUID NOBODY = new UUID(0, 0);

    private final FleetMirror mirror;
    private final Catalog catalog;
    private final Ledger ledger;
    private final Sql sql;

    Forecast(FleetMirror mirror, Catalog catalog, Ledger ledger, Sql sql) {
        this.mirror = mirror;
        this.catalog = catalog;
        this.ledger = ledger;
        this.sql = sql;
    }

    Simulation.Answer simulate(Simulation.Request asked) {
        UUID tenant = asked.tenant() == null ? NOBODY : catalog.tenant(asked.tenant()).id();
        FleetView view = fleetOfNow();
        List<Simulation.Outcome> outcomes = new ArrayList<>();
        for (Simulation.Item item : asked.items()) {
            Request request = request(tenant, item.flavor(), item.zone());
            Map<String, Integer> hosts = new LinkedHashMap<>();
            int placed = 0;
            Decision decision = null;
            while (placed < item.count()) {
                decision = Placement.choose(view, request, SEED);
                if (!(decision instanceof Chosen chosen)) {
                    break;
                }
                view.take(chosen.index(), request.amounts());
                hosts.merge(chosen.host().name(), 1, Integer::sum);
                placed++;
            }
            outcomes.add(
                    new Simulation.Outcome(
                            item.flavor(),
                            item.count(),
                            placed,
                            hosts,
                            decision instanceof NoHost refusal
                                    ? refusal.explanation().render()
                                    : null));
        }
        return new Simulation.Answer(outcomes);
    }

    Headroom headroom(String tenantName, String flavor, String zone) {
        UUID tenant = tenantName == null ? NOBODY : catalog.tenant(tenantName).id();
        Request request = request(tenant, flavor, zone);
        FleetView fleet = fleetOfNow();
        List<Host> hosts = hosts(fleet);
        List<Loss> losses = new ArrayList<>();
        addWorst(losses, "zone", domains(hosts, host -> host.location().zone()), fleet, request);
        addWorst(losses, "rack", domains(hosts, Forecast::rack), fleet, request);
        addWorst(losses, "host", domains(hosts, Host::name), fleet, request);
        losses.sort(Comparator.comparingLong(Loss::instances));
        return new Headroom(flavor, zone, fitting(fleet.snapshot(), request), losses);
    }

    private FleetView fleetOfNow() {
        return sql.run(connection -> {
            mirror.look(connection);
            return mirror.snapshot();
        });
    }

    private Request request(UUID tenant, String flavorName, String zone) {
        FlavorSpec flavor = catalog.flavor(flavorName).spec();
        if (zone != null) {
            catalog.requireZone(zone);
        }
        return new Requests(ledger.kinds()).of(tenant, flavor, zone);
    }

    private static List<Host> hosts(FleetView fleet) {
        List<Host> hosts = new ArrayList<>();
        for (int i = 0; i < fleet.bound(); i++) {
            if (fleet.present(i)) {
                hosts.add(fleet.host(i));
            }
        }
        return hosts;
    }

    /** Hosts without a rack are no rack that could be lost. */
    private static String rack(Host host) {
        return host.location().rack() == null
                ? null
                : host.location().zone() + "/" + host.location().rack();
    }

    private static Map<String, List<Host>> domains(
            List<Host> hosts, Function<Host, String> domain) {
        Map<String, List<Host>> domains = new LinkedHashMap<>();
        for (Host host : hosts) {
            String name = domain.apply(host);
            if (name != null) {
                domains.computeIfAbsent(name, _ -> new ArrayList<>()).add(host);
            }
        }
        return domains;
    }

    private void addWorst(
            List<Loss> losses,
            String scope,
            Map<String, List<Host>> domains,
            FleetView fleet,
            Request request) {
        domains.entrySet().stream()
                .sorted(Comparator.comparingLong(domain -> -memoryUsed(fleet, domain.getValue())))
                .limit(TRIED)
                .map(domain -> loss(scope, domain.getKey(), domain.getValue(), fleet, request))
                .min(Comparator.comparingLong(Loss::instances))
                .ifPresent(losses::add);
    }

    private long memoryUsed(FleetView fleet, List<Host> hosts) {
        int memory = ledger.kinds().names().indexOf("memoryMiB");
        return hosts.stream().mapToLong(host -> fleet.used(fleet.indexOf(host.id()), memory)).sum();
    }

    private Loss loss(
            String scope, String name, List<Host> lost, FleetView fleet, Request request) {
        FleetView left = fleet.snapshot();
        List<UUID> ids = lost.stream().map(Host::id).toList();
        ids.forEach(left::remove);
        Collection<Resident> displaced =
                sql.run(connection -> ForecastStore.residents(connection, ids));
        int homeless = 0;
        for (Resident resident : displaced) {
            Request anew =
                    new Requests(ledger.kinds())
                            .of(resident.tenant(), resident.size(), resident.zone());
            if (Placement.choose(left, anew, SEED) instanceof Chosen chosen) {
                left.take(chosen.index(), anew.amounts());
            } else {
                homeless++;
            }
        }
        return new Loss(scope, name, fitting(left, request), displaced.size(), homeless);
    }

    /** How many fit, filling one host after the other; the view is used up. */
    private static long fitting(FleetView view, Request request) {
        long count = 0;
        while (Placement.choose(view, request, SEED) instanceof Chosen chosen) {
            long here = Long.MAX_VALUE;
            for (int r = 0; r < request.amounts().length(); r++) {
                if (request.amounts().at(r) > 0) {
                    here = Math.min(here, view.free(chosen.index(), r) / request.amounts().at(r));
                }
            }
            for (long n = 0; n < here; n++) {
                view.take(chosen.index(), request.amounts());
            }
            count += here;
        }
        return count;
    }
}
