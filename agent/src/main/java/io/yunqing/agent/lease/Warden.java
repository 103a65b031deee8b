package io.yunqing.agent.lease;

import io.yunqing.agent.lease.GuardMessage.Allowance;
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

    private Allowance last = new Allowance(0, Long.MIN_VALUE, Set.of(), Set.of());

    /** Of those that are being ended as their time is over. */
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
     * @throws IOException if something does not end, or this is older than what was taken before, which then stays as it is
     */
    synchronized @Nullable Stopped allow(Allowance next) throws IOException {
        if (!enforce()) {
            throw new IOException("what was to end still runs: " + ending);
        }
        if (next.number() <= last.number()) {
            throw new IOException("it came later than what was said after it");
        }
        last = next;
        return stopped;
    }

    /** Ends what may not run any more; whether nothing of it is left. */
    synchronized boolean enforce() {
        boolean over = uptime.getAsLong() >= last.until();
        if (last.forbidden().isEmpty() && (!over || last.instances().isEmpty())) {
            return true;
        }
        boolean left = false;
        for (var guest : running.get().entrySet()) {
            boolean late = over && last.instances().contains(guest.getKey());
            if (late || last.forbidden().contains(guest.getKey())) {
                kill.accept(guest.getValue());
                left = true;
            }
            if (late) {
                ending.add(guest.getKey());
            }
        }
        if (!left && !ending.isEmpty()) {
            stopped = new Stopped(clock.instant(), ending.stream().sorted().toList());
            ending.clear();
        }
        return !left;
    }

    /** Whether there is nothing that it could have to end. */
    synchronized boolean idle() {
        return uptime.getAsLong() >= last.until() && enforce();
    }
}
