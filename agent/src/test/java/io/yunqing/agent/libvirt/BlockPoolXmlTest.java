package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.domain.DomainDisk;
import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.StoreKeys;
import io.yunqing.agent.storage.VolumePools;
import io.yunqing.api.agent.PoolPlace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What libvirt is told of pools and volumes that are no files, by its own schemas. */
class BlockPoolXmlTest {

    private static final Path NO_FOLDER = Path.of("/none");
    private static final Layout LAYOUT = new Layout(Path.of("/pool"));
    private static final DiskSource.Login LOGIN =
            new DiskSource.Login("yunqing", new UUID(0x1234, 0x89));
    private static final PoolPlace CEPH =
            pool("ceph", "rbd://mon1.example:6789,192.0.2.7/volumes", true);
    private static final PoolPlace LVM = pool("local", "lvm://vg0/thin", false);

    @Test
    void libvirtTakesThePools() throws Exception {
        Schemas.assertValid("storagepool", xml(CEPH, LOGIN));
        Schemas.assertValid("storagepool", xml(CEPH, null));
        Schemas.assertValid("storagepool", xml(LVM, null));
        assertEquals("rbd", PoolXml.type(xml(CEPH, LOGIN)));
        assertEquals("logical", PoolXml.type(xml(LVM, null)));
    }

    @Test
    void libvirtTakesTheVolumes() throws Exception {
        Schemas.assertValid("storagevol", RbdPool.xml(Volumes.ID, 2));
    }

    @Test
    void aPoolOfAnotherClusterPoolOrLoginIsAnother() {
        String ours = xml(CEPH, LOGIN);
        assertTrue(PoolXml.isOfSameSource(ours, xml(CEPH, LOGIN)));
        for (String url :
                List.of(
                        "rbd://mon1.example:6789/volumes",
                        "rbd://mon1.example:6790,192.0.2.7/volumes",
                        "rbd://mon1.example:6789,192.0.2.7/others",
                        "lvm://vg0/thin")) {
            assertFalse(PoolXml.isOfSameSource(ours, xml(pool("ceph", url, true), LOGIN)), url);
        }
        assertFalse(PoolXml.isOfSameSource(ours, xml(CEPH, null)));
        var other = new DiskSource.Login("other", LOGIN.secret());
        assertFalse(PoolXml.isOfSameSource(ours, xml(CEPH, other)));
        var otherKey = new DiskSource.Login(LOGIN.user(), new UUID(1, 1));
        assertFalse(PoolXml.isOfSameSource(ours, xml(CEPH, otherKey)));
        assertFalse(
                PoolXml.isOfSameSource(
                        xml(LVM, null), xml(pool("local", "lvm://vg1/thin", false), null)));
        assertFalse(
                PoolXml.isOfSameSource(ours, "<pool type='dir'><name>a</name><target/></pool>"));
    }

    @Test
    void aDomainHasAnImageOfCephAndAThinVolumeAsItsDisks() throws Exception {
        var pools = pools(LOGIN);
        pools.place(Map.of(Volumes.ID, CEPH, Volumes.OTHER, LVM));
        var host = new DomainXml.Host(LAYOUT, false, false, null);
        var instance = Instances.running().volumes(Volumes.OTHER, Volumes.ID).build();
        String xml = new DomainXml(host, pools).domain(instance);
        Schemas.assertValid("domain", xml);
        assertTrue(
                xml.contains(
                        """
                            <disk type='network' device='disk'>
                              <driver name='qemu' type='raw' cache='none' discard='unmap'/>
                              <auth username='yunqing'>
                                <secret type='ceph' uuid='%s'/>
                              </auth>
                              <source protocol='rbd' name='volumes/yq-%s'>
                                <host name='mon1.example' port='6789'/>
                                <host name='192.0.2.7'/>
                              </source>
                        """
                                .formatted(LOGIN.secret(), Volumes.ID)),
                xml);
        assertTrue(
                xml.contains(
                        """
                            <disk type='block' device='disk'>
                              <driver name='qemu' type='raw' cache='none' discard='unmap'/>
                              <source dev='/dev/vg0/yq-%s'/>
                        """
                                .formatted(Volumes.OTHER)),
                xml);
        assertTrue(xml.contains("<driver name='qemu' type='qcow2' cache='writeback'"), xml);

        var found =
                DomainDisk.of(xml).stream()
                        .flatMap(disk -> disk.sources().stream())
                        .flatMap(source -> pools.volumeAt(source).stream())
                        .toList();
        assertEquals(List.of(Volumes.OTHER, Volumes.ID), found, "they are found again");
    }

    @Test
    void aClusterThatAsksNobodyIsToldNothing() throws Exception {
        var pools = pools(null);
        pools.place(Map.of(Volumes.ID, CEPH));
        var host = new DomainXml.Host(LAYOUT, false, true, null);
        String xml =
                new DomainXml(host, pools).domain(Instances.running().volumes(Volumes.ID).build());
        Schemas.assertValid("domain", xml);
        assertFalse(xml.contains("<auth"), xml);
    }

    @Test
    void aVolumeIsKnownByItsPoolAndName() {
        var pools = pools(null);
        pools.place(Map.of(Volumes.ID, CEPH, Volumes.OTHER, LVM));
        String name = "yq-" + Volumes.ID;
        assertEquals(
                Volumes.ID,
                pools.volumeAt(new DiskSource.Rbd("volumes/" + name, null)).orElseThrow());
        assertEquals(
                Volumes.ID,
                pools.volumeAt(new DiskSource.Block(Path.of("/dev/vg0", name))).orElseThrow());
        for (DiskSource source :
                List.of(
                        new DiskSource.Rbd("others/" + name, null),
                        new DiskSource.Rbd("volumes/" + Volumes.ID, null),
                        new DiskSource.Rbd("volumes/yq-1-2-3-4-5", null),
                        new DiskSource.Rbd(name, null),
                        new DiskSource.Block(Path.of("/dev/vg1", name)),
                        new DiskSource.Block(Path.of("/dev/vg0/root")),
                        new DiskSource.Block(Path.of("/")),
                        new DiskSource.File(Path.of("/dev/vg0", name)))) {
            assertTrue(pools.volumeAt(source).isEmpty(), source.toString());
        }
    }

    @Test
    void whatNeedsFilesIsRefused() {
        var pools = pools(null);
        pools.place(Map.of(Volumes.ID, CEPH));
        var fault = assertThrows(HypervisorFault.class, () -> pools.filesOf(Volumes.ID));
        assertEquals(HypervisorFault.Kind.REFUSED, fault.kind());
        assertTrue(String.valueOf(fault.getMessage()).contains("is no file"));
    }

    private static VolumePools pools(DiskSource.@Nullable Login login) {
        var blocks = new HostPools(new LibvirtConnection("test:///default"), login);
        return new VolumePools(LAYOUT, new StoreKeys(NO_FOLDER), blocks::blocks);
    }

    private static String xml(PoolPlace pool, DiskSource.@Nullable Login login) {
        return PoolXml.of(HostPools.name(pool), pool, NO_FOLDER, login);
    }

    private static PoolPlace pool(String name, String url, boolean shared) {
        return new PoolPlace(new UUID(7, name.hashCode()), name, url, shared, false);
    }
}
