package io.yunqing.agent.libvirt;

import io.yunqing.agent.hypervisor.HypervisorFault;
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

    HostPools(LibvirtConnection connection) {
        this.connection = connection;
    }

    /** Makes libvirt have the pool, if it does not. */
    void start(PoolPlace pool, Path folder) throws HypervisorFault {
        if (!pool.type().keepsFiles()) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED,
                    "this agent does not know pools of type " + pool.type());
        }
        if (pool.type() == PoolType.NFS) {
            makeMountPoint(folder);
        }
        String name = PREFIX + pool.id();
        boolean ours =
                connection.call(
                        "pool " + pool.name(),
                        connect -> {
                            var found = find(connect, name, pool, folder);
                            try {
                                if (!PoolXml.isAt(found.getXMLDesc(0), folder)) {
                                    return false;
                                }
                                if (found.isActive() != 1) {
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
                    "libvirt's pool %s is not the directory %s: undefine it"
                            .formatted(name, folder));
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
                pool.destroy();
            }
            pool.undefine();
        } finally {
            pool.free();
        }
    }

    private static StoragePool find(Connect connect, String name, PoolPlace pool, Path folder)
            throws LibvirtException {
        try {
            return connect.storagePoolLookupByName(name);
        } catch (LibvirtException e) {
            if (!Faults.is(e, ErrorNumber.VIR_ERR_NO_STORAGE_POOL)) {
                throw e;
            }
            return connect.storagePoolDefineXML(PoolXml.of(name, pool, folder), 0);
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
