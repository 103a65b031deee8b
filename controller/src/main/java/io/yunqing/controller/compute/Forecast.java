package io.yunqing.controller.compute;

import io.yunqing.api.FlavorSpec;
import io.yunqing.api.Headroom;
import io.yunqing.api.Headroom.Loss;
import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.Simulation;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.placement.Decision;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Decision.NoHost;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.placement.Resident;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** What would be if: the same evaluator that places instances, on a copy of the fleet that nobody else sees. */
@ApplicationScoped
class Forecast {
    /** The same question gets the same answer. */
    private static final long SEED = 0;

    static final UUID NOBODY = new UUID(0, 0);

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
        UUID tenant = tenant(asked.tenant());
        List<Request> requests = new ArrayList<>();
        for (Simulation.Item item : asked.items()) {
            requests.addAll(
                    Collections.nCopies(item.count(), request(tenant, item.flavor(), item.zone())));
        }
        Iterator<Decision> decisions =
                io.yunqing.controller.placement.Simulation.run(fleetOfNow(), requests, SEED)
                        .iterator();
        return new Simulation.Answer(
                asked.items().stream().map(item -> outcome(item, decisions)).toList());
    }

    private static Simulation.Outcome outcome(Simulation.Item item, Iterator<Decision> decisions) {
        Map<String, Integer> hosts = new TreeMap<>();
        PlacementExplanation refusal = null;
        for (int n = 0; n < item.count(); n++) {
            switch (decisions.next()) {
                case Chosen chosen -> hosts.merge(chosen.host().name(), 1, Integer::sum);
                case NoHost none -> {
                    if (refusal == null) {
                        refusal = none.explanation().render();
                    }
                }
            }
        }
        int placed = hosts.values().stream().mapToInt(Integer::intValue).sum();
        return new Simulation.Outcome(item.flavor(), item.count(), placed, hosts, refusal);
    }

    Headroom headroom(String tenantName, String flavor, String zone) {
        Request request = request(tenant(tenantName), flavor, zone);
        Requests requests = new Requests(ledger.kinds());
        List<Resident> residents =
                sql.run(ForecastStore::residents).stream()
                        .map(one -> one.resident(requests))
                        .toList();
        var found =
                io.yunqing.controller.placement.Headroom.of(fleetOfNow(), request, residents, SEED);
        return new Headroom(
                flavor,
                zone,
                found.now(),
                found.worst().stream()
                        .map(loss ->
                                new Loss(
                                        loss.scope().word(),
                                        loss.name(),
                                        loss.fits(),
                                        loss.residents(),
                                        loss.homeless().size()))
                        .toList());
    }

    private UUID tenant(String name) {
        return name == null ? NOBODY : catalog.tenant(name).id();
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
}
