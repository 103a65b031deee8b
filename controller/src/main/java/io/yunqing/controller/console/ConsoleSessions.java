package io.yunqing.controller.console;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.virtual.threads.VirtualThreads;
import io.vertx.core.http.ServerWebSocket;
import io.yunqing.api.ConsoleEnd;
import io.yunqing.api.Instance;
import io.yunqing.api.Kind;
import io.yunqing.api.Phase;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.compute.InstanceRow;
import io.yunqing.controller.compute.Instances;
import io.yunqing.controller.console.ConsoleStore.Holder;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.Caller;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.Ids;
import io.yunqing.controller.platform.Noun;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.RequestScope;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.platform.Upgrades.Admitted;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The console sessions: their rows, which all replicas see, and the ends of those that this replica holds. */
@ApplicationScoped
public class ConsoleSessions {
    private static final Logger LOG = Logger.getLogger(ConsoleSessions.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    /** A replica that says nothing for so long holds nothing any more. */
    private static final Duration LEASE = Duration.ofSeconds(15);

    /** In which an instance's guest is on. */
    private static final Set<Phase> ON = EnumSet.of(Phase.RUNNING, Phase.PAUSED, Phase.STOPPING);

    private final ConsoleStore store;
    private final Instances instances;
    private final Fleet fleet;
    private final Changes changes;
    private final Transactions transactions;
    private final Caller caller;
    private final InstantSource clock;
    private final ExecutorService threads;
    private final Duration idle;
    private final Optional<String> address;

    /** Those whose user this replica has. */
    private final Map<UUID, Bridge> held = new ConcurrentHashMap<>();

    ConsoleSessions(
            ConsoleStore store,
            Instances instances,
            Fleet fleet,
            Changes changes,
            Transactions transactions,
            Caller caller,
            InstantSource clock,
            @VirtualThreads ExecutorService threads,
            @ConfigProperty(name = "yunqing.consoles.idle") Duration idle,
            @ConfigProperty(name = "yunqing.consoles.address") Optional<String> address) {
        this.store = store;
        this.instances = instances;
        this.fleet = fleet;
        this.changes = changes;
        this.transactions = transactions;
        this.caller = caller;
        this.clock = clock;
        this.threads = threads;
        this.idle = idle;
        this.address = address;
    }

    void start(@Observes StartupEvent event, Every every) {
        if (address.isPresent() && !address.get().matches("https://[A-Za-z0-9._:\\[\\]-]+")) {
            throw new IllegalStateException(
                    "YUNQING_CONSOLES_ADDRESS is '%s'; write https://HOST:PORT, as agents reach this replica"
                            .formatted(address.get()));
        }
        every.run("keeping console sessions", LOOK_EVERY, this::look);
    }

    /**
     * Lets the caller have an instance's console.
     *
     * @param force whether it is taken from whoever has it
     * @throws ProblemException if somebody has it, or its guest is not known to be on
     */
    Admitted open(String tenant, String name, boolean force) {
        UUID id = Ids.next();
        Bridge bridge =
                new Bridge(clock, idle, (_, words) -> threads.execute(() -> ended(id, words)));
        // Before its agent can hear of it.
        held.put(id, bridge);
        try {
            transactions
                    .write(() -> begin(id, tenant, name, force))
                    .map(held::get)
                    .ifPresent(ConsoleSessions::takenOver);
        } catch (RuntimeException e) {
            held.remove(id);
            throw e;
        }
        return new Admitted() {
            @Override
            public void joined(ServerWebSocket socket) {
                bridge.joinUser(socket);
            }

            @Override
            public void failed(Throwable why) {
                bridge.end(ConsoleEnd.LEFT, "left");
            }
        };
    }

    /** Returns the session that it takes the console from. */
    private Optional<UUID> begin(UUID id, String tenant, String name, boolean force) {
        Noun<InstanceRow, Instance> noun = instances.of(tenant);
        InstanceRow row = Instances.existing(noun, name);
        Phase phase = noun.views(List.of(row)).getFirst().status().phase();
        if (!ON.contains(phase)) {
            throw ProblemException.of(
                    ProblemCode.CONSOLE_UNAVAILABLE,
                    "instance %s is %s; only a guest that is on has a console to use"
                            .formatted(name, phase),
                    "wait until it is RUNNING, or start it; what it last wrote is in its log");
        }
        Instant now = clock.instant();
        Optional<Holder> before = store.holder(row.id);
        before.ifPresent(holder -> replace(holder, name, force, now));
        ConsoleSession session =
                new ConsoleSession(
                        id, row.id, row.host.id, tenant, name, row.revision, caller.name(), now);
        store.insert(session, address.orElse(null));
        store.tell(session.id(), fleet.nextRevision(row.host.id));
        announce(session, "console opened by " + session.actor());
        return before.map(Holder::session);
    }

    private void replace(Holder holder, String name, boolean force, Instant now) {
        boolean silent = holder.alive().isBefore(now.minus(LEASE));
        if (!force && !silent) {
            throw ProblemException.of(
                    ProblemCode.CONSOLE_IN_USE,
                    "%s has had the console of instance %s since %s"
                            .formatted(holder.actor(), name, holder.opened()),
                    "wait until it is free, or take it over with force=true");
        }
        String why = silent ? "its controller went away" : "taken over by " + caller.name();
        store.delete(holder.session()).ifPresent(ended -> announceEnd(ended, why));
    }

    /**
     * Lets a host's agent take its end; within a transaction.
     *
     * @throws ProblemException if this replica holds no such session of that host
     */
    public Admitted join(UUID session, UUID host) {
        Bridge bridge = held.get(session);
        if (bridge == null || !store.isOf(session, host)) {
            throw ProblemException.of(
                    ProblemCode.NOT_FOUND,
                    "there is no such console session of this host here",
                    "it has ended, or another replica has it: give each replica a YUNQING_CONSOLES_ADDRESS");
        }
        return new Admitted() {
            @Override
            public void joined(ServerWebSocket socket) {
                if (!bridge.joinAgent(socket)) {
                    socket.close((short) ConsoleEnd.LEFT.code(), "the session is over");
                }
            }

            @Override
            public void failed(Throwable why) {
                LOG.debugf(why, "An agent that came for console session %s left", session);
            }
        };
    }

    private void look() {
        Instant now = clock.instant();
        for (ConsoleSession silent : store.deleteSilent(now.minus(LEASE))) {
            announceEnd(silent, "its controller went away");
        }
        if (held.isEmpty()) {
            return;
        }
        Map<UUID, Bridge> mine = Map.copyOf(held);
        // The row of one that no user has joined may be about to be written. Asked before the rows
        // are, as both may happen meanwhile.
        Set<UUID> written =
                mine.keySet().stream()
                        .filter(id -> mine.get(id).hasUser())
                        .collect(Collectors.toSet());
        Set<UUID> there = store.keepAlive(mine.keySet(), now);
        mine.forEach((id, bridge) -> {
            if (there.contains(id) || !written.contains(id)) {
                bridge.look();
            } else {
                takenOver(bridge);
            }
        });
    }

    private static void takenOver(Bridge bridge) {
        bridge.end(
                ConsoleEnd.TAKEN_OVER,
                "somebody took it over, or the instance is gone; yqctl instance history says who");
    }

    private void ended(UUID id, String words) {
        held.remove(id);
        try {
            RequestScope.call(() ->
                    transactions.write(() -> {
                        store.delete(id)
                                .ifPresent(session -> {
                                    caller.is(session.actor(), null);
                                    announceEnd(session, words);
                                });
                        return true;
                    }));
        } catch (RuntimeException e) {
            // Its row is deleted, and its end told, when its lease is over.
            LOG.warnf("The end of a console session is not written: %s", e.getMessage());
        }
    }

    private void announceEnd(ConsoleSession session, String why) {
        Duration used = Duration.between(session.opened(), clock.instant());
        announce(
                session,
                "console of %s closed after %d s: %s"
                        .formatted(session.actor(), Math.max(0, used.toSeconds()), why));
    }

    private void announce(ConsoleSession session, String message) {
        changes.announce(
                new Change(
                        Kind.INSTANCE,
                        session.tenant(),
                        session.name(),
                        session.instance(),
                        "console",
                        message,
                        session.revision()));
    }

    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        String words = "the controller ends; open it again in a moment";
        Map.copyOf(held)
                .forEach((id, bridge) -> {
                    bridge.end(ConsoleEnd.CONTROLLER_ENDING, words);
                    // Here too, as the database is soon gone.
                    ended(id, words);
                });
    }
}
