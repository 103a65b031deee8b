package io.yunqing.agent.link;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.sync.Lanes;
import io.yunqing.api.ConsoleEnd;
import io.yunqing.api.agent.ConsoleDesired;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The console sessions of this host: joins those that the controller wants, each once, and one per instance at a time. */
public final class ConsoleSessions implements AutoCloseable {

    /** Each holds three threads and as many buffers. */
    private static final int MOST = 32;

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Controller controller;
    private final InstantSource clock;
    private final Rhythm rhythm;

    /** By instance. */
    private final Map<UUID, ConsoleSession> sessions = new HashMap<>();

    public ConsoleSessions(
            Hypervisor hypervisor,
            Lanes lanes,
            Controller controller,
            InstantSource clock,
            Rhythm rhythm) {
        this.hypervisor = hypervisor;
        this.lanes = lanes;
        this.controller = controller;
        this.clock = clock;
        this.rhythm = rhythm;
    }

    public void hear(List<ConsoleDesired> wanted) {
        for (ConsoleDesired one : wanted) {
            join(one);
        }
    }

    private synchronized void join(ConsoleDesired wanted) {
        sessions.values().removeIf(ConsoleSession::isOver);
        var before = sessions.get(wanted.instance());
        if (before != null && before.is(wanted)) {
            return;
        }
        if (before != null) {
            before.end(ConsoleEnd.TAKEN_OVER, "somebody else took the console over");
        }
        var session = new ConsoleSession(wanted, hypervisor, lanes, controller, clock, rhythm);
        sessions.put(wanted.instance(), session);
        if (sessions.size() > MOST) {
            session.end(
                    ConsoleEnd.UNAVAILABLE,
                    "%d consoles of this host are in use, and that is the most".formatted(MOST));
        }
        session.start();
    }

    @Override
    public synchronized void close() {
        sessions.values()
                .forEach(session -> session.end(ConsoleEnd.HOST_LOST, "the host's agent ends"));
    }
}
