package io.yunqing.agent;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.lease.Guard;
import io.yunqing.agent.lease.Lease;
import io.yunqing.agent.link.ConsoleSessions;
import io.yunqing.agent.link.Consoles;
import io.yunqing.agent.link.Controller;
import io.yunqing.agent.link.ImageNews;
import io.yunqing.agent.link.LinkFault;
import io.yunqing.agent.link.Reporter;
import io.yunqing.agent.link.Rhythm;
import io.yunqing.agent.link.Statistics;
import io.yunqing.agent.link.Watch;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.agent.platform.Uptime;
import io.yunqing.agent.sync.HostReconciler;
import io.yunqing.agent.sync.HostView;
import io.yunqing.agent.sync.LaneName;
import io.yunqing.agent.sync.Lanes;
import io.yunqing.agent.sync.SyncLoop;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.ReportAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One host's agent, put together: what it hears goes to the reconciler, what the reconciler tells goes to the reporter.
 * Whatever is behind the two seams, it is the same agent.
 */
public final class Agent implements AutoCloseable {

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final ExecutorService guarding;
    private final Lease lease;
    private final SyncLoop loop;
    private final HostReconciler reconciler;
    private final Reporter reporter;
    private final Watch watch;
    private final Consoles consoles;
    private final Statistics statistics;
    private final ImageNews images;
    private final ConsoleSessions sessions;
    private final DesiredFile kept;
    private final AtomicReference<@Nullable HostDesired> unsaved = new AtomicReference<>();
    private volatile Set<UUID> ours = Set.of();

    /** Of the loop: the controller has told what is desired, or could not be asked. */
    private boolean informed;

    /** Of the loop: the controller has taken a report, or could not be told. */
    private boolean admitted;

    /**
     * @param data where what was heard is kept
     * @param host whose agent this is
     * @param guard absent where nothing restartable is to be started
     */
    public Agent(
            Path data,
            UUID host,
            Hypervisor hypervisor,
            @Nullable Guard guard,
            Controller controller,
            Rhythm rhythm)
            throws IOException {
        InstantSource clock = InstantSource.system();
        this.hypervisor = hypervisor;
        this.kept = new DesiredFile(data, host);
        this.lanes = new Lanes(clock, rhythm.threads());
        this.loop = new SyncLoop(clock, rhythm.threads());
        this.guarding = rhythm.threads().pool("guard", 1);
        this.lease = new Lease(guard, Uptime::millis, guarding, () -> loop.execute(() -> {}));
        var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), rhythm.random());
        this.reconciler =
                new HostReconciler(hypervisor, lanes, loop, clock, backoff, lease, this::told);
        this.reporter =
                new Reporter(
                        controller,
                        bootId(),
                        lanes::status,
                        lease::fencing,
                        new ReportOutcome(),
                        rhythm);
        this.watch =
                new Watch(controller, this::heard, this::unheard, lease::awaitsWord, clock, rhythm);
        this.consoles = new Consoles(hypervisor, lanes, controller, () -> ours, rhythm);
        this.statistics = new Statistics(hypervisor, lanes, controller, () -> ours, clock, rhythm);
        this.images = new ImageNews(hypervisor, controller, rhythm);
        this.sessions = new ConsoleSessions(hypervisor, lanes, controller, clock, rhythm);
    }

    public void start() {
        var known = kept.read();
        if (known != null) {
            loop.execute(() -> reconciler.hear(known));
        }
        loop.start(reconciler::settle);
        hypervisor.listen(reconciler.listener());
        reporter.start();
        watch.start();
        if (hypervisor.hasGuests()) {
            consoles.start();
            statistics.start();
            images.start();
        }
    }

    private void told(HostView view) {
        ours = view.withDisk();
        reporter.tell(view);
    }

    private void heard(HostDesired news, long asked) {
        sessions.hear(news.consolesOrNone());
        loop.execute(() -> {
            reconciler.hear(news);
            lease.heard(reconciler.desired().instances(), asked);
            save();
            informed = true;
            beginIfReady();
        });
    }

    /** Beside the work, not before it: what is lost with it is heard again. */
    private void save() {
        if (unsaved.getAndSet(reconciler.desired()) == null) {
            var _ = lanes.submit(LaneName.NOTES, "keep the desired state", this::writeUnsaved);
        }
    }

    /** One at a time, or an older state could be written last. */
    private @Nullable Void writeUnsaved() {
        synchronized (kept) {
            var newest = unsaved.getAndSet(null);
            if (newest != null) {
                kept.write(newest);
            }
            return null;
        }
    }

    /** What was kept from before counts only when the controller cannot be asked. */
    private void unheard(LinkFault fault) {
        if (fault.kind() == LinkFault.Kind.DUPLICATE) {
            duplicate(String.valueOf(fault.getMessage()));
        } else {
            loop.execute(() -> {
                informed = true;
                beginIfReady();
            });
        }
    }

    private void beginIfReady() {
        if (informed && admitted) {
            reconciler.begin();
        }
    }

    private void duplicate(String words) {
        loop.execute(() -> reconciler.hold(words));
    }

    static String bootId() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    }

    @Override
    public void close() {
        sessions.close();
        images.close();
        statistics.close();
        consoles.close();
        watch.close();
        reporter.close();
        loop.close();
        lanes.close();
        guarding.shutdownNow();
        hypervisor.close();
    }

    /** An agent acts unless it was told that another one has its identity; a controller that is away stops nobody. */
    private final class ReportOutcome implements Reporter.Outcome {

        @Override
        public void sending() {
            lease.sending();
        }

        @Override
        public void taken(HostView view, ReportAnswer answer) {
            if (lease.answered(Duration.ofMillis(answer.leaseMillis()))) {
                watch.askAnew();
            }
            loop.execute(() -> {
                admitted = true;
                beginIfReady();
                reconciler.hold(null);
                reconciler.confirmed(view);
            });
            watch.compare(answer.desiredRevision());
        }

        @Override
        public void failed(LinkFault fault) {
            lease.unanswered();
            if (fault.kind() == LinkFault.Kind.DUPLICATE) {
                duplicate(String.valueOf(fault.getMessage()));
            } else {
                loop.execute(() -> {
                    admitted = true;
                    beginIfReady();
                });
            }
        }
    }
}
