package io.yunqing.controller.placement.trace;

import io.yunqing.controller.placement.trace.Trace.HostSize;
import io.yunqing.controller.placement.trace.Trace.Machine;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** The ways of choosing that are known by name: the host with room that a rule prefers most, of equals the first. */
final class RulePacker implements Packer {

    /** How much a host is preferred, by the shares of its vCPUs and memory that would be left. */
    interface Rule {
        double preference(double vcpusLeft, double memoryLeft);
    }

    private final HostSize size;
    private final Rule rule;
    private final long[] vcpus;
    private final long[] memory;

    RulePacker(int hosts, HostSize size, Rule rule) {
        this.size = size;
        this.rule = rule;
        vcpus = new long[hosts];
        memory = new long[hosts];
        Arrays.fill(vcpus, size.vcpus());
        Arrays.fill(memory, size.memoryMiB());
    }

    static Rule firstFit() {
        return (vcpusLeft, memoryLeft) -> 0;
    }

    /** The host that will be fullest. */
    static Rule bestFit() {
        return (vcpusLeft, memoryLeft) -> -(vcpusLeft + memoryLeft);
    }

    /** The host that will be emptiest: spreading. */
    static Rule worstFit() {
        return Double::sum;
    }

    static Rule random(RandomGenerator random) {
        return (vcpusLeft, memoryLeft) -> random.nextDouble();
    }

    @Override
    public int place(Machine machine) {
        int best = -1;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < vcpus.length; i++) {
            long vcpusLeft = vcpus[i] - machine.vcpus();
            long memoryLeft = memory[i] - machine.memoryMiB();
            if (vcpusLeft >= 0 && memoryLeft >= 0) {
                double preference =
                        rule.preference(
                                (double) vcpusLeft / size.vcpus(),
                                (double) memoryLeft / size.memoryMiB());
                if (preference > most) {
                    most = preference;
                    best = i;
                }
            }
        }
        if (best >= 0) {
            remove(best, new Machine(-machine.vcpus(), -machine.memoryMiB(), 0, 0));
        }
        return best;
    }

    @Override
    public void remove(int host, Machine machine) {
        vcpus[host] += machine.vcpus();
        memory[host] += machine.memoryMiB();
    }
}
