package io.yunqing.agent.simulated;

import io.yunqing.agent.hypervisor.ConsoleTail;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.HypervisorFault.Kind;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.hypervisor.ObservedOrphan;
import io.yunqing.agent.hypervisor.ObservedPool;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.hypervisor.VolumeCopy;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.HostInventory;
import io.yunqing.api.HostInventory.PoolUse;
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
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A host in memory: it takes its time, its guests obey ACPI, and whoever holds it can blind it, break it and meddle with its
 * domains. It may be called from any number of threads.
 */
public final class SimulatedHypervisor implements Hypervisor {

    /** Is told each step that was done. */
    public interface Witness {
        void did(String step);
    }

    private final HostInventory inventory;
    private final Pace pace;
    private final RandomGenerator random;
    private final Witness witness;

    private final SimulatedPool pool = new SimulatedPool();

    /** Also the lock under which it is witnessed what was done to them. */
    private final SimulatedDomains domains = new SimulatedDomains(pool);

    private final Set<String> images = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String networksFailWith;
    private volatile @Nullable CountDownLatch slowFetch;
    private volatile @Nullable ConsoleTail console;

    /**
     * @param inventory what the host has while no instance is on it
     * @param random for many threads at once, as {@link java.util.Random} is
     */
    public SimulatedHypervisor(
            HostInventory inventory, Pace pace, RandomGenerator random, Witness witness) {
        this.inventory = inventory;
        this.pace = pace;
        this.random = random;
        this.witness = witness;
    }

    /** From now on no domain starts, with these words, or they start again. */
    public void startsFailWith(@Nullable String words) {
        domains.startsFailWith(words);
    }

    /** From now on nothing in storage can be seen, with these words, or it can again. */
    public void hideVolumes(@Nullable String words) {
        pool.hideVolumes(words);
    }

    /** From now on a pool beside its own cannot be seen, with these words, or it can again. */
    public void hidePool(UUID other, @Nullable String words) {
        pool.hide(other, words);
    }

    /** From now on nothing in storage can be made, changed or erased, with these words, or it can again. */
    public void volumeStepsFailWith(@Nullable String words) {
        pool.stepsFailWith(words);
    }

    /** From now on no repository of backups is reached, with these words, or they are again. */
    public void repositoriesFailWith(@Nullable String words) {
        pool.repositoriesFailWith(words);
    }

    /** Somebody else deletes its file. */
    public void lose(UUID volume) {
        pool.lose(volume);
    }

    public void fetchesWaitFor(CountDownLatch latch) {
        slowFetch = latch;
    }

    /** From now on guests do not hear ACPI, and so let go of no volume, or they hear it again. */
    public void deafenGuests(boolean deaf) {
        domains.deafenGuests(deaf);
    }

    /** Every guest has this on its console from now on. */
    public void consolesShow(ConsoleTail tail) {
        console = tail;
    }

    /** Somebody else's doing, with the event that comes of it. */
    public void put(ObservedDomain domain) {
        domains.put(domain);
    }

    /** Nothing can be seen or done from now on. */
    public void blind(String why) {
        domains.blind(why);
    }

    public void see() {
        domains.see();
    }

    @Override
    public void listen(Listener next) {
        domains.listen(next);
    }

    @Override
    public HostInventory inventory() throws HypervisorFault {
        domains.look();
        long taken = pool.takenGiB();
        return new HostInventory(
                inventory.hostname(),
                inventory.cpus(),
                inventory.memoryMiB(),
                inventory.pools().stream().map(one -> less(one, taken)).toList(),
                inventory.accelerator(),
                inventory.architecture(),
                inventory.hypervisor(),
                inventory.agentVersion(),
                inventory.network(),
                inventory.underlay(),
                inventory.cpuModels());
    }

    private static HostInventory.Pool less(HostInventory.Pool pool, long takenGiB) {
        return new HostInventory.Pool(
                pool.name(),
                pool.type(),
                pool.capacityGiB(),
                Math.max(0, pool.availableGiB() - takenGiB),
                pool.use() == null ? null : less(pool.use(), takenGiB << 10));
    }

    /** Simulated disks are not sparse. */
    private static PoolUse less(PoolUse use, long takenMiB) {
        return new PoolUse(
                use.sizeMiB(),
                Math.max(0, use.freeMiB() - takenMiB),
                use.disksMiB() + takenMiB,
                use.otherMiB(),
                use.measuredAt());
    }

    /** From now on they cannot be made, and this is said; with null they can. */
    public void networksFailWith(@Nullable String words) {
        networksFailWith = words;
    }

    @Override
    public void makeNetworks(List<NetworkDesired> networks) throws HypervisorFault {
        var words = networksFailWith;
        if (words != null) {
            throw new HypervisorFault(Kind.NETWORK, words);
        }
        witness.did("networks " + networks.stream().map(NetworkDesired::vni).toList());
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
        return images.contains(image.sha256());
    }

    @Override
    public void fetch(InstanceDesired.ImageSource image) throws HypervisorFault {
        if (holds(image)) {
            return;
        }
        awaitLatch();
        take(pace.fetch());
        synchronized (domains) {
            domains.look();
            images.add(image.sha256());
            witness.did("fetch");
        }
    }

    @Override
    public boolean removeImage(InstanceDesired.ImageSource image) {
        images.remove(image.sha256());
        return true;
    }

    /** What it holds is not worth a report: it stands for thousands that hold the same. */
    @Override
    public void answered(ImageDesired wish) {}

    @Override
    public List<ImageObserved> images() {
        return List.of();
    }

    private void awaitLatch() throws HypervisorFault {
        var latch = slowFetch;
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    @Override
    public void prepare(InstanceDesired instance) throws HypervisorFault {
        take(pace.prepare());
        synchronized (domains) {
            domains.look();
            for (var image : instance.images()) {
                if (!images.contains(image.sha256())) {
                    throw new HypervisorFault(
                            Kind.IMAGE, "image " + image.name() + " is not on this host");
                }
            }
            pool.makeDisk(instance.id(), instance.rootDiskGiB());
            witness.did("prepare");
        }
    }

    @Override
    public void define(InstanceDesired instance) throws HypervisorFault {
        take(pace.define());
        synchronized (domains) {
            domains.define(instance);
            witness.did("define");
        }
    }

    @Override
    public void enlarge(InstanceDesired instance) throws HypervisorFault {
        take(pace.define());
        synchronized (domains) {
            domains.enlarge(instance);
            witness.did("enlarge");
        }
    }

    @Override
    public void start(UUID id) throws HypervisorFault {
        take(pace.start());
        synchronized (domains) {
            domains.start(id);
            witness.did("start");
        }
    }

    @Override
    public void startPaused(UUID id) throws HypervisorFault {
        take(pace.start());
        synchronized (domains) {
            domains.startPaused(id);
            witness.did("start-paused");
        }
    }

    @Override
    public void shutdown(UUID id) throws HypervisorFault {
        synchronized (domains) {
            boolean heard = domains.hearsShutdown(id);
            witness.did("shutdown");
            if (!heard) {
                return;
            }
        }
        Thread.startVirtualThread(() -> {
            try {
                take(pace.stop());
                domains.off(id);
            } catch (HypervisorFault e) {
                // Gone in the meantime, or nobody sees it.
            }
        });
    }

    @Override
    public void pause(UUID id) throws HypervisorFault {
        synchronized (domains) {
            domains.pause(id);
            witness.did("pause");
        }
    }

    @Override
    public void resume(UUID id) throws HypervisorFault {
        synchronized (domains) {
            domains.resume(id);
            witness.did("resume");
        }
    }

    @Override
    public void powerOff(UUID id) throws HypervisorFault {
        take(pace.stop());
        domains.off(id);
        witness.did("power-off");
    }

    @Override
    public void undefine(UUID id) throws HypervisorFault {
        take(pace.define());
        synchronized (domains) {
            domains.undefine(id);
            witness.did("undefine");
        }
    }

    @Override
    public void erase(UUID id) throws HypervisorFault {
        take(pace.prepare());
        synchronized (domains) {
            domains.look();
            pool.eraseDisk(id);
            witness.did("erase");
        }
    }

    @Override
    public void attachVolumes(InstanceDesired instance) throws HypervisorFault {
        take(pace.define());
        synchronized (domains) {
            domains.attach(instance);
            witness.did("volumes");
        }
    }

    @Override
    public void place(Map<UUID, PoolPlace> places) {
        pool.place(places);
    }

    @Override
    public ObservedPool pool(PoolPlace other, Set<UUID> known) throws HypervisorFault {
        return pool.other(other, known);
    }

    @Override
    public void keepPools(Set<UUID> ids) {
        // Nothing of a simulated pool is brought anywhere.
    }

    @Override
    public List<ObservedVolume> volumes() throws HypervisorFault {
        return pool.volumes();
    }

    @Override
    public void makeVolume(UUID id, int sizeGiB) throws HypervisorFault {
        take(pace.prepare());
        pool.makeVolume(id, sizeGiB);
        witness.did("make");
    }

    @Override
    public void unpackVolume(UUID id, int sizeGiB, InstanceDesired.ImageSource image)
            throws HypervisorFault {
        if (!holds(image)) {
            throw new HypervisorFault(Kind.IMAGE, "image " + image.name() + " is not here");
        }
        take(pace.prepare());
        pool.makeVolume(id, sizeGiB);
        witness.did("unpack");
    }

    @Override
    public void copyVolumes(UUID moment, List<VolumeCopy> copies) throws HypervisorFault {
        take(pace.prepare());
        pool.copyVolumes(copies);
        witness.did("copy");
    }

    @Override
    public void growVolume(UUID id, int sizeGiB) throws HypervisorFault {
        take(pace.prepare());
        pool.growVolume(id, sizeGiB);
        witness.did("grow");
    }

    @Override
    public void wipeVolume(UUID id) throws HypervisorFault {
        take(pace.prepare());
        pool.wipeVolume(id);
        witness.did("wipe");
    }

    @Override
    public void eraseVolume(UUID id) throws HypervisorFault {
        take(pace.prepare());
        pool.eraseVolume(id);
        witness.did("erase-volume");
    }

    @Override
    public void restoreVolume(UUID id, int sizeGiB, BackupSource source) throws HypervisorFault {
        take(pace.prepare());
        pool.restoreVolume(id, sizeGiB, source);
        witness.did("restore");
    }

    @Override
    public Optional<BackupTaken> findBackup(BackupDesired backup) throws HypervisorFault {
        return pool.findBackup(backup);
    }

    @Override
    public void takeBackup(BackupDesired backup, Consumer<BackupProgress> progress)
            throws HypervisorFault {
        take(pace.prepare());
        synchronized (domains) {
            pool.takeBackup(backup, domains.haveOpen(backup.volume()));
        }
        witness.did("take-backup");
    }

    @Override
    public BackupTaken storeBackup(BackupDesired backup, Consumer<BackupProgress> progress)
            throws HypervisorFault {
        take(pace.prepare());
        var taken = pool.storeBackup(backup);
        witness.did("store-backup");
        return taken;
    }

    @Override
    public void eraseBackup(BackupDesired backup) throws HypervisorFault {
        take(pace.prepare());
        pool.eraseBackup(backup);
        witness.did("erase-backup");
    }

    @Override
    public List<ObservedOrphan> orphans(Set<UUID> known) throws HypervisorFault {
        return pool.orphans(known);
    }

    @Override
    public void quarantine(OrphanKey orphan) throws HypervisorFault {
        take(pace.define());
        synchronized (domains) {
            if (domains.putAside(orphan)) {
                witness.did("quarantine");
            }
        }
    }

    @Override
    public void release(OrphanKey orphan) throws HypervisorFault {
        synchronized (domains) {
            domains.putBack(orphan);
            witness.did("release");
        }
    }

    @Override
    public void purge(OrphanKey orphan) throws HypervisorFault {
        take(pace.prepare());
        pool.purge(orphan);
        witness.did("purge");
    }

    @Override
    public List<InstanceUse> uses() throws HypervisorFault {
        return domains.all().stream()
                .filter(SimulatedDomains::isOn)
                .map(domain ->
                        new InstanceUse(
                                domain.id(), 0, null, domain.memoryMiB(), List.of(), List.of()))
                .toList();
    }

    @Override
    public boolean hasGuests() {
        return console != null;
    }

    @Override
    public Optional<ConsoleTail> console(UUID id, long seen) {
        return Optional.ofNullable(console).filter(tail -> tail.end() > seen);
    }

    @Override
    public ByteChannel openConsole(UUID id) throws HypervisorFault {
        throw new HypervisorFault(
                HypervisorFault.Kind.REFUSED, "a simulated guest has no serial console");
    }

    /** Lets a step's time pass. */
    private void take(Duration time) throws HypervisorFault {
        if (time.isZero()) {
            return;
        }
        double part = 1 + pace.jitter() * (2 * random.nextDouble() - 1);
        try {
            Thread.sleep(Duration.ofNanos((long) (time.toNanos() * part)));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static HypervisorFault interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new HypervisorFault(Kind.TIMEOUT, "interrupted", e);
    }

    @Override
    public void close() {}
}
