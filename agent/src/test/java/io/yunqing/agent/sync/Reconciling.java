package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Gates;
import io.yunqing.agent.Instances;
import io.yunqing.agent.lease.Lease;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.agent.platform.Threads;
import io.yunqing.agent.simulated.Pace;
import io.yunqing.agent.simulated.SimulatedHypervisor;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.Stopped;
import io.yunqing.api.agent.VolumeDesired;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A reconciler on a clock and a mailbox that are the test's own; only the lanes are threads. */
abstract class Reconciling {

    private static final Duration SOON = Duration.ofSeconds(20);

    final Gates gates = new Gates();
    final LinkedBlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    final Lanes lanes = new Lanes(() -> now, Threads.PLATFORM);
    final SimulatedHypervisor hypervisor =
            new SimulatedHypervisor(Instances.INVENTORY, Pace.INSTANT, new Random(1), step -> {});
    @Nullable String guardFault;
    final AtomicLong uptime = new AtomicLong(1_000_000);
    final Lease lease = new Lease(this::guard, uptime::get, Runnable::run, () -> {});
    final HostReconciler reconciler =
            new HostReconciler(
                    gates.before(hypervisor),
                    lanes,
                    mailbox::add,
                    () -> now,
                    new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), new Random(1)),
                    lease,
                    told -> view = told);
    private @Nullable HostView view;
    private OrphanDesired[] orphans = {};
    private BackupDesired[] backups = {};
    private long revision;

    private @Nullable Stopped guard(long until, Set<UUID> instances, Set<UUID> forbidden)
            throws IOException {
        if (guardFault != null) {
            throw new IOException(guardFault);
        }
        return null;
    }

    @BeforeEach
    void begin() {
        reconciler.begin();
    }

    @AfterEach
    void stop() {
        lanes.close();
    }

    void want(InstanceDesired instance) {
        want(List.of(instance));
    }

    void want(List<InstanceDesired> instances, VolumeDesired... volumes) {
        reconciler.hear(
                HostDesired.of(
                                ++revision,
                                true,
                                instances,
                                List.of(volumes),
                                List.of(orphans),
                                null)
                        .withBackups(List.of(backups)));
    }

    void wantOf(BackupDesired... wishes) {
        backups = wishes;
    }

    void wantOf(OrphanDesired... wishes) {
        orphans = wishes;
    }

    HostView told() {
        assertTrue(view != null, "a view was told");
        return view;
    }

    boolean shown(DomainState state) {
        return told().instances().stream().anyMatch(i -> i.state() == state && i.step() == null);
    }

    /** Until nothing is done any more, but for what a gate holds. */
    void untilQuiet() {
        var calm = new AtomicInteger();
        until("all is quiet", () -> (isQuiet() ? calm.incrementAndGet() : calm.getAndSet(0)) > 5);
    }

    private boolean isQuiet() {
        int busy = lanes.status().stream().mapToInt(lane -> lane.busy() + lane.queued()).sum();
        return busy == gates.held() && mailbox.isEmpty();
    }

    /** Does what the loop does, until the condition holds. */
    void until(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + SOON.toNanos();
        reconciler.settle();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "waited in vain: " + what + "; " + view);
            try {
                var message = mailbox.poll(10, TimeUnit.MILLISECONDS);
                if (message != null) {
                    message.run();
                    reconciler.settle();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }
}
