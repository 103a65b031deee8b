package io.yunqing.controller.placement;

/** Which hosts changed, in order, as far back as columns made of them can catch up instead of being made anew. */
final class Changes {
    /** More changes than a ranking that is in use misses between two of its decisions. */
    private static final int REMEMBERED = 1 << 13;

    private final int[] ring = new int[REMEMBERED];
    private long count;
    private long since;

    void at(int index) {
        ring[(int) (count++ & (REMEMBERED - 1))] = index;
    }

    /** Nothing that was made before can catch up. */
    void everything() {
        count++;
        since = count;
    }

    /** How many there were. */
    long count() {
        return count;
    }

    boolean knownSince(long seen) {
        return seen >= since && count - seen <= REMEMBERED;
    }

    int index(long change) {
        return ring[(int) (change & (REMEMBERED - 1))];
    }
}
