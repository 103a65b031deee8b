package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.agent.Instances;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.Firmware;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.Machine;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MachinePlanTest {

    private static final ImageSource HELP =
            new ImageSource("help", "file:///help", "a".repeat(64), ImageFormat.QCOW2, 1);
    private static final List<Machine> MACHINES =
            List.of(
                    Machine.PLAIN,
                    new Machine(Firmware.UEFI, null, null),
                    new Machine(Firmware.BIOS, "Westmere", null),
                    new Machine(Firmware.BIOS, null, HELP));

    @Test
    void anotherMachineIsGivenToADomainThatIsOffAndToNoOther() {
        for (Machine of : MACHINES) {
            for (Machine wanted : MACHINES) {
                var want = Instances.running().machine(wanted).build();
                boolean same = of.equals(wanted);
                assertEquals(
                        same
                                ? List.of(Step.START)
                                : List.of(Step.FETCH, Step.PREPARE, Step.DEFINE, Step.START),
                        steps(want, domain(of, DomainState.SHUTOFF)),
                        of + " to " + wanted);
                assertEquals(List.of(), steps(want, domain(of, DomainState.RUNNING)));
            }
        }
    }

    @Test
    void aControllerThatSaysNothingOfMachinesMeansThePlainOne() {
        var want = Instances.running().machine(null).build();
        assertEquals(List.of(Step.START), steps(want, domain(Machine.PLAIN, DomainState.SHUTOFF)));
    }

    @Test
    void whatItIsRescuedWithIsAmongItsImagesAndInItsWord() {
        var rescued = Instances.running().machine(MACHINES.getLast()).build();
        assertEquals(List.of(Instances.IMAGE, HELP), rescued.images());
        assertEquals(MACHINES.size(), MACHINES.stream().map(Machine::word).distinct().count());
    }

    private static List<Step> steps(InstanceDesired want, ObservedDomain have) {
        var reach = new Reach(List.of(), true, null);
        return HostPlan.of(want, have, reach, Turn.NOW, Progress.NONE, Instant.EPOCH).steps();
    }

    private static ObservedDomain domain(Machine machine, DomainState state) {
        return new ObservedDomain(
                Instances.ID,
                "web-1",
                true,
                1,
                0,
                1,
                32,
                Set.of(),
                state,
                null,
                Map.of(),
                machine.word());
    }
}
