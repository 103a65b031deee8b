package io.yunqing.controller.placement;

import java.util.Arrays;
import java.util.function.IntPredicate;

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

    void copy(Bits from) {
        if (words.length < from.words.length) {
            words = new long[from.words.length];
        }
        System.arraycopy(from.words, 0, words, 0, from.words.length);
        Arrays.fill(words, from.words.length, words.length, 0);
    }

    void removeAll(Bits others) {
        for (int i = Math.min(words.length, others.words.length) - 1; i >= 0; i--) {
            words[i] &= ~others.words[i];
        }
    }

    /** Keeps the hosts that the test is true of. */
    void keepIf(IntPredicate test) {
        for (int word = 0; word < words.length; word++) {
            for (long left = words[word]; left != 0; left &= left - 1) {
                int index = (word << WORD_BITS) + Long.numberOfTrailingZeros(left);
                if (!test.test(index)) {
                    words[word] &= ~(1L << index);
                }
            }
        }
    }

    int count() {
        return shared(this);
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
