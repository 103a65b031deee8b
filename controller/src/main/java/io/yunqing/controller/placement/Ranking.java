package io.yunqing.controller.placement;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which of the hosts that are open to everybody have room for a shape, and their scores.
 *
 * <p>Scores stand as whole numbers, so that equal ones are equal. The largest of each block of hosts is kept, so that looking
 * for the best means looking at the blocks.
 */
final class Ranking extends Columns {
    /** No host that is open to everybody, or one without room. */
    static final int NO_KEY = 0;

    private static final int BLOCK_BITS = 8;
    private static final Bits NONE = new Bits();

    private final Shape shape;
    private int[] keys = new int[0];
    private byte[] verdicts = new byte[0];

    /** By verdict, the hosts that lack it; none until a host did. */
    private @Nullable Bits[] lacking = new Bits[0];

    /** At least as much as each key of the block; stale when the largest has gone. */
    private int[] largest = new int[0];

    private boolean[] stale = new boolean[0];

    Ranking(Shape shape) {
        this.shape = shape;
    }

    @Override
    void clear() {
        Arrays.fill(keys, NO_KEY);
        Arrays.fill(verdicts, (byte) Constraint.FITS);
        lacking = new Bits[Constraint.FIRST_RESOURCE + shape.amounts().length()];
        Arrays.fill(largest, NO_KEY);
        Arrays.fill(stale, false);
    }

    @Override
    void grow(int bound) {
        if (bound > keys.length) {
            int length = Math.max(bound, keys.length * 3 / 2);
            int blocks = (length >> BLOCK_BITS) + 1;
            keys = Arrays.copyOf(keys, length);
            verdicts = Arrays.copyOf(verdicts, length);
            largest = Arrays.copyOf(largest, blocks);
            stale = Arrays.copyOf(stale, blocks);
        }
    }

    @Override
    void judge(FleetView view, int index) {
        int verdict = Constraint.FITS;
        int key = NO_KEY;
        if (view.open(index)) {
            verdict = Constraint.fit(view, index, shape);
            if (verdict == Constraint.FITS) {
                key = key(PackingPolicy.score(view, index, shape.amounts()));
            }
        }
        if (verdict != verdicts[index]) {
            lacks(verdicts[index], index, false);
            lacks(verdict, index, true);
            verdicts[index] = (byte) verdict;
        }
        set(index, key);
    }

    private void lacks(int verdict, int index, boolean so) {
        if (verdict == Constraint.FITS) {
            return;
        }
        Bits hosts = lacking[verdict];
        if (hosts == null) {
            hosts = lacking[verdict] = new Bits();
        }
        hosts.grow(keys.length);
        hosts.set(index, so);
    }

    private void set(int index, int key) {
        int block = index >> BLOCK_BITS;
        if (key >= largest[block]) {
            largest[block] = key;
            stale[block] = false;
        } else if (keys[index] == largest[block]) {
            stale[block] = true;
        }
        keys[index] = key;
    }

    /** A score as a whole number above {@link #NO_KEY}. */
    static int key(double score) {
        return 1 + (int) Math.round(score * PackingPolicy.PRECISION);
    }

    /** A key with more added to its score. */
    static int sum(int key, double score) {
        return key + (int) Math.round(score * PackingPolicy.PRECISION);
    }

    /**
     * Puts the best of some hosts on the list, looking at them in their order from {@code begin} on, then at those before it.
     *
     * @param bound every index is below it
     */
    void best(Bits hosts, Bonus bonus, int begin, int bound, Shortlist list) {
        search(hosts, bonus, begin, bound, list);
        search(hosts, bonus, 0, begin, list);
    }

    private void search(Bits hosts, Bonus bonus, int from, int to, Shortlist list) {
        int most = bonus.most();
        for (int start = from; start < to; ) {
            int block = start >> BLOCK_BITS;
            int end = Math.min(to, (block + 1) << BLOCK_BITS);
            int largest = largest(block);
            if (largest != NO_KEY && largest + most > list.bar()) {
                searchBlock(hosts, bonus, start, end, list);
            }
            start = end;
        }
    }

    private void searchBlock(Bits hosts, Bonus bonus, int from, int to, Shortlist list) {
        int most = bonus.most();
        int bar = Math.max(NO_KEY, list.bar() - most);
        for (int start = from; start < to; ) {
            int word = start >> Bits.WORD_BITS;
            int end = Math.min(to, (word + 1) << Bits.WORD_BITS);
            long bits = hosts.word(word);
            for (int i = bits == 0 ? end : start; i < end; i++) {
                if (keys[i] > bar && (bits & 1L << i) != 0) {
                    int key = keys[i] + bonus.at(i);
                    if (key > list.bar()) {
                        list.add(i, key);
                        bar = Math.max(NO_KEY, list.bar() - most);
                    }
                }
            }
            start = end;
        }
    }

    private int largest(int block) {
        if (stale[block]) {
            int end = Math.min(keys.length, (block + 1) << BLOCK_BITS);
            int most = NO_KEY;
            for (int i = block << BLOCK_BITS; i < end; i++) {
                most = Math.max(most, keys[i]);
            }
            largest[block] = most;
            stale[block] = false;
        }
        return largest[block];
    }

    /** Which hosts are turned away by a verdict. */
    Bits lacking(int verdict) {
        Bits hosts = verdict < lacking.length ? lacking[verdict] : null;
        return hosts == null ? NONE : hosts;
    }

    int key(int index) {
        return keys[index];
    }

    /** Of a host that is open to everybody. */
    int verdict(int index) {
        return verdicts[index];
    }
}
