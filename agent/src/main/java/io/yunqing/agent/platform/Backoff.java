package io.yunqing.agent.platform;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time up to a cap, of which a random part is taken, so
 * that a thousand agents that failed together do not come back together.
 */
public final class Backoff {

    private final Duration first;
    private final Duration cap;
    private final RandomGenerator random;

    public Backoff(Duration first, Duration cap, RandomGenerator random) {
        this.first = first;
        this.cap = cap;
        this.random = random;
    }

    /**
     * @param failures how many attempts have failed in a row, at least 1
     */
    public Duration after(int failures) {
        int doublings = Math.clamp(failures - 1L, 0, 30);
        long ceiling = Math.min(cap.toMillis(), first.toMillis() << doublings);
        // Never less than a tenth: full jitter alone would now and then hammer a peer that is down.
        return Duration.ofMillis(ceiling / 10 + random.nextLong(ceiling - ceiling / 10 + 1));
    }
}
