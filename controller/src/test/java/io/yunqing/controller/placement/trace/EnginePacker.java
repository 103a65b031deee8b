package io.yunqing.controller.placement.trace;

import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Decision;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.HostFacts;
import io.yunqing.controller.placement.Placement;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.placement.trace.Trace.HostSize;
import io.yunqing.controller.placement.trace.Trace.Machine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The controller's own placement, which knows nothing of the trace but what is asked for now. */
final class EnginePacker implements Packer {
    private static final UUID TENANT = new UUID(0, 1);

    private final FleetView view = new FleetView(List.of("vcpus", "memoryMiB"));
    private final Map<Amounts, Request> requests = new HashMap<>();

    EnginePacker(int hosts, HostSize size) {
        for (int i = 0; i < hosts; i++) {
            view.put(
                    new HostFacts(
                            Host.plain(new UUID(1, i), "host-" + i, "zone"),
                            true,
                            true,
                            Amounts.of(size.vcpus(), size.memoryMiB()),
                            Amounts.of()));
        }
    }

    @Override
    public int place(Machine machine) {
        Amounts amounts = amounts(machine);
        Request request = requests.computeIfAbsent(amounts, key -> Request.of(TENANT, key).build());
        return switch (Placement.choose(view, request, 0)) {
            case Decision.Chosen chosen -> {
                view.take(chosen.index(), amounts);
                yield chosen.index();
            }
            case Decision.NoHost _ -> -1;
        };
    }

    @Override
    public void remove(int host, Machine machine) {
        view.give(host, amounts(machine));
    }

    private static Amounts amounts(Machine machine) {
        return Amounts.of(machine.vcpus(), machine.memoryMiB());
    }
}
