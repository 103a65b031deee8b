package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.hypervisor.ConsoleTail;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.hypervisor.ObservedOrphan;
import io.yunqing.agent.hypervisor.ObservedPool;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.hypervisor.VolumeCopy;
import io.yunqing.agent.lease.RunningGuests;
import io.yunqing.agent.network.HostNetworks;
import io.yunqing.agent.storage.ConsoleLog;
import io.yunqing.agent.storage.ConsoleSockets;
import io.yunqing.agent.storage.ControllerFiles;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.agent.storage.ImageStore;
import io.yunqing.agent.storage.ImageSweep;
import io.yunqing.agent.storage.InstanceFiles;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.PoolGauge;
import io.yunqing.agent.storage.PoolRoom;
import io.yunqing.agent.storage.Quarantine;
import io.yunqing.agent.storage.StoreKeys;
import io.yunqing.agent.storage.VolumeBackups;
import io.yunqing.agent.storage.VolumePools;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.HostInventory;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.ImageObserved;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceUse;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.PoolPlace;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.libvirt.DomainStats;

/** Real instances: libvirt for the domains, files in a pool's directory for what they keep. */
public final class LibvirtHypervisor implements Hypervisor {

    private final LibvirtConnection connection;
    private final ImageStore images;
    private final ImageSweep sweep;
    private final InstanceFiles files;
    private final VolumePools volumes;
    private final HostPools pools;
    private final VolumeDisks volumeDisks;
    private final VolumeBackup volumeBackup;
    private final VolumeBackups backups;
    private final VolumeCheckpoints checkpoints;
    private final ConsoleLog consoles;
    private final ConsoleSockets sockets;
    private final Quarantine quarantine;
    private final Orphans orphans;
    private final HostFacts facts;
    private final HostNetworks networks;
    private final Domains domains;

    private LibvirtHypervisor(
            LibvirtConnection connection,
            Layout layout,
            VolumePools volumes,
            HostPools pools,
            DomainXml xml,
            HostFacts facts,
            HostNetworks networks,
            Duration keepImages,
            ControllerFiles uploaded,
            StoreKeys keys) {
        this.connection = connection;
        this.volumes = volumes;
        this.pools = pools;
        this.facts = facts;
        this.networks = networks;
        var room = new PoolRoom(layout.pool());
        this.images = new ImageStore(layout, room, uploaded);
        this.sweep = new ImageSweep(layout, images, keepImages, InstantSource.system());
        this.files = new InstanceFiles(layout, images, room);
        this.volumeDisks = new VolumeDisks(connection, layout, volumes, xml);
        this.domains = new Domains(connection, xml, volumeDisks, new RunningGuests(layout));
        var jobs = new BackupJobs(volumeDisks, volumes::folders);
        this.volumeBackup = new VolumeBackup(volumeDisks, xml, jobs);
        this.backups = new VolumeBackups(layout, volumes, room, keys);
        this.checkpoints = new VolumeCheckpoints(volumeDisks, xml, jobs);
        this.consoles = new ConsoleLog(layout);
        this.sockets = new ConsoleSockets(layout);
        this.quarantine = new Quarantine(layout);
        this.orphans = new Orphans(connection, quarantine);
    }

    /**
     * Begins to connect; until that succeeds every call fails as unreachable.
     *
     * @param keepImages for how long an image is kept that nothing was made from
     * @param uploaded where images are that have no URL of their own
     * @param keys to the stores that repositories are in
     * @param ceph as whom this host comes to Ceph clusters; absent where those ask nobody who they are
     */
    public static LibvirtHypervisor open(
            String uri,
            DomainXml.Host host,
            HostFacts.Given given,
            HostNetworks networks,
            Duration keepImages,
            ControllerFiles uploaded,
            StoreKeys keys,
            DiskSource.@Nullable Login ceph)
            throws IOException {
        var connection = new LibvirtConnection(uri);
        var gauge = new PoolGauge(host.layout(), InstantSource.system());
        var pools = new HostPools(connection, ceph);
        var volumes = new VolumePools(host.layout(), keys, pools::blocks);
        var facts = new HostFacts(connection, host.layout().pool(), gauge, given);
        var hypervisor =
                new LibvirtHypervisor(
                        connection,
                        host.layout(),
                        volumes,
                        pools,
                        new DomainXml(host, volumes),
                        facts,
                        networks,
                        keepImages,
                        uploaded,
                        keys);
        hypervisor.images.open();
        volumes.open();
        hypervisor.backups.open();
        hypervisor.quarantine.open();
        hypervisor.sockets.open();
        hypervisor.sweep.start();
        connection.start();
        return hypervisor;
    }

    @Override
    public void listen(Listener listener) {
        connection.listen(listener);
    }

    @Override
    public HostInventory inventory() throws HypervisorFault {
        return facts.inventory();
    }

    @Override
    public List<ObservedDomain> domains() throws HypervisorFault {
        return domains.all();
    }

    @Override
    public Optional<ObservedDomain> domain(UUID id) throws HypervisorFault {
        return domains.find(id);
    }

    @Override
    public boolean holds(InstanceDesired.ImageSource image) {
        return images.holds(image);
    }

    @Override
    public void fetch(InstanceDesired.ImageSource image) throws HypervisorFault {
        images.fetch(image);
    }

    @Override
    public boolean removeImage(InstanceDesired.ImageSource image) throws HypervisorFault {
        try {
            return sweep.removeRevoked(image);
        } catch (IOException e) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.IMAGE, "not all disks can be read: " + e, e);
        }
    }

    @Override
    public void answered(ImageDesired wish) {
        images.answered(wish);
    }

    @Override
    public List<ImageObserved> images() {
        return images.known();
    }

    @Override
    public void prepare(InstanceDesired instance) throws HypervisorFault {
        files.prepare(instance);
    }

    @Override
    public void define(InstanceDesired instance) throws HypervisorFault {
        domains.define(instance);
    }

    @Override
    public void enlarge(InstanceDesired instance) throws HypervisorFault {
        domains.enlarge(instance);
    }

    @Override
    public void start(UUID id) throws HypervisorFault {
        domains.start(id);
    }

    @Override
    public void startPaused(UUID id) throws HypervisorFault {
        domains.startPaused(id);
    }

    @Override
    public void shutdown(UUID id) throws HypervisorFault {
        domains.shutdown(id);
    }

    @Override
    public void pause(UUID id) throws HypervisorFault {
        domains.pause(id);
    }

    @Override
    public void resume(UUID id) throws HypervisorFault {
        domains.resume(id);
    }

    @Override
    public void powerOff(UUID id) throws HypervisorFault {
        domains.powerOff(id);
    }

    @Override
    public void undefine(UUID id) throws HypervisorFault {
        domains.undefine(id);
    }

    @Override
    public void erase(UUID id) throws HypervisorFault {
        files.erase(id);
        consoles.forget(id);
    }

    @Override
    public void attachVolumes(InstanceDesired instance) throws HypervisorFault {
        volumeDisks.attach(instance);
    }

    @Override
    public void place(Map<UUID, PoolPlace> places) {
        volumes.place(places);
    }

    @Override
    public ObservedPool pool(PoolPlace pool, Set<UUID> known) throws HypervisorFault {
        pools.start(pool, volumes.folder(pool));
        return volumes.look(pool, known, volumeDisks);
    }

    @Override
    public void keepPools(Set<UUID> ids) throws HypervisorFault {
        pools.keep(ids);
    }

    @Override
    public List<ObservedVolume> volumes() throws HypervisorFault {
        return volumes.own().files().all();
    }

    @Override
    public void makeVolume(UUID id, int sizeGiB) throws HypervisorFault {
        volumes.of(id).make(id, sizeGiB);
    }

    @Override
    public void unpackVolume(UUID id, int sizeGiB, InstanceDesired.ImageSource image)
            throws HypervisorFault {
        volumes.filesOf(id).files().unpack(id, sizeGiB, images.file(image));
    }

    @Override
    public void copyVolumes(UUID moment, List<VolumeCopy> copies) throws HypervisorFault {
        volumes.filesOf(copies.getFirst().id()).copies().make(moment, copies, volumeBackup);
    }

    @Override
    public void growVolume(UUID id, int sizeGiB) throws HypervisorFault {
        volumes.of(id).grow(id, sizeGiB, volumeDisks);
    }

    @Override
    public void wipeVolume(UUID id) throws HypervisorFault {
        volumes.filesOf(id).wipes().wipe(id);
    }

    @Override
    public void eraseVolume(UUID id) throws HypervisorFault {
        volumes.of(id).erase(id);
    }

    @Override
    public void restoreVolume(UUID id, int sizeGiB, BackupSource source) throws HypervisorFault {
        volumes.filesOf(id).restores().make(id, sizeGiB, source);
    }

    @Override
    public Optional<BackupTaken> findBackup(BackupDesired backup) throws HypervisorFault {
        return backups.find(backup);
    }

    @Override
    public void takeBackup(BackupDesired backup, Consumer<BackupProgress> progress)
            throws HypervisorFault {
        backups.take(backup, checkpoints, progress);
    }

    @Override
    public BackupTaken storeBackup(BackupDesired backup, Consumer<BackupProgress> progress)
            throws HypervisorFault {
        return backups.store(backup, checkpoints, progress);
    }

    @Override
    public void eraseBackup(BackupDesired backup) throws HypervisorFault {
        backups.erase(backup);
    }

    @Override
    public void makeNetworks(List<NetworkDesired> wanted) throws HypervisorFault {
        networks.make(wanted);
    }

    @Override
    public List<ObservedOrphan> orphans(Set<UUID> known) throws HypervisorFault {
        return quarantine.orphans(known);
    }

    @Override
    public void quarantine(OrphanKey orphan) throws HypervisorFault {
        orphans.quarantine(orphan);
    }

    @Override
    public void release(OrphanKey orphan) throws HypervisorFault {
        orphans.release(orphan);
    }

    @Override
    public void purge(OrphanKey orphan) throws HypervisorFault {
        quarantine.purge(orphan);
    }

    @Override
    public List<InstanceUse> uses() throws HypervisorFault {
        var uses = new ArrayList<InstanceUse>();
        for (DomainStats domain : connection.call("statistics", DomainStats::ofActive)) {
            uses.add(
                    Uses.of(
                            domain,
                            volumes,
                            Uses.allHavePaths(domain)
                                    ? Map.of()
                                    : volumeDisks.byPlace(domain.id())));
        }
        return uses;
    }

    @Override
    public Optional<ConsoleTail> console(UUID id, long seen) throws HypervisorFault {
        return consoles.tail(id, seen);
    }

    @Override
    public ByteChannel openConsole(UUID id) throws HypervisorFault {
        if (!domains.isOn(id)) {
            throw new HypervisorFault(HypervisorFault.Kind.REFUSED, "the guest is off");
        }
        return sockets.connect(id);
    }

    @Override
    public void close() {
        connection.close();
        sweep.close();
        files.close();
    }
}
