package io.yunqing.controller.compute;

import io.yunqing.api.Headroom;
import io.yunqing.api.Headroom.Loss;
import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.Simulation;
import io.yunqing.controller.compute.Catalog.FlavorEntry;
import io.yunqing.controller.compute.Catalog.GroupEntry;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.placement.Decision;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Decision.NoHost;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.placement.Resident;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

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
        List<GroupEntry> groups = groups(asked);
        GroupBook book = members(groups);
        Requests words = new Requests(ledger.kinds());
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            Simulation.Item item = asked.items().get(i);
            FlavorEntry flavor = flavor(item.flavor(), item.zone());
            Request request =
                    words.of(
                            tenant,
                            flavor.spec(),
                            item.zone(),
                            flavor.pools(),
                            false,
                            groups.get(i),
                            book);
            requests.addAll(Collections.nCopies(item.count(), request));
        }
        Iterator<Decision> decisions =
                io.yunqing.controller.placement.Simulation.run(fleetOfNow(), requests, SEED)
                        .iterator();
        return new Simulation.Answer(
                asked.items().stream().map(item -> outcome(item, decisions)).toList());
    }

    /** For each item the group that it names, or null. */
    private List<GroupEntry> groups(Simulation.Request asked) {
        List<GroupEntry> groups = new ArrayList<>();
        for (int i = 0; i < asked.items().size(); i++) {
            String name = asked.items().get(i).group();
            String field = "items[%d].group".formatted(i);
            if (name != null && asked.tenant() == null) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        field,
                        "is a tenant's, and no tenant is named",
                        null,
                        name,
                        "name the tenant, or leave the group out");
            }
            groups.add(name == null ? null : catalog.groupNow(field, asked.tenant(), name));
        }
        return groups;
    }

    private GroupBook members(List<GroupEntry> groups) {
        Set<UUID> ids =
                groups.stream()
                        .filter(Objects::nonNull)
                        .map(GroupEntry::id)
                        .collect(Collectors.toSet());
        return sql.run(connection -> {
            GroupBook book = new GroupBook();
            RoundTrip trip = new RoundTrip();
            book.read(trip, ids);
            trip.run(connection);
            return book;
        });
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
        Requests requests = new Requests(ledger.kinds());
        FlavorEntry size = flavor(flavor, zone);
        Request request = requests.of(tenant(tenantName), size.spec(), zone, size.pools());
        List<Resident> residents = sql.run(ForecastStore::population).residents(requests);
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

    /** The flavor; the zone that goes with it must exist. */
    private FlavorEntry flavor(String name, String zone) {
        if (zone != null) {
            catalog.requireZone(zone);
        }
        return catalog.flavor(name);
    }
}
