package io.yunqing.agent.libvirt;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.api.HostInventory;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;
import org.libvirt.StoragePoolInfo;

/** What a host has, by libvirt's account. */
public final class HostFacts {

    /**
     * What an operator or a probe said, as libvirt cannot.
     *
     * @param pool the name of the pool that instances are kept in
     * @param accelerator {@code kvm} or {@code tcg}
     */
    public record Given(
            String pool,
            String accelerator,
            String agentVersion,
            HostInventory.@Nullable HostNetwork network) {}

    private static final long GIB = 1L << 30;

    private final LibvirtConnection connection;
    private final Path poolFolder;
    private final Given given;
    private volatile boolean warm;

    HostFacts(LibvirtConnection connection, Path poolFolder, Given given) {
        this.connection = connection;
        this.poolFolder = poolFolder;
        this.given = given;
    }

    HostInventory inventory() throws HypervisorFault {
        return connection.call(
                "inventory",
                connect -> {
                    warmUp(connect);
                    ensurePool(connect);
                    var node = connect.nodeInfo();
                    return new HostInventory(
                            connect.getHostName(),
                            node.cpus,
                            node.memory / 1024,
                            pools(connect),
                            given.accelerator(),
                            node.model,
                            "QEMU %s, libvirt %s"
                                    .formatted(
                                            version(connect.getVersion()),
                                            version(connect.getLibVersion())),
                            given.agentVersion(),
                            given.network());
                });
    }

    /** libvirt asks QEMU what it can do when that is first needed, for a second: rather now than at a first start. */
    private void warmUp(Connect connect) throws LibvirtException {
        if (!warm) {
            connect.getCapabilities();
            warm = true;
        }
    }

    /** The pool by which libvirt, and so every libvirt tool, knows the directory that we keep instances in. */
    private void ensurePool(Connect connect) throws LibvirtException {
        StoragePool pool;
        try {
            pool = connect.storagePoolLookupByName(given.pool());
        } catch (LibvirtException e) {
            if (!Faults.is(e, ErrorNumber.VIR_ERR_NO_STORAGE_POOL)) {
                throw e;
            }
            pool = connect.storagePoolDefineXML(PoolXml.of(given.pool(), poolFolder), 0);
        }
        try {
            if (pool.isActive() != 1) {
                pool.create(0);
            }
        } finally {
            pool.free();
        }
    }

    /** Ours alone: to refresh a pool can stop it, and others' pools are not ours to touch. */
    private List<HostInventory.Pool> pools(Connect connect) throws LibvirtException {
        var pool = connect.storagePoolLookupByName(given.pool());
        try {
            pool.refresh(0); // or the numbers stay those of the pool's start
            StoragePoolInfo room = pool.getInfo();
            return List.of(
                    new HostInventory.Pool(
                            given.pool(),
                            PoolXml.type(pool.getXMLDesc(0)),
                            room.capacity / GIB,
                            room.available / GIB));
        } finally {
            pool.free();
        }
    }

    private static String version(long number) {
        return "%d.%d.%d".formatted(number / 1_000_000, number / 1_000 % 1_000, number % 1_000);
    }
}
