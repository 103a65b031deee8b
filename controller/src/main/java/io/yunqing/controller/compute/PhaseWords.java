package io.yunqing.controller.compute;

import static io.yunqing.controller.platform.PhaseBook.sql;

import io.yunqing.api.Fault;
import io.yunqing.api.Phase;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.compute.InstanceLifecycle.Desired;
import io.yunqing.controller.platform.PhaseBook;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Phases in SQL. The database puts all that a phase depends on into one word; which phase a word stands for is
 * {@link InstanceLifecycle}'s to say, which was asked about every word there is.
 */
final class PhaseWords {
    private static final List<Boolean> EITHER = List.of(false, true);

    /** The state that is told apart by its reason, as it is called in words. */
    private static final String PAUSED_BY_WISH = "PAUSED_BY_WISH";

    /** As often as any instance of which words are made was to be started anew. */
    private static final int BOOT = 1;

    static final PhaseBook<Phase> BOOK = new PhaseBook<>(Phase.class);

    static {
        for (boolean deleted : EITHER) {
            for (Power power : Power.values()) {
                for (boolean seen : EITHER) {
                    Desired desired = new Desired(power, BOOT, deleted);
                    BOOK.put(
                            word(desired, "NONE", false, false, false, seen),
                            InstanceLifecycle.phase(desired, null, seen));
                    for (DomainState state : DomainState.values()) {
                        putObserved(desired, state, null, seen);
                    }
                    putObserved(desired, DomainState.PAUSED, InstanceObserved.PAUSED_BY_WISH, seen);
                }
            }
        }
    }

    private PhaseWords() {}

    /**
     * The word of an instance {@code r} with its observation {@code o} and its host's {@code h}.
     *
     * @param heardSince the parameter for the time since which a host must have been heard to be believed
     */
    static String sqlWith(String heardSince) {
        return """
        concat_ws(' ', r.deleted, coalesce(r.spec ->> 'power', 'RUNNING'),
                  CASE WHEN o.state = 'PAUSED' AND o.reason = '%s' THEN '%s' ELSE coalesce(o.state, 'NONE') END, o.step IS NOT NULL,
                  coalesce(cast(o.fault ->> 'attempts' AS int) >= %d, false),
                  coalesce(o.boot < cast(r.spec ->> 'boot' AS int), false),
                  coalesce(h.complete AND h.received_at >= %s, false))\
        """
                .formatted(
                        InstanceObserved.PAUSED_BY_WISH,
                        PAUSED_BY_WISH,
                        Fault.ATTEMPTS_BEFORE_FAILED,
                        heardSince);
    }

    private static void putObserved(
            Desired desired, DomainState state, String reason, boolean seen) {
        String seenState = reason == null ? state.name() : PAUSED_BY_WISH;
        for (boolean step : EITHER) {
            for (boolean failing : EITHER) {
                for (boolean booting : EITHER) {
                    BOOK.put(
                            word(desired, seenState, step, failing, booting, seen),
                            InstanceLifecycle.phase(
                                    desired,
                                    observed(state, reason, step, failing, booting),
                                    seen));
                }
            }
        }
    }

    private static String word(
            Desired desired,
            String state,
            boolean step,
            boolean failing,
            boolean booting,
            boolean seen) {
        return String.join(
                " ",
                sql(desired.deleted()),
                desired.power().name(),
                state,
                sql(step),
                sql(failing),
                sql(booting),
                sql(seen));
    }

    private static InstanceObserved observed(
            DomainState state, String reason, boolean step, boolean failing, boolean booting) {
        return new InstanceObserved(
                new UUID(0, 0),
                0,
                booting ? BOOT - 1 : BOOT,
                state,
                reason,
                step ? "step" : null,
                failing ? new Fault(Instant.EPOCH, "", "", Fault.ATTEMPTS_BEFORE_FAILED) : null,
                null);
    }
}
