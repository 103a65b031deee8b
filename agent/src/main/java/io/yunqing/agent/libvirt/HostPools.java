package io.yunqing.agent.libvirt;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.agent.storage.LvmPool;
import io.yunqing.agent.storage.VolumePool;
import io.yunqing.api.PoolType;
import io.yunqing.api.agent.PoolPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;

/** Pools beside the host's own, as libvirt has them; it mounts those that are to be. */
final class HostPools {

    private static final Logger LOG = Logger.getLogger(HostPools.class.getName());

    /** What their names begin with, before their ids. */
    private static final String PREFIX = "yunqing-";

    private final LibvirtConnection connection;
    private final DiskSource.@Nullable Login ceph;

    /**
     * @param ceph as whom this host comes to Ceph clusters; absent where those ask nobody who they are
     */
    HostPools(LibvirtConnection connection, DiskSource.@Nullable Login ceph) {
        this.connection = connection;
        this.ceph = ceph;
    }

    static String name(PoolPlace pool) {
        return PREFIX + pool.id();
    }

    /** The volumes of a pool that are no files. */
    VolumePool blocks(PoolPlace pool) {
        return switch (pool.type()) {
            case LVM -> new LvmPool(pool);
            case RBD -> new RbdPool(connection, pool, ceph);
            case DIRECTORY, NFS ->
                    throw new IllegalArgumentException(pool.name() + " is a pool of files");
        };
    }

    /**
     * Makes libvirt have the pool, if it does not.
     *
     * @param folder where a pool of files is, or is to be mounted
     */
    void start(PoolPlace pool, Path folder) throws HypervisorFault {
        if (pool.type() == PoolType.NFS) {
            makeMountPoint(folder);
        }
        String wanted = PoolXml.of(name(pool), pool, folder, ceph);
        boolean ours =
                connection.call(
                        "pool " + pool.name(),
                        connect -> {
                            var found = find(connect, pool, wanted);
                            try {
                                if (!isOurs(found.getXMLDesc(0), pool, folder, wanted)) {
                                    return false;
                                }
                                if (isStarted(pool.type()) && found.isActive() != 1) {
                                    found.create(0);
                                }
                                return true;
                            } finally {
                                found.free();
                            }
                        });
        if (!ours) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.STORAGE,
                    "libvirt's pool %s is not %s%s: undefine it"
                            .formatted(
                                    name(pool),
                                    pool.type().keepsFiles()
                                            ? "the directory " + folder
                                            : pool.url(),
                                    pool.type() == PoolType.RBD
                                            ? ", or with another user or secret"
                                            : ""));
        }
    }

    /** Lets libvirt forget all pools of ours but these, and unmount what it mounted for them. */
    void keep(Set<UUID> ids) throws HypervisorFault {
        var _ =
                connection.call(
                        "pools",
                        connect -> {
                            for (String name : names(connect)) {
                                var id = idOf(name);
                                if (id.isPresent() && !ids.contains(id.get())) {
                                    forget(connect.storagePoolLookupByName(name));
                                }
                            }
                            return true;
                        });
    }

    private static List<String> names(Connect connect) throws LibvirtException {
        var names = new ArrayList<>(List.of(connect.listStoragePools()));
        names.addAll(List.of(connect.listDefinedStoragePools()));
        return names;
    }

    private static Optional<UUID> idOf(String name) {
        try {
            return name.startsWith(PREFIX)
                    ? Optional.of(UUID.fromString(name.substring(PREFIX.length())))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // somebody else's
        }
    }

    private static void forget(StoragePool pool) throws LibvirtException {
        try {
            LOG.info("letting go of pool " + pool.getName());
            if (pool.isActive() == 1) {
                if (PoolXml.type(pool.getXMLDesc(0)).equals("logical")) {
                    return; // somebody else started it
                }
                pool.destroy();
            }
            pool.undefine();
        } finally {
            pool.free();
        }
    }

    /** With a pool of LVM, libvirt would activate, and later deactivate, whatever else is in the volume group. */
    private static boolean isStarted(PoolType type) {
        return type != PoolType.LVM;
    }

    private static boolean isOurs(String found, PoolPlace pool, Path folder, String wanted) {
        return pool.type().keepsFiles()
                ? PoolXml.isAt(found, folder)
                : PoolXml.isOfSameSource(found, wanted);
    }

    private static StoragePool find(Connect connect, PoolPlace pool, String wanted)
            throws LibvirtException {
        try {
            return connect.storagePoolLookupByName(name(pool));
        } catch (LibvirtException e) {
            if (!Faults.is(e, ErrorNumber.VIR_ERR_NO_STORAGE_POOL)) {
                throw e;
            }
            return connect.storagePoolDefineXML(wanted, 0);
        }
    }

    private static void makeMountPoint(Path folder) throws HypervisorFault {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.STORAGE, "cannot make " + folder + " to mount at", e);
        }
    }
}
