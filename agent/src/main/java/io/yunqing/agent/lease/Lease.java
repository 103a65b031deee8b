package io.yunqing.agent.lease;

import io.yunqing.api.agent.Fencing;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.Stopped;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * For how long this host may take it that no other one has its restartable instances: from the moment a report was sent that the
 * controller has answered, for as long as that said.
 *
 * <p>A lease that follows another without a gap is the same. After a gap, as at the agent's start, the controller may have given
 * instances away meanwhile: they are started again only when what this host should be was asked for after the new lease began.
 *
 * <p>Any thread may call it; the guard is spoken to on one of its own.
 */
public final class Lease {

    private static final Logger LOG = Logger.getLogger(Lease.class.getName());
    private static final long NEVER = Long.MIN_VALUE;

    private final @Nullable Guard guard;
    private final LongSupplier uptime;
    private final Executor beside;
    private final Runnable changed;

    private long sent = NEVER;
    private long until = NEVER;

    /** When the controller's first answer of this lease was here. */
    private long begun = NEVER;

    /** When what this host should be was last asked for. */
    private long asked = NEVER;

    /** Until when the guard lets things run: the end of the last lease in which it was heard what this host should be. */
    private long allowed = NEVER;

    private Set<UUID> restartable = Set.of();

    /** Those that were restartable and are to be gone: another host may have them. */
    private Set<UUID> forbidden = Set.of();

    private final Set<UUID> known = new HashSet<>();
    private Set<UUID> guarded = Set.of();
    private @Nullable String trouble;
    private @Nullable Stopped stopped;

    /** Whether the guard is about to be told; it is told what holds then. */
    private boolean telling;

    /**
     * @param guard absent where nothing can be ended; nothing restartable is started then
     * @param uptime in milliseconds
     * @param beside where the guard is spoken to, one thing after the other
     * @param changed called when something may be started that could not be before
     */
    public Lease(@Nullable Guard guard, LongSupplier uptime, Executor beside, Runnable changed) {
        this.guard = guard;
        this.uptime = uptime;
        this.beside = beside;
        this.changed = changed;
    }

    /** A report is about to be sent. */
    public synchronized void sending() {
        sent = uptime.getAsLong();
    }

    /**
     * The report that was last sent was answered.
     *
     * @return whether this begins another lease, so that something restartable waits for what this host should be now
     */
    public synchronized boolean answered(Duration lease) {
        long now = uptime.getAsLong();
        boolean begins = now >= until;
        until = sent + lease.toMillis();
        if (begins) {
            begun = now;
        }
        tellGuard();
        return begins && !restartable.isEmpty();
    }

    /** The report that was last sent was not answered; a guard that has gone meanwhile is replaced. */
    public synchronized void unanswered() {
        tellGuard();
    }

    /**
     * The controller said what this host should be.
     *
     * @param at when it was asked, by the uptime
     */
    public synchronized void heard(Collection<InstanceDesired> instances, long at) {
        asked = at;
        var wanted = new HashSet<UUID>();
        var gone = new HashSet<UUID>();
        for (InstanceDesired instance : instances) {
            if (instance.deleted()) {
                gone.add(instance.id());
            } else if (instance.restartable()) {
                wanted.add(instance.id());
            }
        }
        restartable = Set.copyOf(wanted);
        known.addAll(wanted);
        known.removeIf(id -> !wanted.contains(id) && !gone.contains(id));
        gone.retainAll(known);
        forbidden = Set.copyOf(gone);
        tellGuard();
    }

    /** Whether what this host should be was asked for within the lease, and so after all that was given away before it began. */
    private boolean confirmed() {
        return until != NEVER && asked > begun;
    }

    /** Whether something restartable waits for what this host should be, and so for an answer that is not long in coming. */
    public synchronized boolean awaitsWord() {
        return !restartable.isEmpty() && (uptime.getAsLong() >= until || !confirmed());
    }

    /** Why this instance cannot be started until somebody mends that; absent when nothing is wrong. */
    public synchronized @Nullable String trouble(InstanceDesired instance) {
        return instance.restartable() && trouble != null
                ? "nothing would end it if this host lost its controller: " + trouble
                : null;
    }

    /** Why this instance may not be started now; absent when it may. */
    public synchronized @Nullable String obstacle(InstanceDesired instance) {
        if (!instance.restartable()) {
            return null;
        }
        if (!guarded.contains(instance.id())) {
            String wrong = trouble(instance);
            return wrong == null ? "its guard is not ready yet" : wrong;
        }
        if (uptime.getAsLong() >= until) {
            return "the controller has not been reached for so long that it may run on another host";
        }
        return confirmed() ? null : "the controller has not said yet that it is still this host's";
    }

    /** Whether everything restartable would end with the lease, and what last did. */
    public synchronized Fencing fencing() {
        boolean able =
                guard != null && confirmed() && trouble == null && guarded.containsAll(restartable);
        return new Fencing(able, stopped);
    }

    /** Before the first word there is nothing to allow: what an earlier agent was allowed still holds. */
    private void tellGuard() {
        if (confirmed()) {
            allowed = until;
        }
        boolean nothing = restartable.isEmpty() && guarded.isEmpty();
        if (guard != null && allowed != NEVER && !nothing) {
            if (!telling) {
                telling = true;
                beside.execute(this::arm);
            }
        } else if (guard == null && !restartable.isEmpty()) {
            trouble = "this agent has no guard";
        }
    }

    private void arm() {
        long end;
        Set<UUID> all;
        Set<UUID> none;
        synchronized (this) {
            telling = false;
            end = allowed;
            all = restartable;
            none = forbidden;
        }
        try {
            var last = guard == null ? null : guard.allow(end, all, none);
            boolean news;
            synchronized (this) {
                news = !guarded.containsAll(all) || trouble != null;
                guarded = all;
                trouble = null;
                stopped = last;
            }
            if (news) {
                changed.run();
            }
        } catch (IOException e) {
            synchronized (this) {
                if (trouble == null) {
                    LOG.severe("the guard of restartable instances fails: " + e.getMessage());
                }
                trouble = String.valueOf(e.getMessage());
                guarded = Set.of();
            }
        }
    }
}
