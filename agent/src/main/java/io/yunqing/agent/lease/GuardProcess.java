package io.yunqing.agent.lease;

import io.yunqing.agent.platform.Uptime;
import io.yunqing.api.agent.Stopped;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The way to this host's {@link GuardProgram}, which is started if there is none. */
public final class GuardProcess implements Guard, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(GuardProcess.class.getName());

    /** Longer than the guard itself waits for what it kills. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration START = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Path socket;
    private final Path log;
    private final Path pool;
    private final ExecutorService reader =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("guard-answers").factory());
    private @Nullable Link link;
    private long number;

    private record Link(SocketChannel channel, BufferedReader lines, Writer words) {

        static Link to(Path socket) throws IOException {
            var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            return new Link(
                    channel,
                    new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII)),
                    Channels.newWriter(channel, StandardCharsets.US_ASCII));
        }
    }

    /**
     * @param data the agent's folder, in which the guard's socket and log are
     * @param pool the host's own, by which its guests are known
     */
    public GuardProcess(Path data, Path pool) {
        this.socket = data.resolve("guard.sock");
        this.log = data.resolve("guard.log");
        this.pool = pool;
    }

    @Override
    public @Nullable Stopped allow(long until, Set<UUID> instances, Set<UUID> forbidden)
            throws IOException {
        // Also the words of an agent that is started later are the later ones.
        number = Math.max(number + 1, Uptime.millis());
        var allowance = new GuardMessage.Allowance(number, until, instances, forbidden);
        if (link != null) {
            try {
                return ask(link, allowance);
            } catch (IOException e) {
                LOG.warning("another guard is needed: " + e.getMessage());
                disconnect();
            }
        }
        try {
            link = connected();
            return ask(link, allowance);
        } catch (IOException e) {
            disconnect();
            throw e;
        }
    }

    private @Nullable Stopped ask(Link guard, GuardMessage.Allowance allowance) throws IOException {
        guard.words.write(allowance.line() + "\n");
        guard.words.flush();
        return GuardMessage.stopped(answer(guard));
    }

    /** A guard that stands still is given up; it may go on at any time, and so is still obeyed. */
    private String answer(Link guard) throws IOException {
        var line = CompletableFuture.supplyAsync(() -> read(guard), reader);
        try {
            return line.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the guard does not answer", e);
        } catch (ExecutionException e) {
            throw new IOException("the guard has gone: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String read(Link guard) {
        try {
            String line = guard.lines.readLine();
            if (line == null) {
                throw new EOFException("the connection was closed");
            }
            return line;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Link connected() throws IOException {
        try {
            return Link.to(socket);
        } catch (IOException e) {
            return started();
        }
    }

    private Link started() throws IOException {
        var process = start();
        long deadline = System.nanoTime() + START.toNanos();
        while (true) {
            try {
                return Link.to(socket);
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("the guard does not start, see " + log, e);
                }
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    /** In a session of its own, so that what ends the agent does not end it as well. */
    private Process start() throws IOException {
        var command = new ArrayList<>(List.of("setsid"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms8m", "-Xmx24m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(GuardProgram.class.getName());
        command.addAll(List.of(socket.toString(), pool.toString()));
        return new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private void disconnect() {
        if (link != null) {
            try {
                link.channel.close();
            } catch (IOException e) {
                // It is of no more use either way.
            }
            link = null;
        }
    }

    @Override
    public void close() {
        reader.shutdownNow();
        disconnect();
    }
}
