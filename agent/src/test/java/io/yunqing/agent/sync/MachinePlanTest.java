package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.yunqing.agent.Instances;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.Firmware;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.InstanceSize;
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

    /** Of one vCPU and 32 MiB, with room for two and 160. */
    private static final String GROWTH_TABLE =
            """
            vcpus | memory | steps
            1     | 32     |
            2     | 32     | ENLARGE
            1     | 160    | ENLARGE
            2     | 160    | ENLARGE
            3     | 32     |
            2     | 64     |
            2     | 288    |
            2     | 16     |
            """;

    @Test
    void whatRunsGrowsWhereItHasRoomInPiecesThatItsGuestTakesIn() {
        for (String line : GROWTH_TABLE.strip().lines().skip(1).toList()) {
            String[] row = line.split("\\|", -1);
            var want =
                    Instances.running()
                            .vcpus(Integer.parseInt(row[0].strip()))
                            .memoryMiB(Integer.parseInt(row[1].strip()));
            var expected = row[2].isBlank() ? List.of() : List.of(Step.valueOf(row[2].strip()));
            assertEquals(expected, steps(want.build(), withRoom(DomainState.RUNNING)), line);
            assertFalse(
                    steps(want.build(), withRoom(DomainState.SHUTOFF)).contains(Step.ENLARGE),
                    line);
            assertFalse(
                    steps(want.paused().build(), withRoom(DomainState.PAUSED))
                            .contains(Step.ENLARGE),
                    line);
        }
    }

    private static ObservedDomain withRoom(DomainState state) {
        return domain(Machine.PLAIN, state, new InstanceSize(2, 160));
    }

    private static List<Step> steps(InstanceDesired want, ObservedDomain have) {
        var reach = new Reach(List.of(), true, null);
        return HostPlan.of(want, have, reach, Turn.NOW, Progress.NONE, Instant.EPOCH).steps();
    }

    private static ObservedDomain domain(Machine machine, DomainState state) {
        return domain(machine, state, Instances.SMALL);
    }

    private static ObservedDomain domain(Machine machine, DomainState state, InstanceSize room) {
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
                machine.word(),
                room);
    }
}
