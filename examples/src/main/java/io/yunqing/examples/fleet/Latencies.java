package io.yunqing.examples.fleet;

import java.util.concurrent.atomic.AtomicLongArray;

/** Times by how often they were seen, to within a twentieth; for any number of threads. */
public final class Latencies {
    private static final double GROWTH = 1.05;
    private static final double SMALLEST_MILLIS = 0.01;
    private static final int BUCKETS = 400;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    public void record(long nanos) {
        double ratio = Math.max(nanos / 1e6 / SMALLEST_MILLIS, 1);
        int bucket = (int) (Math.log(ratio) / Math.log(GROWTH));
        counts.incrementAndGet(Math.min(bucket, BUCKETS - 1));
    }

    public long count() {
        long all = 0;
        for (int i = 0; i < BUCKETS; i++) {
            all += counts.get(i);
        }
        return all;
    }

    /**
     * The time in milliseconds that this part of them stayed below; 0 when there are none.
     *
     * @param part 0 to 1
     */
    public double millis(double part) {
        long wanted = (long) Math.ceil(count() * part);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts.get(i);
            if (seen >= wanted && seen > 0) {
                return SMALLEST_MILLIS * Math.pow(GROWTH, i + 1);
            }
        }
        return 0;
    }

    /** Forgets what was seen until now. */
    public void clear() {
        for (int i = 0; i < BUCKETS; i++) {
            counts.set(i, 0);
        }
    }
}
