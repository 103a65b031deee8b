package io.yunqing.controller.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.controller.fence.SilenceWatch.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SilenceWatchTest {
    private static final UUID HOST = new UUID(0, 1);
    private static final Report FIRST = new Report(HOST, Instant.EPOCH, 1);

    private final SilenceWatch watch = new SilenceWatch();

    @Test
    void whoHasJustBegunToWatchHasSeenNoSilence() {
        assertEquals(Duration.ZERO, watch.silence(HOST, 1_000));
        watch.see(List.of(FIRST), 1_000);
        assertEquals(Duration.ZERO, watch.silence(HOST, 1_000));
    }

    @Test
    void silenceIsCountedFromTheFirstLookAtTheLastReport() {
        watch.see(List.of(FIRST), 1_000);
        watch.see(List.of(FIRST), 2_000);
        assertEquals(Duration.ofNanos(4_000), watch.silence(HOST, 5_000));
        watch.see(List.of(new Report(HOST, Instant.EPOCH, 2)), 6_000);
        assertEquals(Duration.ofNanos(1_000), watch.silence(HOST, 7_000));
    }

    /** A clock that was set back, or a database that lost what it had not written yet, is no silence. */
    @Test
    void anyOtherReportIsASignOfLife() {
        watch.see(List.of(FIRST), 1_000);
        watch.see(List.of(new Report(HOST, Instant.EPOCH.minusSeconds(60), 1)), 2_000);
        assertEquals(Duration.ofNanos(500), watch.silence(HOST, 2_500));
    }

    @Test
    void whoCouldNotLookBeginsAnew() {
        watch.see(List.of(FIRST), 1_000);
        watch.forget();
        watch.see(List.of(FIRST), 9_000);
        assertEquals(Duration.ofNanos(1_000), watch.silence(HOST, 10_000));
    }

    @Test
    void aHostThatIsGoneAndComesBackBeginsAnew() {
        watch.see(List.of(FIRST), 1_000);
        watch.see(List.of(), 2_000);
        watch.see(List.of(FIRST), 3_000);
        assertEquals(Duration.ofNanos(1_000), watch.silence(HOST, 4_000));
    }

    /** Whatever the looks: never more than the time since the last report was written. */
    @Test
    void itNeverSaysTooMuch() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 1_000; round++) {
            var one = new SilenceWatch();
            long now = 0;
            long written = 0;
            long sequence = 0;
            List<Report> known = new ArrayList<>();
            for (int step = 0; step < 50; step++) {
                now += random.nextInt(100);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        sequence++;
                        written = now;
                        known.clear();
                        known.add(
                                new Report(HOST, Instant.ofEpochMilli(random.nextInt()), sequence));
                    }
                    case 1 -> one.forget();
                    default -> {
                        one.see(known, now + random.nextInt(100));
                        assertTrue(
                                one.silence(HOST, now).toNanos() <= now - written,
                                "seed %d, round %d".formatted(seed, round));
                    }
                }
            }
        }
    }
}
