package io.yunqing.agent.sync;

import io.yunqing.agent.platform.Threads;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The one thread that owns the reconciler's state: takes messages as they come, lets the reconciler settle after each
 * batch, and again when it asked to.
 */
public final class SyncLoop implements Executor, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(SyncLoop.class.getName());
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(30);

    private final LinkedBlockingQueue<Runnable> messages = new LinkedBlockingQueue<>();
    private final InstantSource clock;
    private final Thread thread;
    private volatile Supplier<Instant> settle = () -> Instant.MAX;

    public SyncLoop(InstantSource clock, Threads threads) {
        this.clock = clock;
        this.thread = threads.unstarted("sync", this::run);
    }

    /**
     * @param settle called after each batch of messages; answers when to call it again at the latest
     */
    public void start(Supplier<Instant> settle) {
        this.settle = settle;
        thread.start();
    }

    @Override
    public void execute(Runnable message) {
        messages.add(message);
    }

    private void run() {
        Instant wake = Instant.MIN;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                var message = messages.poll(nanosUntil(wake), TimeUnit.NANOSECONDS);
                while (message != null) {
                    guarded(message);
                    message = messages.poll();
                }
                wake = settle.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.log(Level.SEVERE, "a defect of the agent; it carries on", e);
                wake = clock.instant().plus(LONGEST_SLEEP);
            }
        }
    }

    private void guarded(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException e) {
            LOG.log(Level.SEVERE, "a defect of the agent; it carries on", e);
        }
    }

    private long nanosUntil(Instant wake) {
        Instant now = clock.instant();
        if (!wake.isAfter(now)) {
            return 0;
        }
        Instant latest = now.plus(LONGEST_SLEEP);
        return Duration.between(now, wake.isBefore(latest) ? wake : latest).toNanos();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
