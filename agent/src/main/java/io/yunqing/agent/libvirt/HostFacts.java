package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.CpuModels;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.PoolGauge;
import io.yunqing.api.HostInventory;
import io.yunqing.api.HostInventory.PoolUse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.DomainCapabilities;
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
            HostInventory.@Nullable HostNetwork network,
            @Nullable String underlay) {}

    private static final Logger LOG = Logger.getLogger(HostFacts.class.getName());
    private static final long GIB = 1L << 30;

    private final LibvirtConnection connection;
    private final Path poolFolder;
    private final PoolGauge gauge;
    private final Given given;
    private volatile boolean warm;
    private volatile @Nullable String unmeasured;

    HostFacts(LibvirtConnection connection, Path poolFolder, PoolGauge gauge, Given given) {
        this.connection = connection;
        this.poolFolder = poolFolder;
        this.gauge = gauge;
        this.given = given;
    }

    HostInventory inventory() throws HypervisorFault {
        var use = use();
        var inventory = connection.call("inventory", connect -> look(connect, use));
        if (inventory.isEmpty()) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.STORAGE,
                    "libvirt's pool %s is not the directory %s that instances are kept in; name another pool with --pool, or undefine that one"
                            .formatted(given.pool(), poolFolder));
        }
        return inventory.get();
    }

    /** Null when it cannot be measured; what libvirt says of the pool's room is then all that is known. */
    private @Nullable PoolUse use() {
        try {
            var use = gauge.measure();
            unmeasured = null;
            return use;
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (!why.equals(unmeasured)) {
                LOG.warning(
                        "how full pool %s is cannot be measured: %s".formatted(poolFolder, why));
            }
            unmeasured = why;
            return null;
        }
    }

    /** Empty if the pool is another directory: its room would not be ours. */
    private Optional<HostInventory> look(Connect connect, @Nullable PoolUse use)
            throws LibvirtException {
        warmUp(connect);
        var pool = pool(connect);
        try {
            String xml = pool.getXMLDesc(0);
            if (!PoolXml.isAt(xml, poolFolder)) {
                return Optional.empty();
            }
            var node = connect.nodeInfo();
            return Optional.of(
                    new HostInventory(
                            connect.getHostName(),
                            node.cpus,
                            node.memory / 1024,
                            List.of(room(pool, PoolXml.type(xml), use)),
                            given.accelerator(),
                            node.model,
                            "QEMU %s, libvirt %s"
                                    .formatted(
                                            version(connect.getVersion()),
                                            version(connect.getLibVersion())),
                            given.agentVersion(),
                            given.network(),
                            given.underlay(),
                            CpuModels.usable(
                                    DomainCapabilities.of(
                                            connect,
                                            node.model,
                                            "q35",
                                            given.accelerator().equals("kvm") ? "kvm" : "qemu"))));
        } finally {
            pool.free();
        }
    }

    /** libvirt asks QEMU what it can do when that is first needed, for a second: rather now than at a first start. */
    private void warmUp(Connect connect) throws LibvirtException {
        if (!warm) {
            connect.getCapabilities();
            warm = true;
        }
    }

    /** The pool by which libvirt, and so every libvirt tool, knows the directory that we keep instances in. */
    private StoragePool pool(Connect connect) throws LibvirtException {
        try {
            return connect.storagePoolLookupByName(given.pool());
        } catch (LibvirtException e) {
            if (!Faults.is(e, ErrorNumber.VIR_ERR_NO_STORAGE_POOL)) {
                throw e;
            }
            return connect.storagePoolDefineXML(PoolXml.of(given.pool(), poolFolder), 0);
        }
    }

    /** To refresh a pool can stop it, and others' pools are not ours to touch: only after it was seen to be ours. */
    private HostInventory.Pool room(StoragePool pool, String type, @Nullable PoolUse use)
            throws LibvirtException {
        if (pool.isActive() != 1) {
            pool.create(0);
        }
        pool.refresh(0); // or the numbers stay those of the pool's start
        StoragePoolInfo room = pool.getInfo();
        return new HostInventory.Pool(
                given.pool(), type, room.capacity / GIB, room.available / GIB, use);
    }

    private static String version(long number) {
        return "%d.%d.%d".formatted(number / 1_000_000, number / 1_000 % 1_000, number % 1_000);
    }
}
