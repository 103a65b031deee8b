package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.DomainMetadata;
import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.hypervisor.ConsoleTail;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.hypervisor.ObservedOrphan;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.hypervisor.VolumeCopy;
import io.yunqing.agent.network.HostNetworks;
import io.yunqing.agent.storage.ConsoleLog;
import io.yunqing.agent.storage.ControllerFiles;
import io.yunqing.agent.storage.ImageStore;
import io.yunqing.agent.storage.ImageSweep;
import io.yunqing.agent.storage.InstanceFiles;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.PoolRoom;
import io.yunqing.agent.storage.Quarantine;
import io.yunqing.agent.storage.VolumeBackups;
import io.yunqing.agent.storage.VolumeCopies;
import io.yunqing.agent.storage.VolumeFiles;
import io.yunqing.agent.storage.VolumeRestores;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.HostInventory;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceUse;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.OrphanKey;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.DomainStats;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StateWithReason;

/** Real instances: libvirt for the domains, files in a pool's directory for what they keep. */
public final class LibvirtHypervisor implements Hypervisor {

    private static final int METADATA_ELEMENT = 2;
    private static final int AFFECT_LIVE = 1;
    private static final int AFFECT_CONFIG = 2;

    /** Whatever libvirt keeps besides the definition goes too: saved state, snapshots, NVRAM, checkpoints. */
    private static final int UNDEFINE_ALL = 1 | 2 | 4 | 16;

    private final LibvirtConnection connection;
    private final Layout layout;
    private final DomainXml xml;
    private final ImageStore images;
    private final ImageSweep sweep;
    private final InstanceFiles files;
    private final VolumeFiles volumeFiles;
    private final VolumeDisks volumeDisks;
    private final VolumeCopies volumeCopies;
    private final VolumeBackup volumeBackup;
    private final VolumeBackups backups;
    private final VolumeCheckpoints checkpoints;
    private final VolumeRestores restores;
    private final ConsoleLog consoles;
    private final Quarantine quarantine;
    private final Orphans orphans;
    private final HostFacts facts;
    private final HostNetworks networks;
    private final RunningGuests guests;

    private LibvirtHypervisor(
            LibvirtConnection connection,
            Layout layout,
            DomainXml xml,
            HostFacts facts,
            HostNetworks networks,
            Duration keepImages,
            ControllerFiles uploaded) {
        this.connection = connection;
        this.layout = layout;
        this.xml = xml;
        this.facts = facts;
        this.networks = networks;
        var room = new PoolRoom(layout.pool());
        this.images = new ImageStore(layout, room, uploaded);
        this.sweep = new ImageSweep(layout, images, keepImages, InstantSource.system());
        this.files = new InstanceFiles(layout, images, room);
        this.volumeFiles = new VolumeFiles(layout, room);
        this.volumeDisks = new VolumeDisks(connection, layout, xml);
        this.volumeCopies = new VolumeCopies(layout, room);
        var jobs = new BackupJobs(volumeDisks, layout.pool());
        this.volumeBackup = new VolumeBackup(volumeDisks, xml, jobs);
        this.backups = new VolumeBackups(layout, room);
        this.checkpoints = new VolumeCheckpoints(volumeDisks, xml, jobs);
        this.restores = new VolumeRestores(layout, room);
        this.consoles = new ConsoleLog(layout);
        this.quarantine = new Quarantine(layout);
        this.orphans = new Orphans(connection, quarantine);
        this.guests = new RunningGuests(layout);
    }

    /**
     * Begins to connect; until that succeeds every call fails as unreachable.
     *
     * @param keepImages for how long an image is kept that nothing was made from
     * @param uploaded where images are that have no URL of their own
     */
    public static LibvirtHypervisor open(
            String uri,
            DomainXml.Host host,
            HostFacts.Given given,
            HostNetworks networks,
            Duration keepImages,
            ControllerFiles uploaded)
            throws IOException {
        var connection = new LibvirtConnection(uri);
        var facts = new HostFacts(connection, host.layout().pool(), given);
        var hypervisor =
                new LibvirtHypervisor(
                        connection,
                        host.layout(),
                        new DomainXml(host),
                        facts,
                        networks,
                        keepImages,
                        uploaded);
        hypervisor.images.open();
        hypervisor.volumeFiles.open();
        hypervisor.volumeCopies.open();
        hypervisor.backups.open();
        hypervisor.quarantine.open();
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
        var running = guests.now();
        var named =
                connection.call(
                        "list domains",
                        connect -> {
                            var seen = new ArrayList<ObservedDomain>();
                            for (Domain domain : connect.listAllDomains(0)) {
                                try {
                                    seen.add(observe(domain));
                                } catch (LibvirtException e) {
                                    // It may have gone while we looked at the others.
                                    if (!Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
                                        throw e;
                                    }
                                } finally {
                                    domain.free();
                                }
                            }
                            return List.copyOf(seen);
                        });
        guests.requireNamed(running, named.stream().map(ObservedDomain::id).toList());
        return named;
    }

    @Override
    public Optional<ObservedDomain> domain(UUID id) throws HypervisorFault {
        var running = guests.now();
        running.keySet().retainAll(Set.of(id));
        Optional<ObservedDomain> found =
                connection.call(
                        "look at domain " + id,
                        connect -> {
                            var domain = lookup(connect, id);
                            if (domain == null) {
                                return Optional.empty();
                            }
                            try {
                                return Optional.of(observe(domain));
                            } catch (LibvirtException e) {
                                if (Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
                                    return Optional.empty();
                                }
                                throw e;
                            } finally {
                                domain.free();
                            }
                        });
        guests.requireNamed(running, found.isPresent() ? Set.of(id) : Set.of());
        return found;
    }

    private ObservedDomain observe(Domain domain) throws LibvirtException {
        var id = UUID.fromString(domain.getUUIDString());
        var now = StateWithReason.of(domain);
        var written = metadata(domain);
        // Copied metadata does not make a domain ours: it must name the domain that it stands in.
        var ours = written != null && written.id().equals(id) ? written : null;
        var info = domain.getInfo();
        var held = volumeDisks.of(domain);
        return new ObservedDomain(
                id,
                domain.getName(),
                ours != null,
                ours == null ? 0 : ours.epoch(),
                ours == null ? 0 : ours.boot(),
                info.nrVirtCpu,
                info.maxMem >> 10,
                held.volumes(),
                States.state(now),
                States.reason(now),
                held.limits());
    }

    private static @Nullable DomainMetadata metadata(Domain domain) throws LibvirtException {
        try {
            return DomainMetadata.parse(
                    domain.getMetadata(METADATA_ELEMENT, DomainMetadata.NAMESPACE, 0));
        } catch (LibvirtException e) {
            if (Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN_METADATA)) {
                return null;
            }
            throw e;
        }
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
    public void prepare(InstanceDesired instance) throws HypervisorFault {
        files.prepare(instance);
    }

    @Override
    public void define(InstanceDesired instance) throws HypervisorFault {
        String definition;
        try {
            definition = xml.domain(instance);
        } catch (IllegalArgumentException e) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED, String.valueOf(e.getMessage()), e);
        }
        connection.call(
                "define",
                connect -> {
                    var domain = lookup(connect, instance.id());
                    if (domain == null) {
                        return connect.domainDefineXML(definition).free();
                    }
                    try {
                        if (domain.isActive() != 1) {
                            return connect.domainDefineXML(definition).free();
                        }
                        // Only what says whose it is: a definition that runs is not changed behind
                        // the guest's back.
                        var before = metadata(domain);
                        domain.setMetadata(
                                METADATA_ELEMENT,
                                xml.metadata(instance, before == null ? 0 : before.boot()),
                                DomainMetadata.PREFIX,
                                DomainMetadata.NAMESPACE,
                                AFFECT_LIVE | AFFECT_CONFIG);
                        return 0;
                    } finally {
                        domain.free();
                    }
                });
    }

    @Override
    public void start(UUID id) throws HypervisorFault {
        change(
                "start",
                id,
                domain -> {
                    if (domain.isActive() != 1) {
                        domain.create();
                    }
                });
    }

    @Override
    public void shutdown(UUID id) throws HypervisorFault {
        change(
                "shutdown",
                id,
                domain -> {
                    if (domain.isActive() == 1) {
                        domain.shutdown();
                    }
                });
    }

    @Override
    public void pause(UUID id) throws HypervisorFault {
        change(
                "pause",
                id,
                domain -> {
                    if (States.state(StateWithReason.of(domain)) == DomainState.RUNNING) {
                        domain.suspend();
                    }
                });
    }

    @Override
    public void resume(UUID id) throws HypervisorFault {
        change(
                "resume",
                id,
                domain -> {
                    if (States.state(StateWithReason.of(domain)) == DomainState.PAUSED) {
                        domain.resume();
                    }
                });
    }

    @Override
    public void powerOff(UUID id) throws HypervisorFault {
        change(
                "power-off",
                id,
                domain -> {
                    if (domain.isActive() == 1) {
                        domain.destroy();
                    }
                });
    }

    @Override
    public void undefine(UUID id) throws HypervisorFault {
        connection.call(
                "undefine",
                connect -> {
                    var domain = lookup(connect, id);
                    if (domain == null) {
                        return false;
                    }
                    try {
                        domain.undefine(UNDEFINE_ALL);
                        return true;
                    } finally {
                        domain.free();
                    }
                });
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
    public List<ObservedVolume> volumes() throws HypervisorFault {
        return volumeFiles.all();
    }

    @Override
    public void makeVolume(UUID id, int sizeGiB) throws HypervisorFault {
        volumeFiles.make(id, sizeGiB);
    }

    @Override
    public void copyVolumes(UUID moment, List<VolumeCopy> copies) throws HypervisorFault {
        volumeCopies.make(moment, copies, volumeBackup);
    }

    @Override
    public void growVolume(UUID id, int sizeGiB) throws HypervisorFault {
        if (!volumeFiles.isAtLeast(id, sizeGiB) && !volumeDisks.grow(id, sizeGiB)) {
            volumeFiles.grow(id, sizeGiB);
        }
    }

    @Override
    public void eraseVolume(UUID id) throws HypervisorFault {
        volumeFiles.erase(id);
    }

    @Override
    public void restoreVolume(UUID id, int sizeGiB, BackupSource source) throws HypervisorFault {
        restores.make(id, sizeGiB, source);
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
        return connection.call("statistics", DomainStats::ofActive).stream()
                .map(domain -> Uses.of(domain, layout))
                .toList();
    }

    @Override
    public Optional<ConsoleTail> console(UUID id, long seen) throws HypervisorFault {
        return consoles.tail(id, seen);
    }

    private interface Change {
        void on(Domain domain) throws LibvirtException;
    }

    private void change(String what, UUID id, Change change) throws HypervisorFault {
        connection.call(
                what,
                connect -> {
                    var domain = connect.domainLookupByUUID(id);
                    try {
                        change.on(domain);
                        return true;
                    } finally {
                        domain.free();
                    }
                });
    }

    static @Nullable Domain lookup(Connect connect, UUID id) throws LibvirtException {
        try {
            return connect.domainLookupByUUID(id);
        } catch (LibvirtException e) {
            if (Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        connection.close();
        sweep.close();
        files.close();
    }
}
