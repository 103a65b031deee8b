package io.yunqing.agent.sync;

import io.yunqing.agent.platform.Threads;
import io.yunqing.api.agent.HostObserved;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A bounded pool of threads that says what it is busy with.
 *
 * <p>A task that hangs in native code or on a dead file
 * system cannot be taken back: it costs its lane one slot until it returns, and every report names it.
 */
final class Lane implements AutoCloseable {

    private record Task(String what, Instant since) {}

    private final LaneName name;
    private final InstantSource clock;
    private final ThreadPoolExecutor threads;
    private final Map<Thread, Task> running = new ConcurrentHashMap<>();

    Lane(LaneName name, InstantSource clock, Threads threads) {
        this.name = name;
        this.clock = clock;
        // Its queue is unbounded by itself, but each instance has at most one step under way.
        this.threads = threads.pool(word(), name.threads());
    }

    <T> CompletableFuture<T> submit(String what, Callable<T> work) {
        var result = new CompletableFuture<T>();
        threads.execute(() -> {
            running.put(Thread.currentThread(), new Task(what, clock.instant()));
            try {
                result.complete(work.call());
            } catch (Throwable e) {
                // Whatever it was, the one who asked decides what it means; the lane lives on.
                result.completeExceptionally(e);
            } finally {
                running.remove(Thread.currentThread());
            }
        });
        return result;
    }

    HostObserved.Lane status() {
        var oldest = running.values().stream().min(Comparator.comparing(Task::since));
        return new HostObserved.Lane(
                word(),
                running.size(),
                threads.getQueue().size(),
                oldest.map(Task::what).orElse(null),
                oldest.map(t -> Duration.between(t.since, clock.instant()).toSeconds()).orElse(0L));
    }

    private String word() {
        return name.name().toLowerCase(Locale.ROOT);
    }

    /** Begins nothing more. */
    void stop() {
        threads.shutdownNow();
    }

    /** Waits for what is under way, but not for what hangs. */
    @Override
    public void close() {
        stop();
        try {
            threads.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
