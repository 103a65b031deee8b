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

    private static final Fault FAULT =
            new Fault(Instant.EPOCH, "make", "no space", Fault.ATTEMPTS_BEFORE_FAILED);

    @ParameterizedTest
    @CsvSource({
        // deleted, size, wanted by, state, had by, failing, seen, phase
        "false, 4, , , , false, true, SCHEDULED",
        "false, 4, 1, , , false, false, SCHEDULED",
        "false, 4, 1, ABSENT, , false, true, SCHEDULED",
        "false, 4, 1, ABSENT, , true, true, FAILED",
        "false, 4, 1, PRESENT, , false, true, ATTACHING",
        "false, 4, 1, PRESENT, 1, false, true, ATTACHED",
        "false, 4, 1, PRESENT, 2, false, true, ATTACHING",
        "false, 4, 1, PRESENT, 1, true, true, FAILED",
        "false, 4, 1, PRESENT, 1, false, false, UNOBSERVED",
        "false, 5, 1, PRESENT, 1, false, true, GROWING",
        "false, 5, , PRESENT, , false, true, GROWING",
        "false, 5, 1, PRESENT, 1, true, true, FAILED",
        "false, 3, 1, PRESENT, 1, false, true, ATTACHED",
        "false, 4, , PRESENT, 1, false, true, DETACHING",
        "false, 4, , PRESENT, , false, true, AVAILABLE",
        "true, 4, , PRESENT, , false, true, DELETING",
        "true, 4, , PRESENT, , false, false, DELETING"
    })
    void aPhaseFollowsFromWhatShouldBeAndWhatWasSeen(
            boolean deleted,
            int sizeGiB,
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
                                VOLUME, state, 4, id(hadBy), 1, null, failing ? FAULT : null, null);
        assertEquals(phase, phase(deleted, sizeGiB, wantedBy, observed, seen));
    }

    private static VolumePhase phase(
            boolean deleted, int sizeGiB, Long wantedBy, VolumeObserved observed, boolean seen) {
        return VolumeLifecycle.phase(deleted, sizeGiB, id(wantedBy), false, 0, observed, seen);
    }

    @ParameterizedTest
    @CsvSource({
        // of which restore it should be, what was seen, of which restore, whether it fails
        "0, , , false, SCHEDULED",
        "0, ABSENT, 0, false, COPYING",
        "0, ABSENT, 0, true, FAILED",
        "0, PRESENT, 0, false, AVAILABLE",
        "2, PRESENT, 1, false, COPYING",
        "2, PRESENT, 1, true, FAILED",
        "2, PRESENT, 2, false, AVAILABLE",
        "2, PRESENT, 3, false, AVAILABLE"
    })
    void aCopyIsOneWhenItsHostSaysSo(
            int wanted, VolumeState state, Integer restore, boolean failing, VolumePhase phase) {
        VolumeObserved observed =
                state == null
                        ? null
                        : new VolumeObserved(
                                VOLUME,
                                state,
                                4,
                                null,
                                restore,
                                null,
                                failing ? FAULT : null,
                                null);
        assertEquals(phase, VolumeLifecycle.phase(false, 4, null, true, wanted, observed, true));
    }

    private static UUID id(Long number) {
        return number == null ? null : new UUID(0, number);
    }
}
