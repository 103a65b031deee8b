package io.yunqing.agent.simulated;

import io.yunqing.agent.hypervisor.ConsoleTail;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.HypervisorFault.Kind;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.hypervisor.ObservedOrphan;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.hypervisor.VolumeCopy;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.HostInventory;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.InstanceSize;
import io.yunqing.api.agent.InstanceUse;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanKind;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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

    private final Map<UUID, ObservedDomain> domains = new LinkedHashMap<>();
    private final Set<UUID> transients = new HashSet<>();
    private final SimulatedPool pool = new SimulatedPool();

    /** How many times its size a guest can grow to while it is on. */
    private static final int GROWTH = 4;

    private final Set<String> images = new HashSet<>();
    private @Nullable Listener listener;
    private @Nullable String blind;
    private @Nullable String startsFailWith;
    private @Nullable String networksFailWith;
    private @Nullable CountDownLatch slowFetch;
    private boolean deafGuests;
    private @Nullable ConsoleTail console;

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
    public synchronized void startsFailWith(@Nullable String words) {
        startsFailWith = words;
    }

    /** From now on nothing in storage can be seen, with these words, or it can again. */
    public void hideVolumes(@Nullable String words) {
        pool.hideVolumes(words);
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

    public synchronized void fetchesWaitFor(CountDownLatch latch) {
        slowFetch = latch;
    }

    /** From now on guests do not hear ACPI, and so let go of no volume, or they hear it again. */
    public synchronized void deafenGuests(boolean deaf) {
        deafGuests = deaf;
    }

    /** Every guest has this on its console from now on. */
    public synchronized void consolesShow(ConsoleTail tail) {
        console = tail;
    }

    /** Somebody else's doing, with the event that comes of it. */
    public synchronized void put(ObservedDomain domain) {
        domains.put(domain.id(), domain);
        tell(domain.id());
    }

    /** Nothing can be seen or done from now on. */
    public synchronized void blind(String why) {
        blind = why;
        if (listener != null) {
            listener.lost(why);
        }
    }

    public synchronized void see() {
        blind = null;
        if (listener != null) {
            listener.found();
        }
    }

    private void tell(UUID domain) {
        if (listener != null && blind == null) {
            listener.changed(domain);
        }
    }

    private void look() throws HypervisorFault {
        if (blind != null) {
            throw new HypervisorFault(Kind.UNREACHABLE, blind);
        }
    }

    @Override
    public synchronized void listen(Listener next) {
        listener = next;
    }

    @Override
    public synchronized HostInventory inventory() throws HypervisorFault {
        look();
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
                Math.max(0, pool.availableGiB() - takenGiB));
    }

    /** From now on they cannot be made, and this is said; with null they can. */
    public synchronized void networksFailWith(@Nullable String words) {
        networksFailWith = words;
    }

    @Override
    public synchronized void makeNetworks(List<NetworkDesired> networks) throws HypervisorFault {
        if (networksFailWith != null) {
            throw new HypervisorFault(Kind.NETWORK, networksFailWith);
        }
        witness.did("networks " + networks.stream().map(NetworkDesired::vni).toList());
    }

    @Override
    public synchronized List<ObservedDomain> domains() throws HypervisorFault {
        look();
        return List.copyOf(domains.values());
    }

    @Override
    public synchronized Optional<ObservedDomain> domain(UUID id) throws HypervisorFault {
        look();
        return Optional.ofNullable(domains.get(id));
    }

    @Override
    public synchronized boolean holds(InstanceDesired.ImageSource image) {
        return images.contains(image.sha256());
    }

    @Override
    public void fetch(InstanceDesired.ImageSource image) throws HypervisorFault {
        if (holds(image)) {
            return;
        }
        awaitLatch();
        take(pace.fetch());
        synchronized (this) {
            look();
            images.add(image.sha256());
            witness.did("fetch");
        }
    }

    private void awaitLatch() throws HypervisorFault {
        CountDownLatch latch;
        synchronized (this) {
            latch = slowFetch;
        }
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
        synchronized (this) {
            look();
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
        synchronized (this) {
            look();
            var before = domains.get(instance.id());
            if (before != null && isOn(before)) {
                set(
                        before,
                        instance.epoch(),
                        new Disks(before.volumes(), before.limits()),
                        before.state(),
                        before.reason());
            } else {
                put(
                        new ObservedDomain(
                                instance.id(),
                                "yq-" + instance.id(),
                                true,
                                instance.epoch(),
                                instance.boot(),
                                instance.vcpus(),
                                instance.memoryMiB(),
                                Set.copyOf(instance.volumesOrNone()),
                                DomainState.SHUTOFF,
                                null,
                                limits(instance, Map.of()),
                                instance.machineOrPlain().word(),
                                room(instance)));
            }
            witness.did("define");
        }
    }

    private static InstanceSize room(InstanceDesired instance) {
        return new InstanceSize(instance.vcpus() * GROWTH, (long) instance.memoryMiB() * GROWTH);
    }

    @Override
    public void enlarge(InstanceDesired instance) throws HypervisorFault {
        take(pace.define());
        synchronized (this) {
            var domain = existing(instance.id());
            put(
                    new ObservedDomain(
                            domain.id(),
                            domain.name(),
                            domain.ours(),
                            domain.epoch(),
                            domain.boot(),
                            Math.max(domain.vcpus(), instance.vcpus()),
                            Math.max(domain.memoryMiB(), instance.memoryMiB()),
                            domain.volumes(),
                            domain.state(),
                            domain.reason(),
                            domain.limits(),
                            domain.machine(),
                            domain.room()));
            witness.did("enlarge");
        }
    }

    @Override
    public void start(UUID id) throws HypervisorFault {
        take(pace.start());
        synchronized (this) {
            var domain = existing(id);
            if (startsFailWith != null) {
                throw new HypervisorFault(Kind.REFUSED, startsFailWith);
            }
            if (!isOn(domain)) {
                if (!pool.hasDisk(id)) {
                    throw new HypervisorFault(
                            Kind.REFUSED, "domain " + id + ": its disk is not there");
                }
                for (UUID volume : domain.volumes()) {
                    requireFor(domain, volume);
                }
                set(domain, DomainState.RUNNING, null);
            }
            witness.did("start");
        }
    }

    @Override
    public void shutdown(UUID id) throws HypervisorFault {
        synchronized (this) {
            var domain = existing(id);
            witness.did("shutdown");
            if (deafGuests || !isOn(domain)) {
                return;
            }
        }
        Thread.startVirtualThread(() -> {
            try {
                take(pace.stop());
                off(id);
            } catch (HypervisorFault e) {
                // Gone in the meantime, or nobody sees it.
            }
        });
    }

    @Override
    public synchronized void pause(UUID id) throws HypervisorFault {
        var domain = existing(id);
        if (domain.state() == DomainState.RUNNING) {
            set(domain, DomainState.PAUSED, InstanceObserved.PAUSED_BY_WISH);
        }
        witness.did("pause");
    }

    @Override
    public synchronized void resume(UUID id) throws HypervisorFault {
        var domain = existing(id);
        if (domain.state() == DomainState.PAUSED) {
            set(domain, DomainState.RUNNING, null);
        }
        witness.did("resume");
    }

    @Override
    public void powerOff(UUID id) throws HypervisorFault {
        take(pace.stop());
        off(id);
        witness.did("power-off");
    }

    private synchronized void off(UUID id) throws HypervisorFault {
        var domain = existing(id);
        if (transients.remove(id)) {
            domains.remove(id);
            tell(id);
        } else if (isOn(domain)) {
            set(domain, DomainState.SHUTOFF, null);
        }
    }

    @Override
    public void undefine(UUID id) throws HypervisorFault {
        take(pace.define());
        synchronized (this) {
            look();
            var domain = domains.get(id);
            if (domain != null && isOn(domain)) {
                // It runs on without a definition, and is gone when it is off.
                transients.add(id);
            } else if (domain != null) {
                domains.remove(id);
                tell(id);
            }
            witness.did("undefine");
        }
    }

    @Override
    public void erase(UUID id) throws HypervisorFault {
        take(pace.prepare());
        synchronized (this) {
            look();
            pool.eraseDisk(id);
            witness.did("erase");
        }
    }

    @Override
    public void attachVolumes(InstanceDesired instance) throws HypervisorFault {
        take(pace.define());
        synchronized (this) {
            var domain = existing(instance.id());
            var attached = new HashSet<>(domain.volumes());
            for (UUID volume : instance.volumesOrNone()) {
                if (attached.add(volume) && isOn(domain)) {
                    requireFor(domain, volume);
                }
            }
            boolean letsGo = !isOn(domain) || !deafGuests;
            if (letsGo) {
                attached.retainAll(instance.volumesOrNone());
            }
            set(
                    domain,
                    domain.epoch(),
                    new Disks(Set.copyOf(attached), limits(instance, domain.limits())),
                    domain.state(),
                    domain.reason());
            attached.removeAll(instance.volumesOrNone());
            if (!attached.isEmpty()) {
                throw new HypervisorFault(
                        Kind.REFUSED, "the guest has not let go of volumes " + attached);
            }
            witness.did("volumes");
        }
    }

    /** What a domain has. */
    private record Disks(Set<UUID> volumes, Map<UUID, IoLimits> limits) {}

    /** The limits that are desired; those that are there, where nothing is said of any. */
    private static Map<UUID, IoLimits> limits(
            InstanceDesired instance, Map<UUID, IoLimits> before) {
        if (instance.limits() == null) {
            return before;
        }
        var limits = new HashMap<>(instance.limits());
        limits.values().removeIf(IoLimits.NONE::equals);
        return Map.copyOf(limits);
    }

    /** QEMU opens each disk for itself alone. */
    private void requireFor(ObservedDomain domain, UUID volume) throws HypervisorFault {
        if (!pool.hasVolume(volume)) {
            throw new HypervisorFault(Kind.REFUSED, "volume " + volume + " is not there");
        }
        for (ObservedDomain other : domains.values()) {
            if (isOn(other)
                    && other.volumes().contains(volume)
                    && !other.id().equals(domain.id())) {
                throw new HypervisorFault(
                        Kind.REFUSED, "domain " + other.id() + " has volume " + volume);
            }
        }
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
        synchronized (this) {
            boolean open =
                    domains.values().stream()
                            .anyMatch(domain ->
                                    isOn(domain) && domain.volumes().contains(backup.volume()));
            pool.takeBackup(backup, open);
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
        synchronized (this) {
            look();
            ObservedDomain domain = null;
            if (orphan.kind() == OrphanKind.DOMAIN) {
                domain = domains.get(UUID.fromString(orphan.place()));
                if (domain == null) {
                    return;
                }
            }
            pool.putAside(orphan, domain);
            if (domain != null) {
                transients.remove(domain.id());
                domains.remove(domain.id());
                tell(domain.id());
            }
            witness.did("quarantine");
        }
    }

    @Override
    public synchronized void release(OrphanKey orphan) throws HypervisorFault {
        look();
        if (orphan.kind() == OrphanKind.DOMAIN
                && pool.keeps(orphan)
                && domains.containsKey(UUID.fromString(orphan.place()))) {
            throw new HypervisorFault(
                    Kind.REFUSED, "another domain has the UUID " + orphan.place() + " by now");
        }
        pool.putBack(orphan).ifPresent(domain -> set(domain, DomainState.SHUTOFF, null));
        witness.did("release");
    }

    @Override
    public void purge(OrphanKey orphan) throws HypervisorFault {
        take(pace.prepare());
        pool.purge(orphan);
        witness.did("purge");
    }

    @Override
    public synchronized List<InstanceUse> uses() throws HypervisorFault {
        look();
        return domains.values().stream()
                .filter(SimulatedHypervisor::isOn)
                .map(domain ->
                        new InstanceUse(
                                domain.id(), 0, null, domain.memoryMiB(), List.of(), List.of()))
                .toList();
    }

    @Override
    public synchronized boolean hasGuests() {
        return console != null;
    }

    @Override
    public synchronized Optional<ConsoleTail> console(UUID id, long seen) {
        return Optional.ofNullable(console).filter(tail -> tail.end() > seen);
    }

    @Override
    public ByteChannel openConsole(UUID id) throws HypervisorFault {
        throw new HypervisorFault(
                HypervisorFault.Kind.REFUSED, "a simulated guest has no serial console");
    }

    private void set(ObservedDomain domain, DomainState state, @Nullable String reason) {
        set(domain, domain.epoch(), new Disks(domain.volumes(), domain.limits()), state, reason);
    }

    private void set(
            ObservedDomain domain,
            long epoch,
            Disks disks,
            DomainState state,
            @Nullable String reason) {
        put(
                new ObservedDomain(
                        domain.id(),
                        domain.name(),
                        domain.ours(),
                        epoch,
                        domain.boot(),
                        domain.vcpus(),
                        domain.memoryMiB(),
                        disks.volumes(),
                        state,
                        reason,
                        disks.limits(),
                        domain.machine(),
                        domain.room()));
    }

    private ObservedDomain existing(UUID id) throws HypervisorFault {
        look();
        var domain = domains.get(id);
        if (domain == null) {
            throw new HypervisorFault(Kind.REFUSED, "no domain " + id);
        }
        return domain;
    }

    private static boolean isOn(ObservedDomain domain) {
        return switch (domain.state()) {
            case RUNNING, PAUSED, SHUTTING_DOWN, CRASHED -> true;
            case SHUTOFF, ABSENT, REMOVED -> false;
        };
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
