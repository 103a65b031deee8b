package io.yunqing.agent.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.IoLimits;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the seam promises of how much guests may do with their disks. */
interface LimitsContract {

    IoLimits SLOW = new IoLimits(100, 50, 4 << 20, 1 << 20);
    IoLimits SLOWER = new IoLimits(0, 10, 0, 0);

    Hypervisor hypervisor();

    ImageSource image();

    /** Makes what is needed to start it. */
    void create(Instances instance) throws HypervisorFault;

    @Test
    default void disksAreLimitedFromTheirDomainsBeginningOn() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        var limits = Map.of(Volumes.ID, SLOW, Instances.ID, SLOWER);
        create(with(Volumes.ID).limits(limits));
        assertLimits(limits);
        hypervisor().start(Instances.ID);
        assertLimits(limits);
        assertEquals(DomainState.RUNNING, seen().state());
    }

    @Test
    default void limitsChangeWhileTheGuestRunsAndStayWhenItIsOff() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        hypervisor().makeVolume(Volumes.OTHER, 1);
        create(with(Volumes.ID).limits(Map.of(Volumes.ID, SLOW)));
        hypervisor().start(Instances.ID);
        var limits = Map.of(Volumes.ID, SLOWER, Volumes.OTHER, SLOW, Instances.ID, SLOW);
        var changed = with(Volumes.ID, Volumes.OTHER).limits(limits);
        hypervisor().attachVolumes(changed.build());
        hypervisor().attachVolumes(changed.build());
        assertLimits(limits);
        assertTrue(seen().isLimitedAs(changed.build()));
        hypervisor().powerOff(Instances.ID);
        assertLimits(limits);
        hypervisor().start(Instances.ID);
        assertLimits(limits);
        hypervisor().attachVolumes(with(Volumes.ID, Volumes.OTHER).limits(Map.of()).build());
        assertLimits(Map.of());
        hypervisor().powerOff(Instances.ID);
        assertLimits(Map.of());
    }

    @Test
    default void limitsOfWhichNothingIsSaidStay() throws Exception {
        hypervisor().makeVolume(Volumes.ID, 1);
        create(with(Volumes.ID).limits(Map.of(Volumes.ID, SLOW)));
        hypervisor().start(Instances.ID);
        var silent = with(Volumes.ID).silentOnLimits().build();
        assertTrue(seen().isLimitedAs(silent));
        hypervisor().attachVolumes(silent);
        assertLimits(Map.of(Volumes.ID, SLOW));
    }

    private Instances with(UUID... volumes) {
        return Instances.running().image(image()).volumes(volumes);
    }

    private ObservedDomain seen() throws HypervisorFault {
        return hypervisor().domain(Instances.ID).orElseThrow();
    }

    private void assertLimits(Map<UUID, IoLimits> limits) throws HypervisorFault {
        assertEquals(limits, seen().limits());
    }
}
