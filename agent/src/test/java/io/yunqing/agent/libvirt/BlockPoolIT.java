package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.VolumePool;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.PoolPlace;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A real libvirt's checks of pools that keep no files, and its volume calls. There is no Ceph cluster and no device mapper: pools of
 * theirs are defined in the driver that libvirt has for tests, and raw volumes are kept in a directory.
 */
class BlockPoolIT {

    private static final Path NO_FOLDER = Path.of("/none");
    private static final DiskSource.Login LOGIN =
            new DiskSource.Login("yunqing", new UUID(0x1234, 0x89));
    private static final PoolPlace CEPH =
            place("ceph", "rbd://mon1.example:6789,192.0.2.7/volumes");
    private static final PoolPlace LVM = place("local", "lvm://vg0/thin");

    private final List<Map<UUID, Integer>> shown = new ArrayList<>();
    private final VolumePool.Guests guests =
            sizes -> {
                shown.add(sizes);
                return Set.of();
            };

    private static LibvirtHost host;

    @BeforeAll
    static void start() throws Exception {
        String missing = LibvirtHost.missing();
        if (!missing.isEmpty()) {
            System.err.println("BlockPoolIT is skipped: " + missing);
        }
        assumeTrue(missing.isEmpty(), missing);
        host = new LibvirtHost();
    }

    @AfterAll
    static void stop() throws Exception {
        if (host != null) {
            host.close();
        }
    }

    @Test
    void libvirtTakesThePools() throws Exception {
        try (var connection = connected(host.testUri())) {
            takesThePools(connection);
        }
    }

    @Test
    void libvirtKeepsTheVolumes() throws Exception {
        try (var connection = connected(host.uri())) {
            keepsVolumes(connection);
        }
    }

    /** One that is off: no guest can have what is not there. */
    @Test
    void aDomainIsGivenVolumesThatAreNoFilesAndTheyAreTakenFromIt() throws Exception {
        try (var hypervisor = host.hypervisor(new Layout(host.folder("pool")))) {
            awaitFound(hypervisor::listen);
            hypervisor.place(Map.of(Volumes.ID, CEPH, Volumes.OTHER, LVM));
            var instance = Instances.running().image(host.emptyImage());
            hypervisor.define(instance.volumes(Volumes.ID).build());
            assertEquals(Set.of(Volumes.ID), attached(hypervisor));
            var limits = new IoLimits(0, 0, 0, 1 << 20);
            hypervisor.attachVolumes(
                    instance.volumes(Volumes.ID, Volumes.OTHER)
                            .limits(Map.of(Volumes.ID, limits))
                            .build());
            assertEquals(Set.of(Volumes.ID, Volumes.OTHER), attached(hypervisor));
            assertEquals(
                    Map.of(Volumes.ID, limits),
                    hypervisor.domain(Instances.ID).orElseThrow().limits());
            hypervisor.attachVolumes(instance.volumes(Volumes.OTHER).build());
            assertEquals(Set.of(Volumes.OTHER), attached(hypervisor));
            hypervisor.attachVolumes(instance.volumes().build());
            assertEquals(Set.of(), attached(hypervisor));
        }
    }

    private static Set<UUID> attached(LibvirtHypervisor hypervisor) throws HypervisorFault {
        return hypervisor.domain(Instances.ID).orElseThrow().volumes();
    }

    private static void takesThePools(LibvirtConnection connection) throws Exception {
        var pools = new HostPools(connection, LOGIN);
        for (PoolPlace place : List.of(CEPH, LVM)) {
            pools.start(place, NO_FOLDER);
            pools.start(place, NO_FOLDER);
        }
        assertEquals(1, active(connection, CEPH));
        assertEquals(0, active(connection, LVM), "what else is in the volume group is left alone");
        var fault =
                assertThrows(
                        HypervisorFault.class,
                        () -> new HostPools(connection, null).start(CEPH, NO_FOLDER));
        assertTrue(
                String.valueOf(fault.getMessage()).contains("or with another user or secret"),
                fault.getMessage());
        assertThrows(
                HypervisorFault.class,
                () -> pools.start(place("local", "lvm://vg1/thin"), NO_FOLDER));
        pools.keep(Set.of(CEPH.id()));
        assertEquals(1, active(connection, CEPH));
        assertThrows(HypervisorFault.class, () -> active(connection, LVM));
    }

    private void keepsVolumes(LibvirtConnection connection) throws Exception {
        Path folder = host.folder("raw");
        var _ =
                connection.call(
                        "pool",
                        connect -> {
                            var pool =
                                    connect.storagePoolDefineXML(
                                            PoolXml.of(HostPools.name(CEPH), folder), 0);
                            pool.create(0);
                            return pool.free();
                        });
        var pool = new HostPools(connection, LOGIN).blocks(CEPH);
        var ids = Set.of(Volumes.ID, Volumes.OTHER);
        var none = pool.look(CEPH, ids, guests);
        assertEquals(List.of(), none.volumes());
        assertTrue(none.use() != null && none.use().sizeMiB() > 0, none.toString());

        pool.make(Volumes.ID, 2);
        pool.make(Volumes.ID, 3);
        Path file = folder.resolve("yq-" + Volumes.ID);
        assertEquals(2L << 30, Files.size(file));
        assertEquals(
                List.of(new ObservedVolume(Volumes.ID, 2, 0, null)),
                pool.look(CEPH, ids, guests).volumes());
        pool.grow(Volumes.ID, 3, guests);
        pool.grow(Volumes.ID, 1, guests);
        assertEquals(3L << 30, Files.size(file));
        assertEquals(List.of(Map.of(Volumes.ID, 2), Map.of(Volumes.ID, 3)), shown);

        Path another = folder.resolve("yq-" + Volumes.OTHER);
        try (var made = new RandomAccessFile(another.toFile(), "rw")) {
            made.setLength(3L << 30);
        }
        assertEquals(
                2, pool.look(CEPH, ids, guests).volumes().size(), "what another host has made");
        pool.erase(Volumes.ID);
        pool.erase(Volumes.ID);
        assertTrue(Files.notExists(file));
        assertEquals(
                List.of(new ObservedVolume(Volumes.OTHER, 3, 0, null)),
                pool.look(CEPH, ids, guests).volumes());
    }

    private static int active(LibvirtConnection connection, PoolPlace place)
            throws HypervisorFault {
        return connection.call(
                "pool",
                connect -> {
                    var pool = connect.storagePoolLookupByName(HostPools.name(place));
                    try {
                        return pool.isActive();
                    } finally {
                        pool.free();
                    }
                });
    }

    private static LibvirtConnection connected(String uri) throws Exception {
        var connection = new LibvirtConnection(uri);
        connection.start();
        awaitFound(connection::listen);
        return connection;
    }

    /**
     * @param listen tells a listener that libvirt is found, also when it was before
     */
    private static void awaitFound(Consumer<Hypervisor.Listener> listen) throws Exception {
        var found = new CountDownLatch(1);
        listen.accept(
                new Hypervisor.Listener() {
                    @Override
                    public void changed(UUID domain) {}

                    @Override
                    public void lost(String reason) {}

                    @Override
                    public void found() {
                        found.countDown();
                    }
                });
        assertTrue(found.await(20, TimeUnit.SECONDS), "libvirt answers");
    }

    private static PoolPlace place(String name, String url) {
        return new PoolPlace(new UUID(7, name.hashCode()), name, url, true, false);
    }
}
