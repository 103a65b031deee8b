package io.yunqing.controller.compute;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.FenceStatus.Waiting;
import io.yunqing.controller.compute.ForecastStore.Placed;
import io.yunqing.controller.compute.ForecastStore.Population;
import io.yunqing.controller.compute.RestartStore.Locked;
import io.yunqing.controller.compute.RestartStore.Loss;
import io.yunqing.controller.compute.RestartStore.Move;
import io.yunqing.controller.fleet.SeenHost;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Decision.NoHost;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Rehoming;
import io.yunqing.controller.placement.Rehoming.Fate;
import io.yunqing.controller.placement.Resident;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.MonotonicClock;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Gives the instances of fenced hosts others: the evaluator that places, the most urgent first, and for each batch one transaction in
 * which the proof still holds. What finds no host waits and is tried again.
 */
@ApplicationScoped
class Restarts {
    private static final Logger LOG = Logger.getLogger(Restarts.class);
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** As many as one transaction gives other hosts; while it runs, the proof's host waits to be heard. */
    private static final int BATCH = 500;

    /** How long those that found no host wait for the next attempt. */
    private static final Duration REST = Duration.ofSeconds(5);

    private static final long SEED = 0;

    private final AdmissionMeans means;
    private final Sql sql;
    private final Transactions transactions;
    private final MonotonicClock clock;

    /** Since when there was nothing that could be done for a fence. */
    private final Map<UUID, Long> resting = new HashMap<>();

    Restarts(AdmissionMeans means, Sql sql, Transactions transactions, MonotonicClock clock) {
        this.means = means;
        this.sql = sql;
        this.transactions = transactions;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event, Every every) {
        every.apart("starting instances of lost hosts elsewhere", PAUSE, this::look);
    }

    private void look() {
        List<Loss> losses = transactions.read(() -> sql.run(RestartStore::losses));
        resting.keySet().retainAll(losses.stream().map(Loss::fence).toList());
        for (Loss loss : losses) {
            Long since = resting.get(loss.fence());
            if (since == null || clock.nanos() - since >= REST.toNanos()) {
                restart(loss);
            }
        }
    }

    private void restart(Loss loss) {
        int ended =
                transactions.write(() ->
                        sql.run(connection -> LostDeletions.release(connection, means, loss)));
        List<Waiting> waiting = new ArrayList<>();
        List<Move> moves =
                transactions.read(() -> sql.run(connection -> plan(connection, loss, waiting)));
        int restarted = 0;
        for (int from = 0; from < moves.size(); from += BATCH) {
            List<Move> batch = moves.subList(from, Math.min(moves.size(), from + BATCH));
            restarted +=
                    transactions.write(() -> sql.run(connection -> give(connection, loss, batch)));
        }
        if (ended + restarted == 0) {
            resting.put(loss.fence(), clock.nanos());
        } else {
            resting.remove(loss.fence());
        }
        if (restarted > 0) {
            LOG.infof("%d instances of host %s are started elsewhere", restarted, loss.hostName());
        }
        if (!waiting.equals(loss.waiting())) {
            transactions.write(
                    () -> sql.run(connection -> RestartStore.wait(connection, loss, waiting)));
        }
    }

    /** Where each is to go; those that find no host are added to the waiting. */
    private List<Move> plan(Connection connection, Loss loss, List<Waiting> waiting)
            throws SQLException {
        means.mirror().look(connection);
        Population population = ForecastStore.population(connection, loss.host());
        Map<UUID, String> restartable = RestartStore.restartable(connection, loss);
        Map<UUID, Placed> byId = new HashMap<>();
        List<Resident> residents = new ArrayList<>();
        for (Placed one : population.placed()) {
            String obstacle = restartable.get(one.id());
            if (obstacle != null && obstacle.isEmpty()) {
                byId.put(one.id(), one);
                residents.add(one.resident(means.requests(), population.groups()));
            } else if (obstacle != null) {
                waiting.add(new Waiting(one.tenantName(), one.name(), obstacle));
            }
        }
        List<Move> moves = new ArrayList<>();
        FleetView fleet = means.mirror().snapshot();
        for (Fate fate :
                Rehoming.of(
                        fleet,
                        host -> host.id().equals(loss.host()),
                        residents,
                        one -> Rehearsals.urgency(byId.get(one.id()).environment()),
                        SEED)) {
            Placed one = byId.get(fate.resident().id());
            switch (fate.decision()) {
                case Chosen chosen ->
                        moves.add(new Move(one, fate.resident().request().amounts(), chosen));
                case NoHost none ->
                        waiting.add(
                                new Waiting(
                                        one.tenantName(),
                                        one.name(),
                                        none.explanation().render().nearestMiss()));
            }
        }
        return moves;
    }

    /** Gives them their hosts, as far as all is still as it was seen; returns how many. */
    private int give(Connection connection, Loss loss, List<Move> moves) throws SQLException {
        Locked locked = RestartStore.lock(connection, means.ledger(), loss, moves);
        List<Move> given =
                moves.stream()
                        .filter(move -> locked.holds() && locked.has(move) && stands(move, locked))
                        .filter(move -> locked.balances().carry(move.to(), move.amounts()))
                        .toList();
        if (!given.isEmpty()) {
            RestartStore.write(connection, means, loss, given);
        }
        transactions.afterCommit(() ->
                locked.balances()
                        .providers()
                        .forEach(host ->
                                means.mirror()
                                        .correct(
                                                host,
                                                locked.balances().effective(host),
                                                locked.balances().used(host))));
        return given.size();
    }

    /** Whether the host is what it was when it was chosen. */
    private boolean stands(Move move, Locked locked) {
        SeenHost seen = means.mirror().host(move.to());
        return seen != null
                && seen.schedulable()
                && Long.valueOf(seen.revision()).equals(locked.hosts().get(move.to()));
    }
}
