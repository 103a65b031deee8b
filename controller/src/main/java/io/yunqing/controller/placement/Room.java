package io.yunqing.controller.placement;

import java.util.Arrays;
import java.util.List;

/**
 * How many instances of each reference size the fleet has room for, and what losing some of that room weighs.
 *
 * <p>The sizes are the powers of two from 1 vCPU on, each with 1, 2, 4 and 8 GiB for a vCPU: what flavors look like
 * everywhere, and nothing that was found by trying out on a workload. How many of a size fit on a host is then a matter of
 * shifts: as many as its vCPUs or the vCPUs that its memory would serve, whichever is less, divided by a power of two.
 *
 * <p>A size weighs the more, the fewer of it fit anywhere: its weight is the reciprocal of their number, which is how fast the
 * sum of all sizes' logarithms changes. While there are many empty hosts, losing one for the largest size is nothing; the last
 * few are guarded. Weights follow when some number has changed by a quarter, as each time all hosts must be judged anew.
 */
final class Room {
    private static final int RATIOS = 4;
    private static final int SIZES = 11;

    /** From MiB to the vCPUs that it serves with 1 GiB each. */
    private static final int GIBIBYTE = 10;

    private int vcpus;
    private int memory;
    private long hosts;

    /** By ratio and size, how many fit now and how many would if nothing were used. */
    private final long[] fitting;

    private final long[] empty;

    /** What these were when the weights were made. */
    private final long[] weighedFitting;

    private final long[] weighedEmpty;

    /** What one instance less of the size costs. */
    private final double[] weights;

    Room(List<String> resources) {
        fitting = new long[RATIOS * SIZES];
        empty = new long[RATIOS * SIZES];
        weighedFitting = new long[RATIOS * SIZES];
        weighedEmpty = new long[RATIOS * SIZES];
        weights = new double[RATIOS * SIZES];
        name(resources);
    }

    Room(Room from) {
        vcpus = from.vcpus;
        memory = from.memory;
        hosts = from.hosts;
        fitting = from.fitting.clone();
        empty = from.empty.clone();
        weighedFitting = from.weighedFitting.clone();
        weighedEmpty = from.weighedEmpty.clone();
        weights = from.weights.clone();
    }

    /** Where vCPUs and memory stand; without both there are no sizes. */
    final void name(List<String> resources) {
        vcpus = resources.indexOf(PackingPolicy.VCPUS);
        memory = resources.indexOf(PackingPolicy.MEMORY);
    }

    /** Counts a host in (1) or out (-1), as it is now. */
    void countHost(FleetView view, int index, int sign) {
        hosts += sign;
        if (measured()) {
            add(empty, view.limit(index, vcpus), view.limit(index, memory), sign);
            countFree(view, index, sign);
        }
    }

    /** Counts what is free on a host in or out, as it is now. */
    void countFree(FleetView view, int index, int sign) {
        if (measured()) {
            add(fitting, view.free(index, vcpus), view.free(index, memory), sign);
        }
    }

    private static void add(long[] counts, long vcpus, long memory, int sign) {
        for (int ratio = 0; ratio < RATIOS; ratio++) {
            long units = units(vcpus, memory, ratio);
            for (int size = 0; units > 0 && size < SIZES; size++) {
                counts[ratio * SIZES + size] += sign * units;
                units >>= 1;
            }
        }
    }

    /** How many of the ratio's smallest size fit. */
    private static long units(long vcpus, long memory, int ratio) {
        return Math.min(vcpus, memory >> (GIBIBYTE + ratio));
    }

    private boolean measured() {
        return vcpus >= 0 && memory >= 0;
    }

    /**
     * What the host would lose by giving the amounts away: by how many fewer of each size fit, as a share of what fits on an
     * average empty host, in the mean over all sizes.
     */
    double loss(FleetView view, int index, Amounts amounts) {
        if (!measured()) {
            return 0;
        }
        long freeVcpus = view.free(index, vcpus);
        long freeMemory = view.free(index, memory);
        long leftVcpus = freeVcpus - amounts.at(vcpus);
        long leftMemory = freeMemory - amounts.at(memory);
        double loss = 0;
        for (int ratio = 0; ratio < RATIOS; ratio++) {
            long before = units(freeVcpus, freeMemory, ratio);
            long after = units(leftVcpus, leftMemory, ratio);
            if (before > after) {
                for (int size = 0; before > 0 && size < SIZES; size++) {
                    loss += weights[ratio * SIZES + size] * (before - after);
                    before >>= 1;
                    after >>= 1;
                }
            }
        }
        return loss;
    }

    /** Makes new weights if the old ones are no longer right. Returns whether it did. */
    boolean weigh() {
        if (!moved(fitting, weighedFitting) && !moved(empty, weighedEmpty)) {
            return false;
        }
        System.arraycopy(fitting, 0, weighedFitting, 0, fitting.length);
        System.arraycopy(empty, 0, weighedEmpty, 0, empty.length);
        Arrays.fill(weights, 0);
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (empty[i] > 0) {
                weights[i] = 1.0 / (fitting[i] + 1);
                sum += weights[i];
            }
        }
        for (int i = 0; i < weights.length; i++) {
            if (empty[i] > 0) {
                weights[i] *= (double) hosts / empty[i] / sum;
            }
        }
        return true;
    }

    /** Takes over the weights of another, and when they are to be made anew. Returns whether they differ. */
    boolean weighAs(Room other) {
        System.arraycopy(other.weighedFitting, 0, weighedFitting, 0, weighedFitting.length);
        System.arraycopy(other.weighedEmpty, 0, weighedEmpty, 0, weighedEmpty.length);
        if (Arrays.equals(weights, other.weights)) {
            return false;
        }
        System.arraycopy(other.weights, 0, weights, 0, weights.length);
        return true;
    }

    private static boolean moved(long[] counts, long[] weighed) {
        for (int i = 0; i < counts.length; i++) {
            long now = counts[i] + 1;
            long then = weighed[i] + 1;
            if (4 * now >= 5 * then || 5 * now <= 4 * then) {
                return true;
            }
        }
        return false;
    }
}
