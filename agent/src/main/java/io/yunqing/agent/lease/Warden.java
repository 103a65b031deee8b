package io.yunqing.agent.lease;

import io.yunqing.api.agent.Stopped;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The guard's rules: what may run until when, and what is done when that is over. */
final class Warden {

    private final LongSupplier uptime;
    private final InstantSource clock;
    private final Supplier<Map<UUID, Long>> running;
    private final LongConsumer kill;

    private long until = Long.MIN_VALUE;
    private Set<UUID> instances = Set.of();

    /** Of those that are being ended. */
    private final Set<UUID> ending = new HashSet<>();

    private @Nullable Stopped stopped;

    /**
     * @param running the processes of instances that run, by instance
     * @param kill ends a process by its number, whatever it does
     */
    Warden(
            LongSupplier uptime,
            InstantSource clock,
            Supplier<Map<UUID, Long>> running,
            LongConsumer kill) {
        this.uptime = uptime;
        this.clock = clock;
        this.running = running;
        this.kill = kill;
    }

    /**
     * Takes what may run until when; what was over before is ended first, so that no gap between two allowances goes unnoticed.
     *
     * @throws IOException if something does not end; what was allowed before stays as it is
     */
    synchronized @Nullable Stopped allow(long end, Set<UUID> which) throws IOException {
        if (!enforce()) {
            throw new IOException("what was to end still runs: " + ending);
        }
        until = end;
        instances = Set.copyOf(which);
        return stopped;
    }

    /** Ends what may not run any more; whether nothing of it is left. */
    synchronized boolean enforce() {
        if (uptime.getAsLong() < until || instances.isEmpty()) {
            return true;
        }
        var over = new HashSet<UUID>();
        running.get()
                .forEach((instance, process) -> {
                    if (instances.contains(instance)) {
                        over.add(instance);
                        kill.accept(process);
                    }
                });
        ending.addAll(over);
        if (!over.isEmpty()) {
            return false;
        }
        if (!ending.isEmpty()) {
            stopped = new Stopped(clock.instant(), ending.stream().sorted().toList());
            ending.clear();
        }
        return true;
    }

    /** Whether there is nothing that it could have to end. */
    synchronized boolean idle() {
        return uptime.getAsLong() >= until && enforce();
    }
}
