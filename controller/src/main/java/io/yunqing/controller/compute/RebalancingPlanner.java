package io.yunqing.controller.compute;

import io.yunqing.api.Rebalancing.Answer;
import io.yunqing.api.Rebalancing.Gain;
import io.yunqing.api.Rebalancing.State;
import io.yunqing.controller.compute.ForecastStore.NamedFlavor;
import io.yunqing.controller.compute.ForecastStore.Placed;
import io.yunqing.controller.compute.ForecastStore.Population;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Headroom;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.Rebalancing;
import io.yunqing.controller.placement.Rebalancing.Goal;
import io.yunqing.controller.placement.Rebalancing.Heat;
import io.yunqing.controller.placement.Rebalancing.Move;
import io.yunqing.controller.placement.Rebalancing.Wish;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.platform.Plans;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** Which instances to move, and what that would bring. Moves nothing. */
@ApplicationScoped
class RebalancingPlanner {
    private static final int USUAL_MOST = 20;
    private static final int USUAL_PERCENT = 80;

    /** The same question gets the same answer. */
    private static final long SEED = 0;

    private final FleetMirror mirror;
    private final Catalog catalog;
    private final Ledger ledger;
    private final Sql sql;

    RebalancingPlanner(FleetMirror mirror, Catalog catalog, Ledger ledger, Sql sql) {
        this.mirror = mirror;
        this.catalog = catalog;
        this.ledger = ledger;
        this.sql = sql;
    }

    /** All that a plan stands on. */
    private record Seen(FleetView fleet, Population population, NamedFlavor largest) {}

    Answer plan(io.yunqing.api.Rebalancing.Request asked) {
        if (asked.zone() != null) {
            catalog.requireZone("zone", asked.zone());
        }
        Seen seen =
                sql.run(connection -> {
                    mirror.look(connection);
                    return new Seen(
                            mirror.snapshot(),
                            ForecastStore.population(connection),
                            ForecastStore.largestFlavor(connection));
                });
        Requests requests = new Requests(ledger.kinds());
        Map<UUID, Placed> byId = new HashMap<>();
        seen.population().placed().forEach(one -> byId.put(one.id(), one));
        Rebalancing plan =
                Rebalancing.plan(
                        seen.fleet(), seen.population().residents(requests), wish(asked), SEED);
        return new Answer(
                asked.goal(),
                digest(seen.fleet(), plan),
                plan.moves().stream().map(move -> told(move, byId)).toList(),
                plan.memoryMiB(),
                gain(asked, seen, plan, requests),
                plan.obstacle());
    }

    private static Wish wish(io.yunqing.api.Rebalancing.Request asked) {
        int percent = asked.abovePercent() == null ? USUAL_PERCENT : asked.abovePercent();
        return new Wish(
                switch (asked.goal()) {
                    case EMPTY -> Goal.EMPTY;
                    case RELIEVE -> Goal.RELIEVE;
                },
                asked.most() == null ? USUAL_MOST : asked.most(),
                percent / 100.0,
                asked.zone());
    }

    private static io.yunqing.api.Rebalancing.Move told(Move move, Map<UUID, Placed> byId) {
        Placed instance = byId.get(move.resident().id());
        return new io.yunqing.api.Rebalancing.Move(
                instance.tenantName(),
                instance.name(),
                move.from().name(),
                move.to().name(),
                move.memoryMiB(),
                move.reason());
    }

    private static Gain gain(
            io.yunqing.api.Rebalancing.Request asked,
            Seen seen,
            Rebalancing plan,
            Requests requests) {
        List<String> emptied = plan.emptied().stream().map(Host::name).toList();
        NamedFlavor largest = seen.largest();
        if (largest == null) {
            return new Gain(emptied, null, state(plan.before(), null), state(plan.after(), null));
        }
        Request one = requests.of(Forecast.NOBODY, largest.spec(), asked.zone(), Set.of());
        return new Gain(
                emptied,
                largest.name(),
                state(plan.before(), Headroom.now(seen.fleet(), one)),
                state(plan.after(), Headroom.now(plan.applied(seen.fleet()), one)));
    }

    private static State state(Heat heat, Long instances) {
        return new State(heat.hosts(), Math.round(100 * heat.hottest()), instances);
    }

    /** Of the moves and of what the hosts that they touch are and have promised. */
    private static String digest(FleetView fleet, Rebalancing plan) {
        StringBuilder text = new StringBuilder();
        TreeSet<UUID> touched = new TreeSet<>();
        for (Move move : plan.moves()) {
            text.append(
                    "move %s %s %s\n"
                            .formatted(move.resident().id(), move.from().id(), move.to().id()));
            touched.add(move.from().id());
            touched.add(move.to().id());
        }
        for (UUID host : touched) {
            int index = fleet.indexOf(host);
            text.append(
                    "host %s %s %s"
                            .formatted(host, fleet.reporting(index), fleet.schedulable(index)));
            for (int r = 0; r < fleet.resources().size(); r++) {
                text.append(" %d/%d".formatted(fleet.used(index, r), fleet.limit(index, r)));
            }
            text.append('\n');
        }
        return Plans.sha256(text.toString());
    }
}
