package io.yunqing.controller.platform;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Runs small chores now and then, each in a transaction of its own; a chore that fails is tried again next time. */
@ApplicationScoped
public class Every {
    private static final Logger LOG = Logger.getLogger(Every.class);

    private final ScheduledExecutorService clockwork =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("chores").factory());

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final Queue<ScheduledExecutorService> apart = new ConcurrentLinkedQueue<>();
    private final Transactions transactions;

    Every(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Runs the chore at once and then again each time {@code pause} has passed since it ended. */
    public void run(String chore, Duration pause, Runnable work) {
        var _ =
                clockwork.scheduleWithFixedDelay(
                        () -> {
                            try {
                                transactions.write(() -> {
                                    work.run();
                                    return true;
                                });
                            } catch (RuntimeException e) {
                                LOG.warnf(
                                        "%s failed, will be tried again: %s",
                                        chore, e.getMessage());
                            }
                        },
                        0,
                        pause.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** Runs a chore again and again, each time {@code pause} after it ended: on a thread of its own, and outside of any transaction. */
    public void apart(String chore, Duration pause, Runnable work) {
        ScheduledExecutorService own =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name(chore).factory());
        apart.add(own);
        var _ =
                own.scheduleWithFixedDelay(
                        () -> attempt(chore, work), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void attempt(String chore, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.warnf("%s failed, will be tried again: %s", chore, e.getMessage());
        }
    }

    /**
     * Runs a chore that may take long, each time so much later that it is at work for a hundredth of the time at most: on a
     * thread of its own, for which no other chore waits, and outside of any transaction.
     *
     * @param pause between two runs at least
     */
    public void rarely(String chore, Duration pause, Runnable work) {
        ScheduledExecutorService own =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name(chore).factory());
        apart.add(own);
        own.execute(() -> runRarely(own, chore, pause, work));
    }

    private void runRarely(
            ScheduledExecutorService own, String chore, Duration pause, Runnable work) {
        long begin = System.nanoTime();
        attempt(chore, work);
        long rest = Math.min((System.nanoTime() - begin) * 99, LONGEST_PAUSE.toNanos());
        if (!own.isShutdown()) {
            var _ =
                    own.schedule(
                            () -> runRarely(own, chore, pause, work),
                            Math.max(rest, pause.toNanos()),
                            TimeUnit.NANOSECONDS);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        clockwork.shutdownNow();
        apart.forEach(ScheduledExecutorService::shutdownNow);
    }
}
