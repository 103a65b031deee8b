package io.yunqing.controller.console;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.yunqing.api.ConsoleEnd;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The two ends of a console session. Of each end one frame is on its way to the other at a time, and the next is read when the
 * kernel has taken that one: whoever is slow is waited for, and holds nothing here but that frame and what its socket buffers.
 */
final class Bridge {
    private static final Logger LOG = Logger.getLogger(Bridge.class);
    private static final Duration PING_EVERY = Duration.ofSeconds(15);

    /** How long an agent may take to come. */
    private static final Duration JOIN_WITHIN = Duration.ofSeconds(15);

    /** How long an end may say nothing, not even that it heard a ping. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final InstantSource clock;
    private final Duration idle;
    private final BiConsumer<ConsoleEnd, String> ended;
    private final Instant begin;
    private Side user;
    private Side agent;
    private boolean over;
    private volatile Instant used;
    private Instant pinged;

    /**
     * @param idle how long nothing may pass in either direction
     * @param ended told once, on an event loop or where {@link #end} was called
     */
    Bridge(InstantSource clock, Duration idle, BiConsumer<ConsoleEnd, String> ended) {
        this.clock = clock;
        this.idle = idle;
        this.ended = ended;
        this.begin = clock.instant();
        this.used = begin;
        this.pinged = begin;
    }

    /** One end, as it is on its own event loop. */
    private final class Side {
        private final ServerWebSocket socket;
        private final Context loop = Vertx.currentContext();

        /** Since when a frame of it has been on its way; null while it is being listened to. */
        private volatile Instant passing;

        private volatile Instant heard = clock.instant();

        Side(ServerWebSocket socket) {
            this.socket = socket;
            socket.exceptionHandler(failure -> LOG.debugf(failure, "A console's socket"));
            socket.pongHandler(_ -> heard = clock.instant());
        }

        void passTo(Side other, boolean notices) {
            socket.frameHandler(frame -> {
                heard = clock.instant();
                if (frame.isClose()) {
                    return;
                }
                used = heard;
                if (frame.isText() && !notices) {
                    socket.fetch(1);
                    return;
                }
                passing = heard;
                other.socket
                        .writeFrame(passed(frame))
                        .onComplete(_ ->
                                loop.runOnContext(_ -> {
                                    passing = null;
                                    heard = clock.instant();
                                    socket.fetch(1);
                                }));
            });
            loop.runOnContext(_ -> socket.fetch(1));
        }

        private static WebSocketFrame passed(WebSocketFrame frame) {
            return frame.isText()
                    ? WebSocketFrame.textFrame(frame.textData(), true)
                    : WebSocketFrame.binaryFrame(frame.binaryData(), true);
        }

        /** Whoever waits for the other end is not heard, and need not be. */
        boolean isSilent(Instant now) {
            return passing == null && now.isAfter(heard.plus(SILENCE));
        }
    }

    /** On the socket's event loop. */
    void joinUser(ServerWebSocket socket) {
        Side side = new Side(socket);
        socket.closeHandler(_ -> end(ConsoleEnd.LEFT, "left"));
        synchronized (this) {
            user = side;
        }
        start();
    }

    synchronized boolean hasUser() {
        return user != null;
    }

    /** On the socket's event loop. Returns whether it is awaited: nobody else has come in its place, nor is it too late. */
    boolean joinAgent(ServerWebSocket socket) {
        synchronized (this) {
            if (over || agent != null) {
                return false;
            }
            agent = new Side(socket);
        }
        socket.closeHandler(_ -> agentLeft(socket));
        start();
        return true;
    }

    private void start() {
        synchronized (this) {
            if (!over && user != null && agent != null) {
                user.passTo(agent, false);
                agent.passTo(user, true);
                return;
            }
            if (!over) {
                return;
            }
        }
        close(ConsoleEnd.LEFT, "the session is over");
    }

    /** What it said before it left goes to the user first. */
    private void agentLeft(ServerWebSocket socket) {
        Short code = socket.closeStatusCode();
        ConsoleEnd why =
                code == null
                        ? ConsoleEnd.HOST_LOST
                        : ConsoleEnd.of(code).orElse(ConsoleEnd.HOST_LOST);
        String words = socket.closeReason();
        socket.resume();
        Vertx.currentContext()
                .runOnContext(_ ->
                        end(
                                why,
                                words == null || words.isBlank()
                                        ? "the connection to its host's agent was lost"
                                        : words));
    }

    /** Ends it, with the first reason that is given. */
    void end(ConsoleEnd why, String words) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        close(why, words);
        ended.accept(why, words);
    }

    private synchronized void close(ConsoleEnd why, String words) {
        Stream.of(user, agent)
                .filter(side -> side != null && !side.socket.isClosed())
                .forEach(side -> side.socket.close((short) why.code(), ConsoleEnd.fitting(words)));
    }

    /** Now and then: pings both ends, and ends what has no life in it. */
    void look() {
        Instant now = clock.instant();
        Side atUser;
        Side atAgent;
        synchronized (this) {
            atUser = user;
            atAgent = agent;
            if (!now.isBefore(pinged.plus(PING_EVERY))) {
                pinged = now;
                Stream.of(atUser, atAgent)
                        .filter(side -> side != null && !side.socket.isClosed())
                        .forEach(side -> side.socket.writePing(Buffer.buffer("yunqing")));
            }
        }
        if (atAgent == null && now.isAfter(begin.plus(JOIN_WITHIN))) {
            end(
                    ConsoleEnd.HOST_LOST,
                    "its host's agent did not come within %d s; an agent of an older version knows no consoles"
                            .formatted(JOIN_WITHIN.toSeconds()));
        } else if (atAgent != null && atAgent.isSilent(now)) {
            end(ConsoleEnd.HOST_LOST, "its host's agent has fallen silent");
        } else if (atUser == null ? now.isAfter(begin.plus(SILENCE)) : atUser.isSilent(now)) {
            end(ConsoleEnd.LEFT, "whoever had it has fallen silent");
        } else if (now.isAfter(used.plus(idle))) {
            end(
                    ConsoleEnd.IDLE,
                    "nothing passed in either direction for " + idle.toMinutes() + " min");
        }
    }
}
