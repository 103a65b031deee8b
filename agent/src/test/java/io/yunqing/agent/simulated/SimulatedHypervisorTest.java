package io.yunqing.agent.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.yunqing.agent.Backups;
import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorContract;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.RepositoryPlace;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedHypervisorTest extends HypervisorContract {

    private final SimulatedHypervisor hypervisor =
            new SimulatedHypervisor(Instances.INVENTORY, Pace.INSTANT, new Random(1), step -> {});

    @Override
    public Hypervisor hypervisor() {
        return hypervisor;
    }

    @Override
    public RepositoryPlace repository() {
        return Backups.NOWHERE;
    }

    @Override
    public ImageSource image() {
        return Instances.IMAGE;
    }

    @Test
    void whatCannotBeSeenIsAFault() throws HypervisorFault {
        hypervisor.blind("the socket is gone");
        var fault = assertThrows(HypervisorFault.class, hypervisor::domains);
        assertEquals(HypervisorFault.Kind.UNREACHABLE, fault.kind());
        hypervisor.see();
        assertEquals(0, hypervisor.domains().size());
    }

    @Test
    void aGuestThatIsDeafDoesNotLetGo() throws HypervisorFault {
        hypervisor.makeVolume(Volumes.ID, 1);
        var instance = Instances.running();
        hypervisor.fetch(image());
        hypervisor.prepare(instance.build());
        hypervisor.define(instance.volumes(Volumes.ID).build());
        hypervisor.start(Instances.ID);
        hypervisor.deafenGuests(true);
        var without = instance.volumes().build();
        assertThrows(HypervisorFault.class, () -> hypervisor.attachVolumes(without));
        hypervisor.deafenGuests(false);
        hypervisor.attachVolumes(without);
        assertEquals(Set.of(), hypervisor.domain(Instances.ID).orElseThrow().volumes());
    }

    @Test
    void volumesTakeRoomUntilTheyAreErased() throws HypervisorFault {
        hypervisor.makeVolume(Volumes.ID, 7);
        hypervisor.growVolume(Volumes.ID, 9);
        assertEquals(91, hypervisor.inventory().pools().getFirst().availableGiB());
        hypervisor.eraseVolume(Volumes.ID);
        assertEquals(100, hypervisor.inventory().pools().getFirst().availableGiB());
    }

    @Test
    void disksTakeRoomUntilTheyAreErased() throws HypervisorFault {
        var instance = Instances.running().rootDiskGiB(7).build();
        hypervisor.fetch(instance.image());
        hypervisor.prepare(instance);
        assertEquals(93, hypervisor.inventory().pools().getFirst().availableGiB());
        hypervisor.erase(instance.id());
        assertEquals(100, hypervisor.inventory().pools().getFirst().availableGiB());
    }
}
