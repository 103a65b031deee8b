package io.yunqing.controller.placement;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The verdict on each host and its score for one question, groups aside. It follows the view: only hosts that changed since
 * the last time are judged again.
 *
 * <p>Scores stand as whole numbers, so that equal ones are equal. The largest of each block of hosts is kept, so that looking
 * for the best means looking at the blocks.
 */
final class Ranking {
    /** No host, or one that was turned away. */
    static final int NO_KEY = 0;

    private static final int BLOCK_BITS = 8;

    private final Question question;
    private int[] keys = new int[0];
    private short[] verdicts = new short[0];
    private int[] turnedAway = new int[0];

    /** At least as much as each key of the block; stale when the largest has gone. */
    private int[] largest = new int[0];

    private boolean[] stale = new boolean[0];
    private long seen = -1;
    private @Nullable String remedy;

    Ranking(Question question) {
        this.question = question;
    }

    void catchUp(FleetView view) {
        Changes changes = view.changes();
        if (seen == changes.count()) {
            return;
        }
        remedy = null;
        if (!changes.knownSince(seen)) {
            begin(view);
            for (int i = 0; i < view.bound(); i++) {
                judge(view, i);
            }
        } else {
            grow(view.bound());
            for (long change = seen; change < changes.count(); change++) {
                judge(view, changes.index(change));
            }
        }
        seen = changes.count();
    }

    private void begin(FleetView view) {
        keys = new int[0];
        verdicts = new short[0];
        largest = new int[0];
        stale = new boolean[0];
        turnedAway = new int[Constraint.FIRST_RESOURCE + view.resources().size()];
        grow(view.bound());
    }

    private void grow(int bound) {
        if (bound > keys.length) {
            int length = Math.max(bound, keys.length * 3 / 2);
            int blocks = (length >> BLOCK_BITS) + 1;
            keys = Arrays.copyOf(keys, length);
            verdicts = Arrays.copyOf(verdicts, length);
            largest = Arrays.copyOf(largest, blocks);
            stale = Arrays.copyOf(stale, blocks);
        }
    }

    private void judge(FleetView view, int index) {
        if (verdicts[index] != Constraint.FITS) {
            turnedAway[verdicts[index]]--;
        }
        int verdict = Constraint.FITS;
        int key = NO_KEY;
        if (view.present(index)) {
            verdict = Constraint.first(view, index, question);
            if (verdict == Constraint.FITS) {
                key = key(PackingPolicy.score(view, index, question));
            } else {
                count(verdict);
            }
        }
        verdicts[index] = (short) verdict;
        set(index, key);
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

    private void count(int verdict) {
        if (verdict >= turnedAway.length) {
            turnedAway = Arrays.copyOf(turnedAway, verdict + 1);
        }
        turnedAway[verdict]++;
    }

    /** A score as a whole number above {@link #NO_KEY}. */
    static int key(double score) {
        return 1 + (int) Math.round(score * PackingPolicy.PRECISION);
    }

    /** A key with more added to its score. */
    static int sum(int key, double score) {
        return key + (int) Math.round(score * PackingPolicy.PRECISION);
    }

    /** Puts the best hosts on the list, looking at the hosts in their order from {@code begin} on, then at those before it. */
    void best(int begin, Shortlist list) {
        best(begin, keys.length, list);
        best(0, Math.min(begin, keys.length), list);
    }

    private void best(int from, int to, Shortlist list) {
        for (int start = from; start < to; ) {
            int block = start >> BLOCK_BITS;
            int end = Math.min(to, (block + 1) << BLOCK_BITS);
            if (largest(block) > list.bar()) {
                list.addAll(keys, start, end);
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

    /** What would make a refusal a yes; without groups, it is the same until the view changes. */
    String remedy(FleetView view, Request request) {
        if (request.social()) {
            return Remedy.sentence(view, request, NearestMiss.of(view, request, question, this));
        }
        if (remedy == null) {
            remedy = Remedy.sentence(view, request, NearestMiss.of(view, request, question, this));
        }
        return remedy;
    }

    int key(int index) {
        return keys[index];
    }

    int verdict(int index) {
        return verdicts[index];
    }

    /** By verdict, how many hosts it turned away. */
    int[] turnedAway() {
        return turnedAway;
    }
}
