package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.XmlText;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.BlockPool;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.agent.PoolPlace;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;
import org.libvirt.StorageVol;

/** A pool of a Ceph cluster, by way of libvirt's volumes. */
final class RbdPool extends BlockPool {

    /** libvirt looks at every image in the pool. */
    private static final Duration REFRESHED_EVERY = Duration.ofMinutes(1);

    private final LibvirtConnection connection;
    private final PoolPlace place;
    private final String cephPool;
    private final DiskSource.Ceph cluster;
    private volatile Instant refreshedAt = Instant.MIN;

    /**
     * @param login as whom this host comes to the cluster
     */
    RbdPool(LibvirtConnection connection, PoolPlace place, DiskSource.@Nullable Login login) {
        this.connection = connection;
        this.place = place;
        this.cephPool = URI.create(place.url()).getPath().substring(1);
        this.cluster = DiskSource.Ceph.of(place.url(), login);
    }

    @Override
    protected Found find(Set<UUID> known) throws HypervisorFault {
        return onPool(
                "pool " + place.name(),
                pool -> {
                    boolean due = Instant.now().isAfter(refreshedAt.plus(REFRESHED_EVERY));
                    if (due) {
                        refresh(pool);
                    }
                    var sizes = sizes(pool, known);
                    if (!due && sizes.size() < known.size()) {
                        refresh(pool);
                        sizes = sizes(pool, known);
                    }
                    return new Found(sizes, use(pool));
                });
    }

    @Override
    protected Optional<Long> bytes(UUID id) throws HypervisorFault {
        return onPool(
                "volume " + id,
                pool -> {
                    var sizes = sizes(pool, Set.of(id));
                    if (sizes.isEmpty()) {
                        refresh(pool);
                        sizes = sizes(pool, Set.of(id));
                    }
                    return Optional.ofNullable(sizes.get(id));
                });
    }

    @Override
    protected void create(UUID id, int sizeGiB) throws HypervisorFault {
        onVolume(id, pool -> pool.storageVolCreateXML(xml(id, sizeGiB), 0), volume -> {});
    }

    @Override
    protected void resize(UUID id, int sizeGiB) throws HypervisorFault {
        onVolume(
                id,
                pool -> pool.storageVolLookupByName(name(id)),
                volume -> volume.resize((long) sizeGiB << 30, 0));
    }

    @Override
    protected void delete(UUID id) throws HypervisorFault {
        onVolume(id, pool -> pool.storageVolLookupByName(name(id)), volume -> volume.delete(0));
    }

    @Override
    public DiskSource source(UUID id) {
        return new DiskSource.Rbd(cephPool + "/" + name(id), cluster);
    }

    @Override
    public Optional<UUID> volumeAt(DiskSource source) {
        String before = cephPool + "/";
        return source instanceof DiskSource.Rbd rbd && rbd.image().startsWith(before)
                ? volumeOf(rbd.image().substring(before.length()))
                : Optional.empty();
    }

    static String xml(UUID id, int sizeGiB) {
        return """
        <volume>
          <name>%s</name>
          <capacity unit='GiB'>%d</capacity>
          <allocation>0</allocation>
          <target>
            <format type='raw'/>
          </target>
        </volume>
        """
                .formatted(XmlText.escaped(name(id)), sizeGiB);
    }

    private void refresh(StoragePool pool) throws LibvirtException {
        pool.refresh(0);
        refreshedAt = Instant.now();
    }

    /** Of those that libvirt knows. */
    private static Map<UUID, Long> sizes(StoragePool pool, Set<UUID> ids) throws LibvirtException {
        var sizes = new HashMap<UUID, Long>();
        for (UUID id : ids) {
            try {
                var volume = pool.storageVolLookupByName(name(id));
                try {
                    sizes.put(id, volume.getInfo().capacity);
                } finally {
                    volume.free();
                }
            } catch (LibvirtException e) {
                if (!Faults.is(e, ErrorNumber.VIR_ERR_NO_STORAGE_VOL)) {
                    throw e;
                }
            }
        }
        return sizes;
    }

    private PoolUse use(StoragePool pool) throws LibvirtException {
        var info = pool.getInfo();
        return new PoolUse(
                info.capacity >> 20, info.available >> 20, info.allocation >> 20, 0, refreshedAt);
    }

    private interface Question<T> {
        T of(StoragePool pool) throws LibvirtException;
    }

    private interface Deed {
        void on(StorageVol volume) throws LibvirtException;
    }

    private <T> T onPool(String what, Question<T> question) throws HypervisorFault {
        return connection.call(
                what,
                connect -> {
                    var pool = connect.storagePoolLookupByName(HostPools.name(place));
                    try {
                        return question.of(pool);
                    } finally {
                        pool.free();
                    }
                });
    }

    private void onVolume(UUID id, Question<StorageVol> which, Deed deed) throws HypervisorFault {
        var _ =
                onPool(
                        "volume " + id,
                        pool -> {
                            var volume = which.of(pool);
                            try {
                                deed.on(volume);
                                return true;
                            } finally {
                                volume.free();
                            }
                        });
    }
}
