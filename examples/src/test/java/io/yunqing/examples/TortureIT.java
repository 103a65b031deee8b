package io.yunqing.examples;

import io.yunqing.examples.torture.Torture;
import org.junit.jupiter.api.Test;

/**
 * A short run of {@code ./dev torture}: it fails by itself where a promise is broken. {@code -Dtorture.seed=N} draws the same
 * again, {@code -Dtorture.operations=N} does more.
 */
class TortureIT {
    @Test
    void whateverIsKilledPromisesAreKeptAndTheBooksAreRight() throws Exception {
        long seed = Long.getLong("torture.seed", Torture.anySeed());
        try (Torture torture = Torture.start(seed)) {
            torture.run(Long.getLong("torture.operations", 3000));
        }
    }
}
