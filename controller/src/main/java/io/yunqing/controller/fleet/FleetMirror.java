package io.yunqing.controller.fleet;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.HostState;
import io.yunqing.controller.fleet.HostReader.Look;
import io.yunqing.controller.fleet.HostReader.Read;
import io.yunqing.controller.fleet.HostReader.Sums;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Decision;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.HostFacts;
import io.yunqing.controller.placement.Placement;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.Ids;
import io.yunqing.controller.platform.Signals;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * The fleet as this replica believes it to be, in memory, for placement to choose from. It follows the database: a change
 * announced in the feed wakes it, and it reads the providers that changed since its last look; every minute it reads all. It
 * may be behind without harm, as the ledger has the last word.
 */
@ApplicationScoped
public class FleetMirror {
    private static final Logger LOG = Logger.getLogger(FleetMirror.class);

    /** Without a signal, a change is seen after this time. */
    private static final Duration GLANCE = Duration.ofSeconds(1);

    /** A change a moment ago often has company; looking for each by itself would cost more than it tells. */
    private static final Duration BREATH = Duration.ofMillis(50);

    private static final Duration WHOLE_LOOK = Duration.ofMinutes(1);
    private static final Duration SWEEP = Duration.ofSeconds(1);

    /** How often to see which hosts were heard by other replicas. */
    private static final Duration HEARSAY = Duration.ofSeconds(3);

    /** For a look that is under way when the controller ends. */
    private static final Duration LAST_LOOK = Duration.ofSeconds(5);

    private final Ledger ledger;
    private final AgentPolicy policy;
    private final PoolLines lines;
    private final AgroalDataSource dataSource;
    private final Signals signals;
    private final InstantSource clock;

    /** Of two replicas that choose from equals, each begins elsewhere. */
    private final long seed = Ids.next().getLeastSignificantBits();

    private final ReentrantLock lock = new ReentrantLock();

    /** One look after the other, so that none brings back what an earlier one saw. */
    private final ReentrantLock looking = new ReentrantLock();

    private final Map<UUID, SeenHost> hosts = new HashMap<>();

    /** What was placed by decisions that are not yet written down. */
    private final Map<UUID, Amounts> pending = new HashMap<>();

    private FleetView view;
    private String horizon = "0";
    private long looks;
    private long looked;
    private Thread follower;

    FleetMirror(
            Ledger ledger,
            AgentPolicy policy,
            PoolLines lines,
            AgroalDataSource dataSource,
            Signals signals,
            InstantSource clock) {
        this.ledger = ledger;
        this.policy = policy;
        this.lines = lines;
        this.dataSource = dataSource;
        this.signals = signals;
        this.clock = clock;
    }

    /** Before anybody asks it something. */
    void start(@Observes @Priority(1) StartupEvent event, Every every) {
        view = new FleetView(ledger.kinds().names());
        follower = Thread.ofPlatform().daemon().name("fleet-mirror").start(this::follow);
        every.run("sweeping the fleet", SWEEP, this::sweep);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        follower.interrupt();
        follower.join(LAST_LOOK);
    }

    // --- For placement ---

    /** Chooses a host and counts on it what was asked, until {@link #settle} says what became of it. */
    public Decision place(Request request) {
        lock.lock();
        try {
            Decision decision = Placement.choose(view, request, seed);
            if (decision instanceof Chosen chosen) {
                view.take(chosen.index(), request.amounts());
                pending.merge(chosen.host().id(), request.amounts(), Amounts::plus);
            }
            return decision;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what was counted on the host by a decision that came to nothing, or is written down by now. */
    public void settle(UUID host, Amounts amounts) {
        lock.lock();
        try {
            int index = view.indexOf(host);
            Amounts left = pending.get(host);
            if (index >= 0 && left != null) {
                pending.put(host, left.minus(amounts));
                view.give(index, amounts);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes over what the ledger says of a host. */
    public void correct(UUID host, Amounts effective, Amounts used) {
        lock.lock();
        try {
            int index = view.indexOf(host);
            if (index >= 0) {
                view.setLimits(index, effective);
                view.setUsed(index, withPending(host, used));
            }
        } finally {
            lock.unlock();
        }
    }

    /** A host that turned out not to exist. */
    public void forget(UUID host) {
        lock.lock();
        try {
            hosts.remove(host);
            pending.remove(host);
            view.remove(host);
        } finally {
            lock.unlock();
        }
    }

    /** A host that was deleted; no look that is under way brings it back. */
    void deleted(UUID host) {
        looking.lock();
        try {
            forget(host);
        } finally {
            looking.unlock();
        }
    }

    /** The host as it was last read, or null. */
    public SeenHost host(UUID id) {
        lock.lock();
        try {
            return hosts.get(id);
        } finally {
            lock.unlock();
        }
    }

    /** A copy to try things out on. */
    public FleetView snapshot() {
        lock.lock();
        try {
            return view.snapshot();
        } finally {
            lock.unlock();
        }
    }

    /** All hosts as they were last read. */
    public Set<SeenHost> hosts() {
        lock.lock();
        try {
            return new HashSet<>(hosts.values());
        } finally {
            lock.unlock();
        }
    }

    /**
     * A host in numbers.
     *
     * @param effective what it may promise, by position
     * @param used what it has promised, by position, without what is only being decided
     */
    record Measured(SeenHost seen, Amounts effective, Amounts used) {}

    /** All hosts in numbers, as of this moment. */
    List<Measured> measured() {
        lock.lock();
        try {
            int kinds = view.resources().size();
            List<Measured> all = new ArrayList<>(hosts.size());
            for (SeenHost seen : hosts.values()) {
                int index = view.indexOf(seen.host().id());
                Amounts waiting = pending.getOrDefault(seen.host().id(), Amounts.of());
                long[] effective = new long[kinds];
                long[] used = new long[kinds];
                for (int i = 0; i < kinds; i++) {
                    effective[i] = view.limit(index, i);
                    used[i] = view.used(index, i) - waiting.at(i);
                }
                all.add(new Measured(seen, Amounts.of(effective), Amounts.of(used)));
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** How many looks at the database have begun; the next one sees all that was done before now. */
    public long looks() {
        lock.lock();
        try {
            return looks;
        } finally {
            lock.unlock();
        }
    }

    /** Whether what was seen by the first so many looks is all that this replica knows: a later one has not ended yet. */
    public boolean knowsNoMoreThan(long firstLooks) {
        lock.lock();
        try {
            return looked <= firstLooks;
        } finally {
            lock.unlock();
        }
    }

    // --- Following ---

    /** Takes in a report of a host at once; what other replicas hear is read now and then. */
    void heard(@Observes HostHeard heard) {
        lock.lock();
        try {
            SeenHost seen = hosts.get(heard.host());
            boolean news =
                    seen != null
                            && (seen.receivedAt() == null
                                    || seen.receivedAt().isBefore(heard.receivedAt()));
            if (news) {
                SeenHost now = seen.heard(heard);
                hosts.put(heard.host(), now);
                report(now);
            }
        } finally {
            lock.unlock();
        }
    }

    private void follow() {
        Instant wholeLook = Instant.MIN;
        Instant hearsay = Instant.MIN;
        while (!signals.ended()) {
            try {
                long seen = signals.count(Changes.FEED);
                Instant now = clock.instant();
                boolean whole = Duration.between(wholeLook, now).compareTo(WHOLE_LOOK) >= 0;
                try (Connection connection = dataSource.getConnection()) {
                    look(connection, whole);
                    if (Duration.between(hearsay, now).compareTo(HEARSAY) >= 0) {
                        HostReader.heard(connection).forEach(this::heard);
                        hearsay = now;
                    }
                }
                wholeLook = whole ? now : wholeLook;
                Thread.sleep(BREATH);
                signals.await(Changes.FEED, seen, GLANCE);
            } catch (SQLException e) {
                LOG.warnf("Cannot read the fleet, trying again: %s", e.getMessage());
                pause();
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(GLANCE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads what has changed since the last look. */
    public void look(Connection connection) throws SQLException {
        look(connection, false);
    }

    private void look(Connection connection, boolean whole) throws SQLException {
        looking.lock();
        try {
            lookAlone(connection, whole);
        } finally {
            looking.unlock();
        }
    }

    private void lookAlone(Connection connection, boolean whole) throws SQLException {
        String since;
        Set<UUID> known;
        lock.lock();
        try {
            looks++;
            since = whole ? "0" : horizon;
            known = new HashSet<>(hosts.keySet());
        } finally {
            lock.unlock();
        }
        Look look = HostReader.changedSince(connection, since);
        List<UUID> news =
                look.sums().stream()
                        .filter(sums -> sums.described() || !known.contains(sums.host()))
                        .map(Sums::host)
                        .toList();
        List<Read> described = news.isEmpty() ? List.of() : HostReader.described(connection, news);
        lock.lock();
        try {
            if (whole) {
                look.sums().forEach(sums -> known.remove(sums.host()));
                known.forEach(this::forget);
            }
            look.sums().forEach(sums -> correct(sums.host(), sums.effective(), sums.used()));
            // A provider without a host is the history of one that was deleted.
            Set<UUID> gone = new HashSet<>(news);
            described.forEach(read -> gone.remove(read.seen().host().id()));
            gone.forEach(this::forget);
            described.forEach(this::put);
            horizon = look.horizon();
            looked = looks;
        } finally {
            lock.unlock();
        }
    }

    private void put(Read read) {
        SeenHost seen = read.seen().unlessHeardSince(hosts.get(read.seen().host().id()));
        hosts.put(seen.host().id(), seen);
        view.put(
                new HostFacts(
                        seen.host(),
                        reporting(seen),
                        seen.schedulable(),
                        read.effective(),
                        withPending(seen.host().id(), read.used()),
                        thin(seen.pool(), read)));
    }

    /** Why less may be promised of its pool than by its terms; null when that is not so. */
    private String thin(HostPool pool, Read read) {
        int storage = ledger.kinds().names().indexOf(HostPools.STORAGE);
        return pool == null || read.effective().at(storage) >= read.terms().at(storage)
                ? null
                : lines.shortage(pool);
    }

    /** Silence sends no news: who has not been heard for too long is found by looking. */
    private void sweep() {
        lock.lock();
        try {
            hosts.values().forEach(this::report);
        } finally {
            lock.unlock();
        }
    }

    private void report(SeenHost seen) {
        int index = view.indexOf(seen.host().id());
        boolean reporting = reporting(seen);
        if (index >= 0 && view.reporting(index) != reporting) {
            view.reporting(index, reporting);
        }
    }

    private boolean reporting(SeenHost seen) {
        return seen.complete()
                && policy.state(seen.receivedAt(), clock.instant()) == HostState.CURRENT;
    }

    private Amounts withPending(UUID host, Amounts used) {
        Amounts waiting = pending.get(host);
        return waiting == null ? used : used.plus(waiting);
    }
}
