package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.Machine;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LimitsPlanTest {

    private static final UUID A = Volumes.ID;
    private static final IoLimits LIMITED = new IoLimits(0, 7, 0, 0);

    @Test
    void limitsAreSetOnWhatRunsAndDefinedInWhatIsOff() {
        var slow = new IoLimits(1, 0, 0, 0);
        for (var wished : List.of(Map.of(A, slow), Map.of(Instances.ID, slow))) {
            var want = Instances.running().volumes(A).limits(wished).build();
            assertEquals(List.of(Step.ATTACH), plan(want, withA(DomainState.RUNNING, Map.of())));
            assertEquals(
                    List.of(Step.ATTACH),
                    plan(want, withA(DomainState.PAUSED, Map.of(A, LIMITED))));
            assertEquals(
                    List.of(Step.DEFINE, Step.START),
                    plan(want, withA(DomainState.SHUTOFF, Map.of())));
            assertEquals(List.of(), plan(want, withA(DomainState.SHUTTING_DOWN, Map.of())));
            assertEquals(List.of(), plan(want, withA(DomainState.RUNNING, wished)));
            assertEquals(List.of(Step.START), plan(want, withA(DomainState.SHUTOFF, wished)));
        }
        var without = Instances.running().volumes(A).build();
        assertEquals(
                List.of(Step.ATTACH),
                plan(without, withA(DomainState.RUNNING, Map.of(A, LIMITED))));
        var silent = Instances.running().volumes(A).silentOnLimits().build();
        assertEquals(List.of(), plan(silent, withA(DomainState.RUNNING, Map.of(A, LIMITED))));
    }

    @Test
    void limitsOfWhatIsTakenAwayAreNoDifference() {
        var want = Instances.running().build();
        assertTrue(withA(DomainState.RUNNING, Map.of(A, LIMITED)).isLimitedAs(want));
    }

    private static List<Step> plan(InstanceDesired want, ObservedDomain have) {
        var reach = new Reach(List.of(A), true, null);
        return HostPlan.of(want, have, reach, Turn.NOW, Progress.NONE, Instant.EPOCH).steps();
    }

    private static ObservedDomain withA(DomainState state, Map<UUID, IoLimits> limits) {
        return new ObservedDomain(
                Instances.ID,
                "yq-t-n-1",
                true,
                1,
                0,
                1,
                32,
                Set.of(A),
                state,
                null,
                limits,
                Machine.PLAIN.word(),
                Instances.SMALL);
    }
}
