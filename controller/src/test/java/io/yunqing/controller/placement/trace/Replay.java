package io.yunqing.controller.placement.trace;

import io.yunqing.controller.placement.trace.Trace.HostSize;
import io.yunqing.controller.placement.trace.Trace.Machine;
import java.util.Arrays;
import java.util.function.IntFunction;

/** A trace run on fleets of one size of host: every machine is placed when it comes, and never moved. */
final class Replay {
    private static final int NOWHERE = -1;

    private final Trace trace;
    private final HostSize size;

    Replay(Trace trace, HostSize size) {
        this.trace = trace;
        this.size = size;
    }

    /** How many machines are served before the first is refused. */
    int served(Packer packer) {
        int[] hosts = new int[trace.size()];
        Arrays.fill(hosts, NOWHERE);
        int served = 0;
        for (int event : trace.events()) {
            if (event >= 0) {
                hosts[event] = packer.place(trace.get(event));
                if (hosts[event] == NOWHERE) {
                    return served;
                }
                served++;
            } else {
                Machine gone = trace.get(~event);
                packer.remove(hosts[~event], gone);
            }
        }
        return served;
    }

    /** The smallest fleet, counted up from the bound, that serves the whole trace. */
    int fewestHosts(IntFunction<Packer> fleetOf) {
        int hosts = trace.bound(size);
        while (served(fleetOf.apply(hosts)) < trace.starts()) {
            hosts++;
        }
        return hosts;
    }
}
