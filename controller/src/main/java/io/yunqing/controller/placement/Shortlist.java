package io.yunqing.controller.placement;

/** The best three hosts seen so far; of equals, whoever was seen first. */
final class Shortlist {
    static final int LENGTH = 3;

    private final int[] indexes = new int[LENGTH];
    private final int[] keys = new int[LENGTH];
    private int size;

    void clear() {
        size = 0;
        keys[LENGTH - 1] = Ranking.NO_KEY;
    }

    int size() {
        return size;
    }

    int index(int place) {
        return indexes[place];
    }

    /** What a key must be above to get in. */
    int bar() {
        return keys[LENGTH - 1];
    }

    /** Takes in those of a range of hosts that are better than the third. */
    void addAll(int[] candidates, int from, int to) {
        int bar = bar();
        for (int i = from; i < to; i++) {
            if (candidates[i] > bar) {
                add(i, candidates[i]);
                bar = bar();
            }
        }
    }

    /** Takes in a host whose key is above the {@link #bar}. */
    void add(int index, int key) {
        int place = size < LENGTH ? size++ : LENGTH - 1;
        while (place > 0 && keys[place - 1] < key) {
            keys[place] = keys[place - 1];
            indexes[place] = indexes[place - 1];
            place--;
        }
        keys[place] = key;
        indexes[place] = index;
    }
}
