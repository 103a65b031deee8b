package io.yunqing.controller.postgres;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The server process and the thread that keeps it alive.
 *
 * <p>One thread starts, watches, restarts and stops the server, for two reasons: nobody races with anybody, and the
 * kernel ends the server when the <em>thread</em> that started it ends, so that thread must live as long as the server
 * should.
 */
final class Postmaster implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Postmaster.class.getName());

    /** Recovery after a crash replays at most a few GiB of log; far more than that needs. */
    private static final Duration READY = Duration.ofMinutes(10);

    private static final Duration READY_POLL = Duration.ofMillis(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration FAST_STOP = Duration.ofSeconds(30);
    private static final Duration IMMEDIATE_STOP = Duration.ofSeconds(10);
    private static final long LARGEST_LOG = 10L << 20;

    private final Binaries binaries;
    private final Path data;
    private final Path log;
    private final List<String> settings;
    private final CompletableFuture<Long> started = new CompletableFuture<>();
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private final Thread thread;

    Postmaster(Binaries binaries, Path data, Path log, List<String> settings) {
        this.binaries = binaries;
        this.data = data;
        this.log = log;
        this.settings = settings;
        this.thread = Thread.ofPlatform().name("postgres").daemon().unstarted(this::supervise);
    }

    /** Returns when the server accepts connections. */
    void start() throws IOException {
        thread.start();
        try {
            started.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while PostgreSQL started", e);
        }
    }

    private void supervise() {
        Duration pause = FIRST_PAUSE;
        while (!closing.isDone()) {
            try {
                if (live()) {
                    pause = FIRST_PAUSE;
                }
            } catch (IOException | RuntimeException e) {
                if (started.completeExceptionally(e)) {
                    return;
                }
                LOG.log(Level.ERROR, "PostgreSQL does not start again: " + e.getMessage());
            }
            pause = pause(pause);
        }
    }

    /** One life of the server, from start to end. Says whether it ever was ready. */
    private boolean live() throws IOException {
        new Remains(data).clear(binaries);
        rotateLog();
        List<String> line =
                new ArrayList<>(List.of(binaries.program("postgres"), "-D", data.toString()));
        settings.forEach(setting -> line.addAll(List.of("-c", setting)));
        Process process =
                Command.server(line).start(ProcessBuilder.Redirect.appendTo(log.toFile()));
        boolean ready = false;
        try {
            ready = awaitReady(process);
            if (ready) {
                if (!started.complete(process.pid())) {
                    LOG.log(Level.INFO, "PostgreSQL runs again as process " + process.pid());
                }
                CompletableFuture.anyOf(process.onExit(), closing).join();
            }
        } finally {
            if (process.isAlive()) {
                stop(process);
            } else if (!closing.isDone() && ready) {
                LOG.log(
                        Level.WARNING,
                        "PostgreSQL ended by itself with exit code "
                                + process.exitValue()
                                + " and is started again; its log is "
                                + log);
            }
        }
        return ready;
    }

    /** The server says in its own pid file that it is ready. False: asked to close before it was. */
    private boolean awaitReady(Process process) throws IOException {
        long end = System.nanoTime() + READY.toNanos();
        while (!closing.isDone()) {
            if (saysReady(process.pid())) {
                return true;
            }
            if (!process.isAlive()) {
                throw new IOException("PostgreSQL ended while starting: " + Command.tail(log));
            }
            if (System.nanoTime() > end) {
                throw new IOException(
                        "PostgreSQL is not ready after " + READY + ": " + Command.tail(log));
            }
            await(closing, READY_POLL);
        }
        return false;
    }

    private boolean saysReady(long pid) throws IOException {
        Path file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return false;
        }
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.size() >= 8
                    && lines.getFirst().equals(Long.toString(pid))
                    && lines.get(7).strip().equals("ready");
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void stop(Process process) throws IOException {
        for (String signal : List.of("INT", "QUIT")) {
            if (process.isAlive()) {
                binaries.signal(signal, process.toHandle());
                await(process.onExit(), signal.equals("INT") ? FAST_STOP : IMMEDIATE_STOP);
            }
        }
        process.destroyForcibly();
    }

    private Duration pause(Duration pause) {
        await(closing, pause);
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    private static void await(CompletableFuture<?> event, Duration limit) {
        try {
            event.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the server says is little; a run of crashes shall still not fill the disk. */
    private void rotateLog() throws IOException {
        if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
            Files.move(
                    log,
                    log.resolveSibling(log.getFileName() + ".old"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** A fast shutdown: open transactions are rolled back, committed ones are on disk. */
    @Override
    public void close() {
        closing.complete(null);
        try {
            thread.join(FAST_STOP.plus(IMMEDIATE_STOP).plusSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
