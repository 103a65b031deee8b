package io.yunqing.controller.compute;

import io.yunqing.api.Environment;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.Rehearsal.Answer;
import io.yunqing.api.Rehearsal.Request;
import io.yunqing.api.Rehearsal.Sum;
import io.yunqing.controller.compute.ForecastStore.Placed;
import io.yunqing.controller.compute.ForecastStore.Population;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Decision.NoHost;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.Rehoming;
import io.yunqing.controller.placement.Rehoming.Fate;
import io.yunqing.controller.placement.Resident;
import io.yunqing.controller.placement.Scope;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** What would become of instances whose hosts are lost: the evaluator that places, on a copy of the fleet that nobody else sees. */
@ApplicationScoped
class Rehearsals {
    private static final int USUAL_MOST = 200;

    /** The same question gets the same answer. */
    private static final long SEED = 0;

    /** Whose instances look for another host first. */
    private static final List<Environment> MOST_URGENT_FIRST =
            List.of(
                    Environment.EMERGENCY,
                    Environment.PRODUCTION,
                    Environment.TEST,
                    Environment.DEVELOPMENT);

    private final FleetMirror mirror;
    private final Catalog catalog;
    private final Ledger ledger;
    private final Sql sql;

    Rehearsals(FleetMirror mirror, Catalog catalog, Ledger ledger, Sql sql) {
        this.mirror = mirror;
        this.catalog = catalog;
        this.ledger = ledger;
        this.sql = sql;
    }

    /** A part of the fleet. */
    private record Part(Scope scope, String name) {
        boolean holds(Host host) {
            return name.equals(scope.nameOf(host));
        }
    }

    /** All that an answer stands on. */
    private record Seen(FleetView fleet, List<Resident> residents, Map<UUID, Placed> byId) {
        Placed placed(Resident resident) {
            return byId.get(resident.id());
        }
    }

    Answer rehearse(Request asked) {
        Part lost = lost(asked);
        Seen seen = look();
        int hosts = hosts(seen.fleet(), lost);
        requireThere(asked, lost, hosts);
        List<Fate> fates = fates(seen, lost, asked.environment());
        int most = asked.most() == null ? USUAL_MOST : asked.most();
        return new Answer(
                lost.scope().word(),
                lost.name(),
                hosts,
                sums(fates, seen),
                fates.stream()
                        .sorted(Comparator.comparing(fate -> !fate.homeless()))
                        .limit(most)
                        .map(fate -> told(fate, seen))
                        .toList(),
                Math.max(0, fates.size() - most));
    }

    /** What the loss of each zone would come to, by its name. */
    Map<String, List<Sum>> zones() {
        Seen seen = look();
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < seen.fleet().bound(); i++) {
            if (seen.fleet().present(i)) {
                names.add(seen.fleet().host(i).location().zone());
            }
        }
        Map<String, List<Sum>> sums = new TreeMap<>();
        for (String name : names) {
            sums.put(name, sums(fates(seen, new Part(Scope.ZONE, name), null), seen));
        }
        return sums;
    }

    private Seen look() {
        return sql.run(connection -> {
            mirror.look(connection);
            FleetView fleet = mirror.snapshot();
            Population population = ForecastStore.population(connection);
            Map<UUID, Placed> byId = new HashMap<>();
            population.placed().forEach(one -> byId.put(one.id(), one));
            return new Seen(fleet, population.residents(new Requests(ledger.kinds())), byId);
        });
    }

    /**
     * @param environment whose instances take part; all when null
     */
    private static List<Fate> fates(Seen seen, Part lost, Environment environment) {
        return Rehoming.of(
                seen.fleet(),
                lost::holds,
                seen.residents().stream()
                        .filter(one ->
                                environment == null
                                        || seen.placed(one).environment() == environment)
                        .toList(),
                one -> urgency(seen.placed(one).environment()),
                SEED);
    }

    /** The lower, the earlier an instance of a tenant of the environment looks for another host. */
    static int urgency(Environment environment) {
        return MOST_URGENT_FIRST.indexOf(environment);
    }

    private Part lost(Request asked) {
        if (asked.host() != null) {
            if (asked.zone() != null || asked.rack() != null) {
                throw refused(
                        "host",
                        "is named together with a zone or a rack",
                        asked.host(),
                        "name one thing that is lost");
            }
            return new Part(Scope.HOST, asked.host());
        }
        if (asked.zone() == null) {
            throw asked.rack() == null
                    ? refused(
                            "host",
                            "is missing, and so is a zone",
                            null,
                            "name a host, a zone, or a zone and one of its racks")
                    : refused("rack", "is a zone's, and no zone is named", asked.rack(), "name it");
        }
        catalog.requireZone("zone", asked.zone());
        return asked.rack() == null
                ? new Part(Scope.ZONE, asked.zone())
                : new Part(Scope.RACK, Scope.rack(asked.zone(), asked.rack()));
    }

    private static void requireThere(Request asked, Part lost, int hosts) {
        if (hosts == 0 && lost.scope() == Scope.HOST) {
            throw Asked.unknown("host", Kind.HOST, asked.host());
        }
        if (hosts == 0 && lost.scope() == Scope.RACK) {
            throw refused(
                    "rack",
                    "no host of zone %s stands in it".formatted(asked.zone()),
                    asked.rack(),
                    "see the racks of hosts with GET /v1/hosts?zone=" + asked.zone());
        }
    }

    private static ProblemException refused(
            String field, String message, String value, String remedy) {
        return ProblemException.field(
                ProblemCode.FIELD_INVALID, field, message, null, value, remedy);
    }

    private static int hosts(FleetView fleet, Part lost) {
        int hosts = 0;
        for (int i = 0; i < fleet.bound(); i++) {
            hosts += fleet.present(i) && lost.holds(fleet.host(i)) ? 1 : 0;
        }
        return hosts;
    }

    private static List<Sum> sums(List<Fate> fates, Seen seen) {
        List<Sum> sums = new ArrayList<>();
        for (Environment environment : MOST_URGENT_FIRST) {
            int displaced = 0;
            int homeless = 0;
            long localGiB = 0;
            for (Fate fate : fates) {
                Placed instance = seen.placed(fate.resident());
                if (instance.environment() == environment) {
                    displaced++;
                    homeless += fate.homeless() ? 1 : 0;
                    localGiB += instance.size().rootDiskGiB();
                }
            }
            if (displaced > 0) {
                sums.add(new Sum(environment, displaced, homeless, localGiB));
            }
        }
        return sums;
    }

    private static io.yunqing.api.Rehearsal.Fate told(Fate fate, Seen seen) {
        Placed instance = seen.placed(fate.resident());
        FleetView fleet = seen.fleet();
        return new io.yunqing.api.Rehearsal.Fate(
                instance.tenantName(),
                instance.environment(),
                instance.name(),
                fleet.host(fleet.indexOf(instance.host())).name(),
                fate.decision() instanceof Chosen chosen ? chosen.host().name() : null,
                instance.size().rootDiskGiB(),
                fate.decision() instanceof NoHost none ? none.explanation().render() : null);
    }
}
