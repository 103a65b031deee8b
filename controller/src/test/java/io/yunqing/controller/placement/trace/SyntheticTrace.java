package io.yunqing.controller.placement.trace;

import io.yunqing.controller.placement.trace.Trace.HostSize;
import io.yunqing.controller.placement.trace.Trace.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A made-up month of a fleet for databases and analysis beside ordinary machines: much memory for a vCPU, arrivals in a daily
 * wave, and lifetimes of which most are short and a few last for weeks. The same seed gives the same trace.
 */
final class SyntheticTrace {
    /** Hosts that such a fleet would be built of: between its machines' 4 and 8 GiB for a vCPU. */
    static final HostSize HOST = new HostSize(96, 576);

    private static final int MACHINES = 40_000;
    private static final double DAY_S = 86_400;
    private static final double MEAN_GAP_S = 25;

    /** How far arrivals swing around their mean in a day. */
    private static final double WAVE = 0.7;

    private static final long[] VCPUS = {1, 2, 4, 8, 16, 32, 64};
    private static final double[] VCPU_SHARES = {0.15, 0.28, 0.26, 0.18, 0.09, 0.03, 0.01};
    private static final long[] GIB_PER_VCPU = {2, 4, 8};
    private static final double[] RATIO_SHARES = {0.20, 0.45, 0.35};

    /** Of the logarithm of a lifetime in seconds: half live less than 33 minutes, one in seven more than four hours. */
    private static final double LIFETIME_MEAN = 7.6;

    private static final double LIFETIME_DEVIATION = 1.9;
    private static final double LONGEST_S = 20 * DAY_S;

    private SyntheticTrace() {}

    static Trace of(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Machine> machines = new ArrayList<>();
        double now = 0;
        for (int i = 0; i < MACHINES; i++) {
            double rate = 1 + WAVE * Math.sin(2 * Math.PI * now / DAY_S);
            now += random.nextExponential() * MEAN_GAP_S / rate;
            long vcpus = VCPUS[drawn(random, VCPU_SHARES)];
            long memory = vcpus * GIB_PER_VCPU[drawn(random, RATIO_SHARES)] * 1024;
            double lifetime = Math.exp(LIFETIME_MEAN + LIFETIME_DEVIATION * random.nextGaussian());
            machines.add(new Machine(vcpus, memory, now, now + Math.min(lifetime, LONGEST_S)));
        }
        return new Trace(machines);
    }

    private static int drawn(RandomGenerator random, double[] shares) {
        double point = random.nextDouble();
        for (int i = 0; i < shares.length - 1; i++) {
            point -= shares[i];
            if (point < 0) {
                return i;
            }
        }
        return shares.length - 1;
    }
}
