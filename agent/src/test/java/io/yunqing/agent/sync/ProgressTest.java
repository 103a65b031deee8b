package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.Fault;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void whatSucceedsBeforeAFailingStepDoesNotHideItsFailures() {
        var progress = Progress.NONE;
        for (int attempt = 1; attempt <= 3; attempt++) {
            progress = progress.begin(Step.FETCH, NOW).done(Step.FETCH, false, NOW);
            progress = failed(progress.begin(Step.PREPARE, NOW), Step.PREPARE);
            assertEquals(attempt, progress.attempts().failures());
        }
        progress = progress.begin(Step.FETCH, NOW).done(Step.FETCH, false, NOW);
        assertNotNull(progress.attempts().fault(), "until it is over");
        assertEquals(NOW.plusSeconds(1), progress.attempts().notBefore());
        progress = progress.begin(Step.PREPARE, NOW).done(Step.PREPARE, false, NOW);
        assertEquals(Attempts.NONE, progress.attempts());
    }

    @Test
    void whenAllIsDoneNothingIsLeftToComplainOf() {
        var progress = failed(Progress.NONE.begin(Step.START, NOW), Step.START);
        progress = progress.begin(Step.DEFINE, NOW).done(Step.DEFINE, true, NOW);
        assertEquals(Attempts.NONE, progress.attempts());
    }

    @Test
    void aStepThatDoesNotEndSaysSoInItsTime() {
        var attempts = Progress.NONE.begin(Step.START, NOW).attempts();
        assertNull(attempts.faultAt(NOW.plus(Attempts.STEP_DEADLINE)));
        var late = attempts.faultAt(NOW.plus(Attempts.STEP_DEADLINE).plusMillis(1));
        assertNotNull(late);
        assertEquals(Step.START.word(), late.step());
        assertTrue(late.message().startsWith("has not ended after 120 s"), late.message());
        assertEquals(Fault.ATTEMPTS_BEFORE_FAILED, late.attempts(), "it counts as failed");
    }

    private static Progress failed(Progress progress, Step step) {
        return progress.with(
                progress.attempts().failed(step.word(), "no room", NOW, Duration.ofSeconds(1)));
    }
}
