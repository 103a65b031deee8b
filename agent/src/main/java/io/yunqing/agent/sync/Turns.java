package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * In which order the instances of a tenant are started on this host, when several are to be: as after a power failure, when there
 * may be nobody else to say it.
 *
 * <p>One that cannot be started keeps nobody waiting, and nobody waits for ever: an order is a wish, and to run is the aim.
 */
final class Turns {

    static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private record Waiting(Instant since, String behind) {}

    private final Levels levels;
    private final Sight sight;
    private final Function<UUID, Progress> progress;
    private final Map<UUID, Waiting> waiting = new HashMap<>();

    Turns(Levels levels, Sight sight, Function<UUID, Progress> progress) {
        this.levels = levels;
        this.sight = sight;
        this.progress = progress;
    }

    Turn of(InstanceDesired want, Instant now) {
        var turn = isToBeStarted(want) ? first(want, now) : Turn.NOW;
        if (turn.behind() == null) {
            waiting.remove(want.id());
            return Turn.NOW;
        }
        var since = waiting.containsKey(want.id()) ? waiting.get(want.id()).since() : now;
        waiting.put(want.id(), new Waiting(since, turn.behind()));
        var last = since.plus(LONGEST_WAIT);
        if (!now.isBefore(last)) {
            return Turn.NOW;
        }
        return turn.again() == null || turn.again().isAfter(last)
                ? new Turn(turn.behind(), last)
                : turn;
    }

    /** The name of one that it waits for. */
    @Nullable String behind(UUID id) {
        var one = waiting.get(id);
        return one == null ? null : one.behind();
    }

    void keepOnly(Predicate<UUID> known) {
        waiting.keySet().removeIf(known.negate());
    }

    private boolean isToBeStarted(InstanceDesired want) {
        return want.turn() != null && want.power().on() && !want.deleted() && isOff(want);
    }

    /** Behind the first of those that it waits for. */
    private Turn first(InstanceDesired want, Instant now) {
        return levels.instances().stream()
                .filter(other -> isBefore(other, want) && !isReady(other, now))
                .min(Comparator.comparingInt(Turns::order))
                .map(other -> new Turn(other.name(), isOff(other) ? null : ready(other)))
                .orElse(Turn.NOW);
    }

    private boolean isReady(InstanceDesired instance, Instant now) {
        return !isOff(instance) && !ready(instance).isAfter(now);
    }

    private static int order(InstanceDesired instance) {
        return instance.turn() == null ? 0 : instance.turn().order();
    }

    private boolean isBefore(InstanceDesired other, InstanceDesired want) {
        return other.turn() != null
                && want.turn() != null
                && order(other) < order(want)
                && other.tenant().equals(want.tenant())
                && other.power().on()
                && !other.deleted()
                && !isFailing(other);
    }

    private boolean isFailing(InstanceDesired instance) {
        var fault = progress.apply(instance.id()).attempts().fault();
        return fault != null && fault.attempts() >= Fault.ATTEMPTS_BEFORE_FAILED;
    }

    private boolean isOff(InstanceDesired instance) {
        ObservedDomain have = sight.domain(instance.id());
        return have == null || have.state() == DomainState.SHUTOFF;
    }

    /** From when on nobody waits for one that is on; one that this agent found on is taken to have been for long. */
    private Instant ready(InstanceDesired instance) {
        var started = progress.apply(instance.id()).started();
        return started == null || instance.turn() == null
                ? Instant.MIN
                : started.plusSeconds(instance.turn().delaySeconds());
    }
}
