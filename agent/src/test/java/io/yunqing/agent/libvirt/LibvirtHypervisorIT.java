package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.agent.Backups;
import io.yunqing.agent.Instances;
import io.yunqing.agent.Orphans;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorContract;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.Layout;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.libvirt.BlockIoTune;
import org.libvirt.Connect;
import org.libvirt.Domain;

@DisplayName("A real libvirt keeps the seam's promises")
class LibvirtHypervisorIT extends HypervisorContract {

    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(20);

    private static final IoLimits LIMITS = new IoLimits(0, 0, 0, 1 << 20);

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

    @Test
    void whatSomebodyElseLimitedIsSetRight() throws Exception {
        var instance = Instances.running().image(image).limits(Map.of(Volumes.ID, LIMITS));
        start(instance.volumes(Volumes.ID), Volumes.ID);
        var connect = new Connect(host.uri());
        var domain = connect.domainLookupByUUID(Instances.ID);
        for (var meddled :
                List.of(
                        Map.of("total_bytes_sec", 5L << 20),
                        Map.of("read_iops_sec", 9L),
                        Map.of("write_iops_sec", 9L, "write_iops_sec_max", 99L))) {
            BlockIoTune.set(domain, "vdc", meddled, 1);
            var seen = hypervisor.domain(Instances.ID).orElseThrow();
            assertFalse(seen.isLimitedAs(instance.build()), meddled.toString());
            hypervisor.attachVolumes(instance.build());
            assertEquals(
                    Map.of(Volumes.ID, LIMITS),
                    hypervisor.domain(Instances.ID).orElseThrow().limits(),
                    meddled.toString());
        }
        connect.close();
    }

    @Test
    void aDomainOfSomebodyElseComesBackAsItWas() throws Exception {
        var legacy = UUID.randomUUID();
        var key = Orphans.domain(legacy);
        var connect = new Connect(host.uri());
        var domain = connect.domainDefineXML(Orphans.definition(legacy));
        domain.setAutostart(true);
        String before = domain.getXMLDesc(Domain.XMLFlags.INACTIVE);
        domain.create();
        hypervisor.quarantine(key);
        assertEquals(0, connect.listAllDomains(0).length);
        hypervisor.release(key);
        var back = connect.domainLookupByUUID(legacy);
        assertEquals(before, back.getXMLDesc(Domain.XMLFlags.INACTIVE));
        assertTrue(back.getAutostart());
        assertEquals(0, back.isActive());
        connect.close();
    }

    @Test
    void aDomainThatOnlyRunsComesBackDefined() throws Exception {
        var legacy = UUID.randomUUID();
        var key = Orphans.domain(legacy);
        var connect = new Connect(host.uri());
        connect.domainCreateXML(Orphans.definition(legacy), 0);
        hypervisor.quarantine(key);
        assertEquals(0, connect.listAllDomains(0).length);
        hypervisor.release(key);
        assertEquals("legacy", connect.domainLookupByUUID(legacy).getName());
        connect.close();
    }

    /** Its saved memory would be lost with the definition. */
    @Test
    void aDomainWithASavedStateIsLeftAlone() throws Exception {
        var legacy = UUID.randomUUID();
        var connect = new Connect(host.uri());
        var domain = connect.domainDefineXML(Orphans.definition(legacy));
        domain.create();
        domain.managedSave();
        var fault =
                assertThrows(
                        HypervisorFault.class, () -> hypervisor.quarantine(Orphans.domain(legacy)));
        assertEquals(HypervisorFault.Kind.REFUSED, fault.kind());
        assertTrue(String.valueOf(fault.getMessage()).contains("a saved state"));
        assertEquals(1, domain.hasManagedSaveImage());
        assertEquals(Set.of(), Set.copyOf(hypervisor.orphans(Set.of())));
        connect.close();
    }

    @Test
    void aConsoleIsOpenUntilItsGuestGoesOffAndOneIsUsedAfterTheOther() throws Exception {
        start(Instances.running().image(image));
        for (int user = 1; user <= 2; user++) {
            try (var console = hypervisor.openConsole(Instances.ID)) {
                assertEquals(1, console.write(ByteBuffer.wrap(new byte[] {'\n'})));
            }
        }
        try (var console = hypervisor.openConsole(Instances.ID)) {
            hypervisor.powerOff(Instances.ID);
            assertEquals(-1, console.read(ByteBuffer.allocate(1)));
        }
        assertRefused("the guest is off");
    }

    /** An agent of before has defined it, and its guest runs. */
    @Test
    void aGuestThatWasStartedWithoutAConsoleToUseGetsOneWithItsNextBoot() throws Exception {
        var instance = Instances.running().image(image);
        hypervisor.fetch(image);
        hypervisor.prepare(instance.build());
        hypervisor.define(instance.build());
        var connect = new Connect(host.uri());
        var domain = connect.domainLookupByUUID(Instances.ID);
        String before =
                domain.getXMLDesc(Domain.XMLFlags.INACTIVE)
                        .replaceFirst("<serial type='unix'>", "<serial type='file'>")
                        .replaceFirst(
                                "<source mode='bind' path='[^']*'/>\\s*<log file=", "<source path=")
                        .replaceFirst("(?s)<console type='unix'>.*?</console>", "");
        connect.domainDefineXML(before);
        hypervisor.start(Instances.ID);
        assertRefused("yqctl instance reboot");
        hypervisor.powerOff(Instances.ID);
        hypervisor.define(instance.build());
        hypervisor.start(Instances.ID);
        hypervisor.openConsole(Instances.ID).close();
        connect.close();
    }

    private void assertRefused(String words) {
        var fault =
                assertThrows(
                        HypervisorFault.class, () -> hypervisor.openConsole(Instances.ID).close());
        assertEquals(HypervisorFault.Kind.REFUSED, fault.kind());
        assertTrue(String.valueOf(fault.getMessage()).contains(words), fault.getMessage());
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
    public Hypervisor hypervisor() {
        return hypervisor;
    }

    @Override
    public RepositoryPlace repository() throws IOException {
        return Backups.place(host.folder("vault").toUri().toString().replaceFirst("/$", ""), false);
    }

    @Override
    public ImageSource image() {
        return image;
    }
}
