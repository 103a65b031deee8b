package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.platform.Backoff;
import io.yunqing.agent.platform.Threads;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class StorageSightTest {

    @Test
    void whatLooksTheSameHidesNothingElse() throws InterruptedException {
        var clock = InstantSource.system();
        try (var lanes = new Lanes(clock, Threads.PLATFORM)) {
            var sight =
                    new StorageSight<String, String>(
                            "things",
                            LaneName.STORAGE,
                            () -> () -> List.of("??", "??", "a"),
                            Function.identity(),
                            lanes,
                            Runnable::run,
                            clock,
                            new Backoff(
                                    Duration.ofSeconds(1), Duration.ofMinutes(1), new Random(1)));
            var looked = new CountDownLatch(1);
            sight.look(looked::countDown);
            assertTrue(looked.await(20, TimeUnit.SECONDS));
            assertTrue(sight.complete());
            assertEquals(Set.of("??", "a"), Set.copyOf(sight.all()));
        }
    }
}
