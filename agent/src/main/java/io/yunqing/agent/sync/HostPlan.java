package io.yunqing.agent.sync;

import static io.yunqing.agent.sync.Step.ATTACH;
import static io.yunqing.agent.sync.Step.DEFINE;
import static io.yunqing.agent.sync.Step.ENLARGE;
import static io.yunqing.agent.sync.Step.ERASE;
import static io.yunqing.agent.sync.Step.FETCH;
import static io.yunqing.agent.sync.Step.PAUSE;
import static io.yunqing.agent.sync.Step.POWER_OFF;
import static io.yunqing.agent.sync.Step.PREPARE;
import static io.yunqing.agent.sync.Step.RESUME;
import static io.yunqing.agent.sync.Step.SHUTDOWN;
import static io.yunqing.agent.sync.Step.START;
import static io.yunqing.agent.sync.Step.UNDEFINE;

import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to do for an instance, given what is desired, what is seen, which volumes are within reach, whose turn it is and how far
 * the agent is. Pure.
 *
 * <p>It looks at levels only: whatever was lost, repeated or interrupted, the same difference gives the same steps. It is
 * asked only when a complete inventory stands, so that no domain means that there is none.
 *
 * @param steps to be done in this order, stopping at the first that fails; empty when nothing is to be done now
 * @param again when to ask again though nothing has changed
 * @param refusal why what is desired will not be done
 */
public record HostPlan(List<Step> steps, @Nullable Instant again, @Nullable String refusal) {

    /** A guest that is deaf to ACPI while it boots hears a later call. */
    static final Duration SHUTDOWN_REPEAT = Duration.ofSeconds(15);

    /** A guest that powers itself off as soon as it is started must not become a busy loop. */
    static final Duration START_SPACING = Duration.ofSeconds(10);

    private static final HostPlan NOTHING = new HostPlan(List.of(), null, null);

    public static HostPlan of(
            InstanceDesired want,
            @Nullable ObservedDomain have,
            Reach reach,
            Turn turn,
            Progress progress,
            Instant now) {
        if (have != null && !have.ours()) {
            return refused(
                    "a domain that Yunqing did not make (%s) has this instance's uuid; it is left alone"
                            .formatted(have.name()));
        }
        if (have != null && have.epoch() > want.epoch()) {
            return refused(
                    "the desired state is of epoch %d, the domain of the later epoch %d; it is left alone"
                            .formatted(want.epoch(), have.epoch()));
        }
        var attempts = progress.attempts();
        if (attempts.busy()) {
            return NOTHING;
        }
        if (now.isBefore(attempts.notBefore())) {
            return later(attempts.notBefore());
        }
        if (want.deleted()) {
            return remove(have, progress);
        }
        return have == null
                ? create(want, reach, turn)
                : keep(want, have, reach, turn, progress, now);
    }

    private static HostPlan remove(@Nullable ObservedDomain have, Progress progress) {
        if (have == null) {
            return progress.erased() ? NOTHING : steps(ERASE);
        }
        return isOff(have.state()) ? steps(UNDEFINE, ERASE) : steps(POWER_OFF, UNDEFINE, ERASE);
    }

    private static HostPlan create(InstanceDesired want, Reach reach, Turn turn) {
        if (!reach.whole()) {
            return new HostPlan(List.of(), null, reach.obstacle());
        }
        return want.power().on() && turn.isNow()
                ? steps(FETCH, PREPARE, DEFINE, START)
                : steps(FETCH, PREPARE, DEFINE);
    }

    private static HostPlan keep(
            InstanceDesired want,
            ObservedDomain have,
            Reach reach,
            Turn turn,
            Progress progress,
            Instant now) {
        var steps = new ArrayList<Step>();
        boolean off = isOff(have.state());
        boolean rewired = !have.volumes().equals(Set.copyOf(reach.volumes()));
        boolean limited = have.isLimitedAs(want);
        boolean asDesired = !rewired && limited && have.fits(want);
        // What runs stays of its machine and its boot until it is off, and of its size unless it
        // can grow.
        boolean rooted = want.root() == null || reach.volumes().contains(want.root());
        if (have.epoch() < want.epoch() || (off && !asDesired && rooted)) {
            if (off && (have.boot() < want.rebuild() || !have.isOf(want.machineOrPlain()))) {
                steps.addAll(List.of(FETCH, PREPARE));
            }
            steps.add(DEFINE);
        }
        Instant again = null;
        String refusal = null;
        switch (want.power()) {
            case RUNNING, PAUSED -> {
                if (have.state() == DomainState.CRASHED) {
                    steps.add(POWER_OFF);
                    // To become anything else it is defined anew first, once it is seen to be off.
                    if (reach.whole() && asDesired) {
                        steps.add(START);
                    }
                } else if (off && !reach.whole()) {
                    refusal = reach.obstacle();
                } else if (off && !turn.isNow()) {
                    again = turn.again();
                } else if (off) {
                    again = due(progress.started(), START_SPACING, now);
                    if (again == null) {
                        steps.add(START);
                    }
                } else if (have.boot() < want.boot() && !want.paused()) {
                    again = goOff(want.forcedBoot(), have, progress, now, steps);
                } else {
                    keepOn(want, have, rewired || !limited, steps);
                }
            }
            case STOPPED, OFF -> {
                boolean forced = want.power() == Power.OFF;
                if (!off && (forced || have.state() != DomainState.CRASHED)) {
                    again = goOff(forced, have, progress, now, steps);
                }
            }
        }
        return new HostPlan(List.copyOf(steps), again, refusal);
    }

    /** Takes the power away, or asks the guest until it goes off; one that stands still by wish goes on, to hear it. */
    private static @Nullable Instant goOff(
            boolean forced, ObservedDomain have, Progress progress, Instant now, List<Step> steps) {
        if (forced) {
            steps.add(POWER_OFF);
            return null;
        }
        Instant again = due(progress.askedOff(), SHUTDOWN_REPEAT, now);
        if (again == null) {
            if (have.pausedByWish()) {
                steps.add(RESUME);
            }
            steps.add(SHUTDOWN);
        }
        return again;
    }

    /** A guest that something else made stand still (a full disk, say) goes on when that is over, and not by us. */
    private static void keepOn(
            InstanceDesired want, ObservedDomain have, boolean changed, List<Step> steps) {
        if (want.paused() && have.state() == DomainState.RUNNING) {
            steps.add(PAUSE);
        } else if (!want.paused() && have.pausedByWish()) {
            steps.add(RESUME);
        }
        if (changed && have.state() != DomainState.SHUTTING_DOWN) {
            steps.add(ATTACH);
        }
        if (!want.paused() && have.state() == DomainState.RUNNING && have.canGrowTo(want)) {
            steps.add(ENLARGE);
        }
    }

    /** When {@code spacing} after {@code last} is, if that is still to come. */
    private static @Nullable Instant due(@Nullable Instant last, Duration spacing, Instant now) {
        Instant due = last == null ? now : last.plus(spacing);
        return due.isAfter(now) ? due : null;
    }

    private static boolean isOff(DomainState state) {
        return switch (state) {
            case SHUTOFF, ABSENT, REMOVED -> true;
            case RUNNING, PAUSED, SHUTTING_DOWN, CRASHED -> false;
        };
    }

    private static HostPlan steps(Step... steps) {
        return new HostPlan(List.of(steps), null, null);
    }

    private static HostPlan later(Instant when) {
        return new HostPlan(List.of(), when, null);
    }

    private static HostPlan refused(String why) {
        return new HostPlan(List.of(), null, why);
    }
}
