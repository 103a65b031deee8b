package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorContract;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.Layout;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A real libvirt keeps the seam's promises")
class LibvirtHypervisorIT extends HypervisorContract {

    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(20);

    private LibvirtHost host;
    private LibvirtHypervisor hypervisor;
    private ImageSource image;

    @BeforeEach
    void start() throws Exception {
        String missing = LibvirtHost.missing();
        if (!missing.isEmpty()) {
            System.err.println("LibvirtHypervisorIT is skipped: " + missing);
        }
        assumeTrue(missing.isEmpty(), missing);
        host = new LibvirtHost();
        hypervisor = host.hypervisor(new Layout(host.folder("pool")));
        image = host.emptyImage();
        long deadline = System.nanoTime() + CONNECTED_WITHIN.toNanos();
        while (!connected()) {
            assertTrue(System.nanoTime() < deadline, "no connection to libvirt");
            Thread.onSpinWait();
        }
    }

    private boolean connected() {
        try {
            hypervisor.inventory();
            return true;
        } catch (HypervisorFault e) {
            return false;
        }
    }

    @AfterEach
    void stop() throws IOException {
        if (hypervisor != null) {
            hypervisor.close();
        }
        if (host != null) {
            host.close();
        }
    }

    @Test
    void aGuestThatDoesNotAnswerDoesNotLetGoUntilItIsOff() throws Exception {
        start(Instances.running().image(image).volumes(Volumes.ID), Volumes.ID);
        var without = Instances.running().image(image).build();
        for (int attempt = 1; attempt <= 2; attempt++) {
            var fault =
                    assertThrows(HypervisorFault.class, () -> hypervisor.attachVolumes(without));
            assertTrue(
                    String.valueOf(fault.getMessage()).contains("let go of volume " + Volumes.ID),
                    fault.getMessage());
            assertEquals(Set.of(Volumes.ID), attached());
        }
        hypervisor.powerOff(Instances.ID);
        assertEquals(Set.of(), attached());
    }

    @Test
    void asManyVolumesAsThereArePortsAreGivenToAGuestThatRuns() throws Exception {
        var volumes = Stream.generate(UUID::randomUUID).limit(11).toArray(UUID[]::new);
        var instance = Instances.running().image(image);
        start(instance, volumes);
        hypervisor.attachVolumes(instance.volumes(volumes).build());
        assertEquals(Set.of(volumes), attached());
    }

    private void start(Instances instance, UUID... volumes) throws HypervisorFault {
        for (UUID volume : volumes) {
            hypervisor.makeVolume(volume, 1);
        }
        var wanted = instance.build();
        hypervisor.fetch(image);
        hypervisor.prepare(wanted);
        hypervisor.define(wanted);
        hypervisor.start(wanted.id());
    }

    private Set<UUID> attached() throws HypervisorFault {
        return hypervisor.domain(Instances.ID).orElseThrow().volumes();
    }

    @Override
    protected Hypervisor hypervisor() {
        return hypervisor;
    }

    @Override
    protected ImageSource image() {
        return image;
    }
}
