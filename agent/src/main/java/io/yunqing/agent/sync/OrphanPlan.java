package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.OrphanDesired;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What to do with an orphan, given what an operator asked, what is seen of it and how far the agent is. Pure, and of levels
 * only, as {@link HostPlan} is. What nobody asked anything of is never asked about here, so nothing is done with it.
 *
 * @param step to be done; absent when nothing is to be done now
 * @param again when to ask again though nothing has changed
 * @param refusal why what is desired will not be done
 */
record OrphanPlan(@Nullable OrphanStep step, @Nullable Instant again, @Nullable String refusal) {

    /** How long a guest has to go off by itself before its power is taken away. */
    static final Duration GRACE = Duration.ofSeconds(60);

    private static final OrphanPlan NOTHING = new OrphanPlan(null, null, null);

    /**
     * What is seen of an orphan; complete looks must stand.
     *
     * @param inPlace whether it is where orphans are found
     * @param putAside whether it is in quarantine, or on the way to it
     * @param domain which it is, if it is one and in its place
     * @param user what would lose it
     */
    record Seen(
            boolean inPlace,
            boolean putAside,
            @Nullable ObservedDomain domain,
            @Nullable String user) {}

    /**
     * @param askedOff when its guest was asked to go off
     */
    static OrphanPlan of(
            OrphanDesired want,
            Seen seen,
            @Nullable Instant askedOff,
            Attempts attempts,
            Instant now) {
        if (attempts.busy()) {
            return NOTHING;
        }
        var plan = of(want, seen, askedOff, now);
        return plan.step != null && now.isBefore(attempts.notBefore())
                ? new OrphanPlan(null, attempts.notBefore(), null)
                : plan;
    }

    private static OrphanPlan of(
            OrphanDesired want, Seen seen, @Nullable Instant askedOff, Instant now) {
        if (want.deleted() || !want.quarantined()) {
            return seen.putAside
                    ? step(want.deleted() ? OrphanStep.PURGE : OrphanStep.RELEASE)
                    : NOTHING;
        }
        if (!seen.inPlace) {
            return NOTHING;
        }
        if (seen.user != null) {
            return new OrphanPlan(null, null, seen.user);
        }
        if (seen.domain == null || !runs(seen.domain)) {
            return step(OrphanStep.QUARANTINE);
        }
        if (askedOff == null) {
            return step(OrphanStep.SHUTDOWN);
        }
        Instant end = askedOff.plus(GRACE);
        return now.isBefore(end) ? new OrphanPlan(null, end, null) : step(OrphanStep.QUARANTINE);
    }

    private static boolean runs(ObservedDomain domain) {
        return domain.state() == DomainState.RUNNING || domain.state() == DomainState.SHUTTING_DOWN;
    }

    private static OrphanPlan step(OrphanStep step) {
        return new OrphanPlan(step, null, null);
    }
}
