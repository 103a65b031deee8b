package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Gates;
import io.yunqing.agent.Instances;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.agent.platform.Threads;
import io.yunqing.agent.simulated.Pace;
import io.yunqing.agent.simulated.SimulatedHypervisor;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reconciler on a clock and a mailbox that are the test's own; only the lanes are threads. */
class HostReconcilerTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Gates gates = new Gates();
    private final LinkedBlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Lanes lanes = new Lanes(() -> now, Threads.PLATFORM);
    private final HostReconciler reconciler =
            new HostReconciler(
                    gates.before(
                            new SimulatedHypervisor(
                                    Instances.INVENTORY, Pace.INSTANT, new Random(1), step -> {})),
                    lanes,
                    mailbox::add,
                    () -> now,
                    new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), new Random(1)),
                    told -> view = told);
    private @Nullable HostView view;
    private long revision;

    @BeforeEach
    void begin() {
        reconciler.begin();
    }

    @AfterEach
    void stop() {
        lanes.close();
    }

    @Test
    void aLookThatHangsForTwentySecondsBlindsTheReport() {
        want(Instances.running().build());
        until("it runs", () -> shown(DomainState.RUNNING));
        var before = gates.steps();

        gates.shut("domains");
        now = now.plus(Sight.COMPARE_EVERY);
        assertEquals(now.plusSeconds(20), reconciler.settle(), "asks to be called when it is late");
        until("the listing hangs", () -> gates.holds("domains"));
        hearLooksOut();
        now = now.plusSeconds(20).minusMillis(1);
        reconciler.settle();
        assertNull(told().unobservedReason());

        now = now.plusMillis(1);
        reconciler.settle();
        assertEquals("listing the domains has not ended after 20 s", told().unobservedReason());
        want(Instances.running().deleted().build());
        reconciler.settle();
        assertTrue(idle(), "what cannot be seen is not changed");
        assertEquals(before, gates.steps());

        gates.open("domains");
        until("it is seen and removed", () -> shown(DomainState.REMOVED));
        assertNull(told().unobservedReason());
    }

    @Test
    void aRunEndsWhenItsInstanceIsToBeGone() {
        wantWhilePreparing(Instances.running().deleted().build());
        until("it is removed", () -> shown(DomainState.REMOVED));
        assertEquals(List.of("prepare", "erase"), gates.steps());
    }

    @Test
    void aRunEndsWhenItsInstanceIsToBeAnother() {
        wantWhilePreparing(Instances.running().power(Power.OFF).build());
        until("it is there", () -> shown(DomainState.SHUTOFF));
        assertEquals(List.of("prepare", "prepare", "define"), gates.steps());
    }

    @Test
    void aRunEndsWhenNothingIsToBeChangedAnyMore() {
        want(Instances.running().build());
        gates.shut("prepare");
        until("it is being prepared", () -> gates.holds("prepare"));
        reconciler.hold("another agent has this identity");
        gates.open("prepare");
        until("the step is over", () -> idle() && gates.steps().equals(List.of("prepare")));
        reconciler.settle();
        assertEquals(List.of("prepare"), gates.steps());

        reconciler.hold(null);
        until("it runs", () -> shown(DomainState.RUNNING));
    }

    private void wantWhilePreparing(InstanceDesired next) {
        gates.shut("prepare");
        want(Instances.running().build());
        until("it is being prepared", () -> gates.holds("prepare"));
        want(next);
        reconciler.settle();
        gates.open("prepare");
    }

    private void want(InstanceDesired instance) {
        reconciler.hear(new HostDesired(++revision, true, List.of(instance)));
    }

    private HostView told() {
        assertTrue(view != null, "a view was told");
        return view;
    }

    private boolean shown(DomainState state) {
        return told().instances().stream().anyMatch(i -> i.state() == state && i.step() == null);
    }

    private boolean idle() {
        return told().instances().stream().allMatch(i -> i.step() == null);
    }

    /** The one thread that still looks has come to the end of what it had, so all of that is in the mailbox. */
    private void hearLooksOut() {
        var last = lanes.submit(LaneName.QUERY, "nothing", () -> true);
        until("the looks are over", last::isDone);
        for (var message = mailbox.poll(); message != null; message = mailbox.poll()) {
            message.run();
        }
        reconciler.settle();
    }

    /** Does what the loop does, until the condition holds. */
    private void until(String what, BooleanSupplier holds) {
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
