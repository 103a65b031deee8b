package io.yunqing.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final int TRIED = 1000;

    private final Backoff backoff =
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), new Random(7));

    @Test
    void waitsDoubleUpToTheCap() {
        Map.of(1, 1000, 2, 2000, 3, 4000, 6, 32_000, 7, 60_000, 1_000_000, 60_000)
                .forEach(this::requireWaits);
    }

    private void requireWaits(int failures, int mostMillis) {
        var waits = IntStream.range(0, TRIED).mapToLong(i -> backoff.after(failures).toMillis());
        var seen = waits.summaryStatistics();
        assertTrue(seen.getMax() <= mostMillis, () -> "none is longer: " + seen);
        assertTrue(seen.getMax() > mostMillis * 0.95, () -> "some are nearly as long: " + seen);
        assertTrue(seen.getMin() >= mostMillis / 10, () -> "none is short: " + seen);
        assertTrue(seen.getMin() < mostMillis * 0.15, () -> "some are early: " + seen);
    }

    /** Of a thousand agents that failed at one moment no second sees much more than its share. */
    @Test
    void whoFailedTogetherDoesNotComeBackTogether() {
        var perSecond =
                IntStream.range(0, TRIED)
                        .mapToObj(i -> backoff.after(7).toSeconds())
                        .collect(Collectors.groupingBy(second -> second, Collectors.counting()));
        assertEquals(
                0,
                perSecond.values().stream().filter(came -> came > TRIED / 20).count(),
                () -> perSecond.toString());
    }
}
