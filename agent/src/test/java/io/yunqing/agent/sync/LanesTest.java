package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.platform.Threads;
import io.yunqing.api.agent.HostObserved;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LanesTest {

    private static final int PATIENCE_SECONDS = 20;

    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Lanes lanes = new Lanes(() -> now, Threads.PLATFORM);

    @AfterEach
    void close() {
        lanes.close();
    }

    @Test
    void whatHangsInOneLaneLeavesTheOthersFree() throws Exception {
        for (LaneName full : LaneName.values()) {
            var hanging = hang(full, full.threads());
            for (LaneName other : LaneName.values()) {
                var answer = lanes.submit(other, "anything", () -> "done");
                if (other != full) {
                    assertEquals(
                            "done",
                            answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS),
                            () -> other + " beside " + full);
                }
            }
            assertEquals(1, status(full).queued(), () -> full + "'s own task waits");
            hanging.end();
        }
    }

    @Test
    void moreThanALaneHasThreadsForWaitsItsTurn() throws Exception {
        for (LaneName lane : LaneName.values()) {
            var hanging = hang(lane, lane.threads() + 3);
            assertEquals(lane.threads(), status(lane).busy(), lane.name());
            assertEquals(3, status(lane).queued(), lane.name());
            hanging.end();
        }
    }

    @Test
    void whatHasHungLongestIsNamedWithItsAge() throws Exception {
        hang(LaneName.VOLUMES, 1);
        now = now.plusSeconds(40);
        hang(LaneName.VOLUMES, 1);
        now = now.plusSeconds(2);
        assertEquals(
                new HostObserved.Lane("volumes", 2, 0, "hanging since 2026-01-01T00:00:00Z", 42),
                status(LaneName.VOLUMES));
    }

    private record Hanging(CountDownLatch until, List<CompletableFuture<Boolean>> tasks) {
        /** Returns when all have ended, also those that waited. */
        void end() throws Exception {
            until.countDown();
            for (var task : tasks) {
                assertTrue(task.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    /** Returns when as many as can have begun. */
    private Hanging hang(LaneName lane, int tasks) throws Exception {
        var begun = new CountDownLatch(Math.min(tasks, lane.threads() - status(lane).busy()));
        var hanging = new Hanging(new CountDownLatch(1), new ArrayList<>());
        for (int i = 0; i < tasks; i++) {
            hanging.tasks.add(
                    lanes.submit(
                            lane,
                            "hanging since " + now,
                            () -> {
                                begun.countDown();
                                hanging.until.await();
                                return true;
                            }));
        }
        assertTrue(begun.await(PATIENCE_SECONDS, TimeUnit.SECONDS), lane.name());
        return hanging;
    }

    private HostObserved.Lane status(LaneName lane) {
        String word = lane.name().toLowerCase(Locale.ROOT);
        return lanes.status().stream()
                .filter(one -> one.name().equals(word))
                .findFirst()
                .orElseThrow();
    }
}
