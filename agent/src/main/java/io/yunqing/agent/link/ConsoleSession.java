package io.yunqing.agent.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.sync.LaneName;
import io.yunqing.agent.sync.Lanes;
import io.yunqing.api.ConsoleEnd;
import io.yunqing.api.ConsoleNotice;
import io.yunqing.api.agent.ConsoleDesired;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One console session: a guest's serial console and a WebSocket to the controller, joined.
 *
 * <p>What the guest writes is read at once, so that it never waits for whoever looks on; what cannot be sent as fast is left
 * out and said. What is typed is asked for frame by frame, each when the guest has taken the one before. The controller pings;
 * when it falls silent the session is over.
 */
final class ConsoleSession implements WebSocket.Listener {

    private static final Logger LOG = Logger.getLogger(ConsoleSession.class.getName());
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(20);
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final int BACKLOG_BYTES = 256 * 1024;
    private static final int FRAME_BYTES = 16 * 1024;

    private record Outcome(ConsoleEnd why, String words) {}

    private final ConsoleDesired wanted;
    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Controller controller;
    private final InstantSource clock;
    private final Rhythm rhythm;

    private final Backlog backlog = new Backlog(BACKLOG_BYTES);

    /** At most one frame, as the next is asked for when the guest has taken it. */
    private final BlockingQueue<ByteBuffer> typed = new ArrayBlockingQueue<>(1);

    /** Whether the guest is being given what was typed. */
    private volatile boolean typing;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final CompletableFuture<Outcome> end = new CompletableFuture<>();
    private volatile Instant heard;
    private volatile @Nullable ByteChannel guest;
    private @Nullable Thread typist;

    ConsoleSession(
            ConsoleDesired wanted,
            Hypervisor hypervisor,
            Lanes lanes,
            Controller controller,
            InstantSource clock,
            Rhythm rhythm) {
        this.wanted = wanted;
        this.hypervisor = hypervisor;
        this.lanes = lanes;
        this.controller = controller;
        this.clock = clock;
        this.rhythm = rhythm;
        this.heard = clock.instant();
    }

    void start() {
        thread("console", this::run).start();
    }

    boolean is(ConsoleDesired other) {
        return wanted.session().equals(other.session());
    }

    boolean isOver() {
        return ended.getCount() == 0;
    }

    /** Ends it, at once and for good; the first reason counts. */
    void end(ConsoleEnd why, String words) {
        end.complete(new Outcome(why, words));
        closeGuest();
        backlog.end();
    }

    private Thread thread(String name, Runnable work) {
        return rhythm.threads().unstarted(name + "-" + wanted.instance(), work);
    }

    private void run() {
        try {
            var socket =
                    controller.open(wanted, this).get(CONNECT_WITHIN.toSeconds(), TimeUnit.SECONDS);
            try {
                join(socket);
            } finally {
                close(socket);
            }
        } catch (ExecutionException | TimeoutException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            LOG.info("console session of %s: %s".formatted(wanted.instance(), cause));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(ConsoleEnd.HOST_LOST, "the agent's session ended");
            if (typist != null) {
                typist.interrupt();
            }
            ended.countDown();
        }
    }

    private void join(WebSocket socket) throws InterruptedException {
        try {
            var channel =
                    lanes.submit(
                                    LaneName.QUERY,
                                    "open the console of " + wanted.instance(),
                                    () -> hypervisor.openConsole(wanted.instance()))
                            .get();
            guest = channel;
            if (end.isDone()) {
                return;
            }
            thread("console-read", () -> read(channel)).start();
            typist = thread("console-type", () -> type(channel, socket));
            typist.start();
            say(socket, ConsoleNotice.CONNECTED, "connected to the guest's serial console");
            pass(socket);
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            end(ConsoleEnd.UNAVAILABLE, String.valueOf(cause.getMessage()));
        } catch (IOException e) {
            end(ConsoleEnd.CONTROLLER_ENDING, "the controller is gone: " + e.getMessage());
        }
    }

    /** Passes on what the guest writes, until either side is over. */
    private void pass(WebSocket socket) throws IOException, InterruptedException {
        while (!end.isDone() && !backlog.isOver()) {
            requireHeard();
            var piece = backlog.take(FRAME_BYTES, LOOK_EVERY);
            if (piece == null) {
                continue;
            }
            if (piece.dropped() > 0) {
                say(
                        socket,
                        ConsoleNotice.DROPPED,
                        "%d bytes that the guest wrote came too fast and are left out here; its log has the last of them"
                                .formatted(piece.dropped()));
            }
            sent(socket.sendBinary(ByteBuffer.wrap(piece.bytes()), true));
        }
    }

    private void say(WebSocket socket, String type, String message)
            throws IOException, InterruptedException {
        try {
            var notice = Json.MAPPER.writeValueAsString(new ConsoleNotice(type, message));
            sent(socket.sendText(notice, true));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for as long as the controller is there, however slow whoever reads at its other end. */
    private void sent(CompletableFuture<WebSocket> sending)
            throws IOException, InterruptedException {
        while (!end.isDone()) {
            try {
                sending.get(LOOK_EVERY.toSeconds(), TimeUnit.SECONDS);
                return;
            } catch (TimeoutException e) {
                requireHeard();
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            }
        }
    }

    /** While the guest does not take what is typed nothing is asked of the controller, and so nothing heard. */
    private void requireHeard() throws IOException {
        if (clock.instant().isAfter(heard.plus(SILENCE)) && !typing) {
            throw new IOException("nothing was heard of it for " + SILENCE.toSeconds() + " s");
        }
    }

    private void read(ByteChannel channel) {
        var bytes = ByteBuffer.allocate(FRAME_BYTES);
        try {
            while (channel.read(bytes) >= 0) {
                backlog.add(bytes.flip());
                bytes.clear();
            }
        } catch (IOException e) {
            LOG.fine(() -> "console of " + wanted.instance() + ": " + e);
        }
        end.complete(new Outcome(ConsoleEnd.GUEST_OFF, "the guest went off"));
        backlog.end();
    }

    private void type(ByteChannel channel, WebSocket socket) {
        try {
            while (!end.isDone()) {
                var bytes = typed.take();
                typing = true;
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                typing = false;
                socket.request(1);
            }
        } catch (IOException e) {
            LOG.fine(() -> "typing at the console of " + wanted.instance() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onOpen(WebSocket socket) {
        heard(socket);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        heard = clock.instant();
        typed.add(ByteBuffer.allocate(data.remaining()).put(data).flip());
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        heard(socket);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
        heard(socket);
        return null;
    }

    private void heard(WebSocket socket) {
        heard = clock.instant();
        socket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        end(ConsoleEnd.LEFT, reason);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        end(ConsoleEnd.CONTROLLER_ENDING, "the controller is gone: " + error);
    }

    /** What is left of the guest's words goes first; a socket that takes nothing any more is let go. */
    private void close(WebSocket socket) throws InterruptedException {
        var why = end.getNow(new Outcome(ConsoleEnd.CONTROLLER_ENDING, ""));
        try {
            if (why.why() == ConsoleEnd.GUEST_OFF) {
                for (var piece = backlog.take(FRAME_BYTES, Duration.ZERO);
                        piece != null;
                        piece = backlog.take(FRAME_BYTES, Duration.ZERO)) {
                    socket.sendBinary(ByteBuffer.wrap(piece.bytes()), true)
                            .get(LOOK_EVERY.toSeconds(), TimeUnit.SECONDS);
                }
            }
            socket.sendClose(why.why().code(), ConsoleEnd.fitting(why.words()))
                    .get(LOOK_EVERY.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.fine(() -> "closing the console session of " + wanted.instance() + ": " + e);
            socket.abort();
        }
    }

    private void closeGuest() {
        var channel = guest;
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.fine(() -> "closing the console of " + wanted.instance() + ": " + e);
        }
    }
}
