package io.yunqing.agent.link;

import io.yunqing.agent.sync.HostView;
import io.yunqing.api.HostInventory;
import io.yunqing.api.agent.Fencing;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.ReportAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The heartbeat: says what the host is, at once when that is news, else when the controller asked for it.
 *
 * <p>Its thread touches neither libvirt nor disk, so that it beats whatever hangs there; what hangs is in the report.
 */
public final class Reporter implements AutoCloseable {

    /** What becomes of reports. */
    public interface Outcome {

        /** A report is about to be sent. */
        void sending();

        /** The controller has taken this view. */
        void taken(HostView view, ReportAnswer answer);

        /** It did not; another live agent may have our identity. */
        void failed(LinkFault fault);
    }

    private static final Logger LOG = Logger.getLogger(Reporter.class.getName());
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration SHORTEST_GATHERING = Duration.ofMillis(3);
    private static final long LONGEST_INTERVAL_MILLIS = 60_000;

    private final Controller controller;
    private final String bootId;
    private final UUID agentStart = UUID.randomUUID();
    private final Supplier<List<HostObserved.Lane>> lanes;
    private final Supplier<Fencing> fencing;
    private final Outcome outcome;
    private final Rhythm rhythm;
    private final Patience patience;
    private final Loop loop;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private @Nullable HostView view;
    private long dueNanos = notSoon();
    private Duration gathering = SHORTEST_GATHERING;

    private long sequence;
    private @Nullable HostView taken;
    private @Nullable HostInventory inventoryTaken;

    public Reporter(
            Controller controller,
            String bootId,
            Supplier<List<HostObserved.Lane>> lanes,
            Supplier<Fencing> fencing,
            Outcome outcome,
            Rhythm rhythm) {
        this.controller = controller;
        this.bootId = bootId;
        this.lanes = lanes;
        this.fencing = fencing;
        this.outcome = outcome;
        this.rhythm = rhythm;
        this.patience = rhythm.patience(LOG, "reporting");
        this.loop = rhythm.loop("report", this::round);
    }

    public void start() {
        loop.start();
    }

    /** What there is to report from now on; returns at once. */
    public void tell(HostView next) {
        lock.lock();
        try {
            var before = view;
            view = next;
            if (next.isNewsAfter(before)) {
                dueBy(gathering);
            } else if (next.differsFrom(before)) {
                dueBy(SOON);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * How long news are gathered before they are told: the longer, the longer the controller took to answer the last report, so
     * that a busy one is told more at once and not more often.
     */
    static Duration gathering(Duration lastAnswer) {
        Duration twice = lastAnswer.multipliedBy(2);
        return twice.compareTo(SHORTEST_GATHERING) < 0
                ? SHORTEST_GATHERING
                : twice.compareTo(SOON) > 0 ? SOON : twice;
    }

    private void gather(Duration next) {
        lock.lock();
        try {
            gathering = next;
        } finally {
            lock.unlock();
        }
    }

    private void dueBy(Duration within) {
        long due = System.nanoTime() + within.toNanos();
        if (due - dueNanos < 0) {
            dueNanos = due;
            woken.signalAll();
        }
    }

    private Duration round() throws InterruptedException {
        var now = awaitDue();
        long sent = System.nanoTime();
        outcome.sending();
        try {
            var answer = controller.report(observed(now));
            gather(gathering(Duration.ofNanos(System.nanoTime() - sent)));
            patience.succeeded();
            taken = now;
            inventoryTaken = now.inventory();
            outcome.taken(now, answer);
            scheduleNext(answer.reportAfterMillis());
            return Duration.ZERO;
        } catch (LinkFault fault) {
            // What was not taken is still to be said, whether or not there is news by then.
            due(Duration.ZERO);
            outcome.failed(fault);
            return patience.failed(fault);
        }
    }

    /** Waits until a report is due; from then on whatever becomes news is due anew. */
    private HostView awaitDue() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                long left = dueNanos - System.nanoTime();
                var now = view;
                if (now != null && left <= 0) {
                    dueNanos = notSoon();
                    return now;
                }
                woken.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private static long notSoon() {
        return System.nanoTime() + Duration.ofDays(1).toNanos();
    }

    private void scheduleNext(long askedMillis) {
        long millis = Math.clamp(askedMillis, 200, LONGEST_INTERVAL_MILLIS);
        rhythm.reportEvery(Duration.ofMillis(millis));
        // A tenth earlier at most: late is what the controller notices.
        long spread = millis - rhythm.random().nextLong(millis / 10 + 1);
        due(Duration.ofMillis(spread));
    }

    private void due(Duration within) {
        lock.lock();
        try {
            dueBy(within);
        } finally {
            lock.unlock();
        }
    }

    private HostObserved observed(HostView now) {
        boolean known = taken != null && Objects.equals(inventoryTaken, now.inventory());
        return new HostObserved(
                agentStart,
                bootId,
                ++sequence,
                now.appliedRevision(),
                now.complete(),
                now.unobservedReason(),
                now.observedAt(),
                known ? null : now.inventory(),
                now.instances(),
                now.unknownDomains(),
                lanes.get(),
                now.volumes(),
                now.orphans(),
                now.networkFault(),
                now.backups(),
                now.pools(),
                fencing.get());
    }

    @Override
    public void close() {
        loop.close();
    }
}
