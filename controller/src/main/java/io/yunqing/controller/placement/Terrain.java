package io.yunqing.controller.placement;

import java.util.Arrays;

/** Which hosts that are open to everybody lie where a request wants one; only what seldom changes about them counts. */
final class Terrain extends Columns {
    private final Where where;
    private final Bits hosts = new Bits();
    private final int[] turnedAway = new int[Constraint.FIRST_RESOURCE];
    private byte[] verdicts = new byte[0];

    Terrain(Where where) {
        this.where = where;
    }

    @Override
    void clear() {
        hosts.clear();
        Arrays.fill(turnedAway, 0);
        Arrays.fill(verdicts, (byte) Constraint.FITS);
    }

    @Override
    void grow(int bound) {
        if (bound > verdicts.length) {
            verdicts = Arrays.copyOf(verdicts, Math.max(bound, verdicts.length * 3 / 2));
        }
        hosts.grow(bound);
    }

    @Override
    void judge(FleetView view, int index) {
        turnedAway[verdicts[index]]--;
        int verdict =
                view.present(index) ? Constraint.ground(view, index, null, where) : Constraint.FITS;
        turnedAway[verdict]++;
        verdicts[index] = (byte) verdict;
        hosts.set(index, verdict == Constraint.FITS && view.present(index));
    }

    /** The hosts that will do. */
    Bits hosts() {
        return hosts;
    }

    /** Of a host that is present. */
    int verdict(int index) {
        return verdicts[index];
    }

    /** By verdict, how many hosts it turned away; what stands at {@link Constraint#FITS} means nothing. */
    int[] turnedAway() {
        return turnedAway;
    }
}
