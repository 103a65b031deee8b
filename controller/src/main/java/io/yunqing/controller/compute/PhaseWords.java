package io.yunqing.controller.compute;

import io.yunqing.api.Fault;
import io.yunqing.api.Phase;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Phases in SQL. The database puts all that a phase depends on into one word; which phase a word stands for is
 * {@link InstanceLifecycle}'s to say, which was asked about every word there is.
 */
final class PhaseWords {
    private static final List<Boolean> EITHER = List.of(false, true);
    private static final Map<String, Phase> PHASES = new HashMap<>();
    private static final Map<Phase, List<String>> WORDS = new EnumMap<>(Phase.class);

    static {
        for (boolean deleted : EITHER) {
            for (Power power : Power.values()) {
                for (boolean seen : EITHER) {
                    put(
                            word(deleted, power, "NONE", false, false, seen),
                            InstanceLifecycle.phase(power, deleted, null, seen));
                    for (DomainState state : DomainState.values()) {
                        for (boolean step : EITHER) {
                            for (boolean failing : EITHER) {
                                put(
                                        word(deleted, power, state.name(), step, failing, seen),
                                        InstanceLifecycle.phase(
                                                power,
                                                deleted,
                                                observed(state, step, failing),
                                                seen));
                            }
                        }
                    }
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
    static String sql(String heardSince) {
        return """
        concat_ws(' ', r.deleted, coalesce(r.spec ->> 'power', 'RUNNING'), coalesce(o.state, 'NONE'), o.step IS NOT NULL,
                  coalesce(cast(o.fault ->> 'attempts' AS int) >= %d, false),
                  coalesce(h.complete AND h.received_at >= %s, false))\
        """
                .formatted(Fault.ATTEMPTS_BEFORE_FAILED, heardSince);
    }

    /**
     * @throws IllegalArgumentException if no instance can have the word
     */
    static Phase phase(String word) {
        Phase phase = PHASES.get(word);
        if (phase == null) {
            throw new IllegalArgumentException("no phase is known for '" + word + "'");
        }
        return phase;
    }

    /** All words that stand for the phase. */
    static List<String> of(Phase phase) {
        return WORDS.getOrDefault(phase, List.of());
    }

    private static void put(String word, Phase phase) {
        PHASES.put(word, phase);
        WORDS.computeIfAbsent(phase, _ -> new ArrayList<>()).add(word);
    }

    private static String word(
            boolean deleted,
            Power power,
            String state,
            boolean step,
            boolean failing,
            boolean seen) {
        return String.join(
                " ", sql(deleted), power.name(), state, sql(step), sql(failing), sql(seen));
    }

    private static String sql(boolean value) {
        return value ? "t" : "f";
    }

    private static InstanceObserved observed(DomainState state, boolean step, boolean failing) {
        return new InstanceObserved(
                new UUID(0, 0),
                0,
                state,
                null,
                step ? "step" : null,
                failing ? new Fault(Instant.EPOCH, "", "", Fault.ATTEMPTS_BEFORE_FAILED) : null);
    }
}
