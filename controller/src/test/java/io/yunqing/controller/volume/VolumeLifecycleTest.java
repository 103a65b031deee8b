package io.yunqing.controller.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.Fault;
import io.yunqing.api.VolumePhase;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VolumeLifecycleTest {
    private static final UUID VOLUME = new UUID(0, 9);

    @ParameterizedTest
    @CsvSource({
        // deleted, wanted by, state, had by, failing, seen, phase
        "false, , , , false, true, SCHEDULED",
        "false, 1, , , false, false, SCHEDULED",
        "false, 1, ABSENT, , false, true, SCHEDULED",
        "false, 1, ABSENT, , true, true, FAILED",
        "false, 1, PRESENT, , false, true, ATTACHING",
        "false, 1, PRESENT, 1, false, true, ATTACHED",
        "false, 1, PRESENT, 2, false, true, ATTACHING",
        "false, 1, PRESENT, 1, true, true, FAILED",
        "false, 1, PRESENT, 1, false, false, UNOBSERVED",
        "false, , PRESENT, 1, false, true, DETACHING",
        "false, , PRESENT, , false, true, AVAILABLE",
        "true, , PRESENT, , false, true, DELETING",
        "true, , PRESENT, , false, false, DELETING"
    })
    void aPhaseFollowsFromWhatShouldBeAndWhatWasSeen(
            boolean deleted,
            Long wantedBy,
            VolumeState state,
            Long hadBy,
            boolean failing,
            boolean seen,
            VolumePhase phase) {
        VolumeObserved observed =
                state == null
                        ? null
                        : new VolumeObserved(
                                VOLUME,
                                state,
                                1,
                                id(hadBy),
                                null,
                                failing
                                        ? new Fault(
                                                Instant.EPOCH,
                                                "make",
                                                "no space",
                                                Fault.ATTEMPTS_BEFORE_FAILED)
                                        : null);
        assertEquals(phase, VolumeLifecycle.phase(deleted, id(wantedBy), observed, seen));
    }

    private static UUID id(Long number) {
        return number == null ? null : new UUID(0, number);
    }
}
