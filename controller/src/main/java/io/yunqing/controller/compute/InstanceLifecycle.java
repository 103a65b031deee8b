package io.yunqing.controller.compute;

import io.yunqing.api.Fault;
import io.yunqing.api.Phase;
import io.yunqing.api.Power;
import io.yunqing.api.agent.InstanceObserved;

/** Where an instance is on its way: a function of what it should be and what was last seen of it. */
final class InstanceLifecycle {
    private InstanceLifecycle() {}

    /**
     * What it should be.
     *
     * @param boot how many times it was to be started anew
     */
    record Desired(Power power, int boot, boolean deleted) {}

    /**
     * @param observed what its host last said of it; null before it said anything
     * @param hostSeen whether the host reports and sees its own domains, so that {@code observed} still holds
     */
    static Phase phase(Desired desired, InstanceObserved observed, boolean hostSeen) {
        if (desired.deleted) {
            return Phase.DELETING;
        }
        if (observed == null) {
            return Phase.SCHEDULED;
        }
        if (!hostSeen) {
            return Phase.UNOBSERVED;
        }
        return switch (desired.power) {
            case RUNNING ->
                    observed.boot() < desired.boot
                            ? towardsBoot(observed)
                            : towardsRunning(observed);
            case PAUSED -> towardsPaused(observed);
            case STOPPED, OFF -> towardsStopped(observed);
        };
    }

    private static Phase towardsRunning(InstanceObserved observed) {
        return switch (observed.state()) {
            case RUNNING -> Phase.RUNNING;
            case PAUSED ->
                    observed.step() != null || observed.pausedByWish()
                            ? starting(observed)
                            : Phase.PAUSED;
            case SHUTTING_DOWN -> Phase.STOPPING;
            case SHUTOFF, CRASHED, ABSENT, REMOVED -> starting(observed);
        };
    }

    /** On the way to being started anew it goes off first. */
    private static Phase towardsBoot(InstanceObserved observed) {
        return switch (observed.state()) {
            case RUNNING, PAUSED, SHUTTING_DOWN -> Phase.STOPPING;
            case SHUTOFF, CRASHED, ABSENT, REMOVED -> starting(observed);
        };
    }

    private static Phase towardsPaused(InstanceObserved observed) {
        return switch (observed.state()) {
            case PAUSED -> Phase.PAUSED;
            case RUNNING, SHUTTING_DOWN -> Phase.STOPPING;
            case SHUTOFF, CRASHED, ABSENT, REMOVED -> starting(observed);
        };
    }

    private static Phase towardsStopped(InstanceObserved observed) {
        return switch (observed.state()) {
            case RUNNING, SHUTTING_DOWN, PAUSED -> Phase.STOPPING;
            case SHUTOFF, CRASHED -> Phase.STOPPED;
            // There is nothing yet that could run.
            case ABSENT, REMOVED -> failing(observed) ? Phase.FAILED : Phase.STOPPED;
        };
    }

    private static Phase starting(InstanceObserved observed) {
        return failing(observed) ? Phase.FAILED : Phase.STARTING;
    }

    private static boolean failing(InstanceObserved observed) {
        return observed.fault() != null
                && observed.fault().attempts() >= Fault.ATTEMPTS_BEFORE_FAILED;
    }
}
