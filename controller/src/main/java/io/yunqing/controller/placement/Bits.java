package io.yunqing.controller.placement;

import java.util.Arrays;

/** A set of hosts by index, as words that can be counted and combined without garbage. */
final class Bits {
    static final int WORD_BITS = 6;

    private long[] words = new long[0];

    void clear() {
        Arrays.fill(words, 0);
    }

    void grow(int bound) {
        int needed = (bound >> WORD_BITS) + 1;
        if (needed > words.length) {
            words = Arrays.copyOf(words, Math.max(needed, words.length * 3 / 2));
        }
    }

    void set(int index, boolean in) {
        long bit = 1L << index;
        if (in) {
            words[index >> WORD_BITS] |= bit;
        } else {
            words[index >> WORD_BITS] &= ~bit;
        }
    }

    boolean get(int index) {
        return (words[index >> WORD_BITS] & 1L << index) != 0;
    }

    /** The 64 hosts from {@code word << WORD_BITS} on. */
    long word(int word) {
        return words[word];
    }

    /** How many hosts are in both sets. */
    int shared(Bits other) {
        int count = 0;
        for (int i = Math.min(words.length, other.words.length) - 1; i >= 0; i--) {
            count += Long.bitCount(words[i] & other.words[i]);
        }
        return count;
    }
}
