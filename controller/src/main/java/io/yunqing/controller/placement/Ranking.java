package io.yunqing.controller.placement;

import java.util.Arrays;

/**
 * The verdict on each host and its score for one question, groups aside. It follows the view: only hosts that changed since
 * the last time are judged again.
 *
 * <p>Scores stand as whole numbers: equal ones are equal, and the largest of a column is found fast.
 */
final class Ranking {
    /** No host, or one that was turned away. */
    static final int NO_KEY = 0;

    private final Question question;
    private int[] keys = new int[0];
    private short[] verdicts = new short[0];
    private int[] turnedAway = new int[Constraint.FIRST_RESOURCE];
    private long seen = -1;

    Ranking(Question question) {
        this.question = question;
    }

    void catchUp(FleetView view) {
        Changes changes = view.changes();
        if (changes.knownSince(seen)) {
            if (view.bound() > keys.length) {
                int length = Math.max(view.bound(), keys.length * 2);
                keys = Arrays.copyOf(keys, length);
                verdicts = Arrays.copyOf(verdicts, length);
            }
            for (long change = seen; change < changes.count(); change++) {
                judge(view, changes.index(change));
            }
        } else {
            keys = new int[view.bound()];
            verdicts = new short[view.bound()];
            turnedAway = new int[Constraint.FIRST_RESOURCE + view.resources().size()];
            for (int i = 0; i < view.bound(); i++) {
                judge(view, i);
            }
        }
        seen = changes.count();
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
                key = key(view.policy().score(view, index, question));
            } else {
                count(verdict);
            }
        }
        verdicts[index] = (short) verdict;
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
        int bar = list.bar();
        for (int i = from; i < to; i++) {
            if (keys[i] > bar) {
                list.add(i, keys[i]);
                bar = list.bar();
            }
        }
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
