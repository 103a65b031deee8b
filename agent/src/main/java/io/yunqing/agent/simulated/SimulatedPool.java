package io.yunqing.agent.simulated;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.HypervisorFault.Kind;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.hypervisor.ObservedOrphan;
import io.yunqing.agent.hypervisor.ObservedPool;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.hypervisor.VolumeCopy;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.WipePolicy;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanKind;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.api.agent.WipeObserved;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a simulated host keeps: disks of instances, volumes, and what was put aside. */
final class SimulatedPool {

    /** The SHA-256 of no bytes at all. */
    private static final String NOTHING =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static final long MIB_PER_GIB = 1024;

    /** How large each pool beside its own is. */
    private static final long OTHER_MIB = 1024 * MIB_PER_GIB;

    /** What was put aside: a domain, or files of a size. */
    private record PutAside(@Nullable ObservedDomain domain, int gibibytes) {
        String name(OrphanKey key) {
            return domain == null ? name(key.place()) : domain.name();
        }

        static String name(String place) {
            return place.substring(place.indexOf('/') + 1);
        }
    }

    private final Map<UUID, Integer> disks = new HashMap<>();
    private final Map<UUID, Integer> volumes = new HashMap<>();
    private final Map<UUID, Integer> restores = new HashMap<>();
    private final Map<UUID, WipeObserved> wipes = new HashMap<>();
    private final SimulatedBackups backups = new SimulatedBackups();
    private final Map<OrphanKey, PutAside> quarantine = new HashMap<>();
    private final Map<UUID, String> hidden = new HashMap<>();
    private Map<UUID, PoolPlace> places = Map.of();
    private @Nullable String volumesUnseen;
    private @Nullable String stepsFailWith;
    private @Nullable String repositoriesFailWith;

    synchronized void hideVolumes(@Nullable String words) {
        volumesUnseen = words;
    }

    synchronized void stepsFailWith(@Nullable String words) {
        stepsFailWith = words;
    }

    synchronized void repositoriesFailWith(@Nullable String words) {
        repositoriesFailWith = words;
    }

    synchronized long takenGiB() {
        return Stream.of(
                        disks.values().stream(),
                        volumes.values().stream(),
                        quarantine.values().stream().map(PutAside::gibibytes))
                .flatMap(sizes -> sizes)
                .mapToLong(gib -> gib)
                .sum();
    }

    synchronized void makeDisk(UUID instance, int sizeGiB) {
        disks.put(instance, sizeGiB);
    }

    synchronized boolean hasDisk(UUID instance) {
        return disks.containsKey(instance);
    }

    synchronized void eraseDisk(UUID instance) {
        disks.remove(instance);
    }

    synchronized boolean hasVolume(UUID id) {
        return volumes.containsKey(id);
    }

    synchronized void lose(UUID volume) {
        volumes.remove(volume);
    }

    synchronized void place(Map<UUID, PoolPlace> volumesElsewhere) {
        places = Map.copyOf(volumesElsewhere);
    }

    synchronized void hide(UUID other, @Nullable String words) {
        if (words == null) {
            hidden.remove(other);
        } else {
            hidden.put(other, words);
        }
    }

    /** Hosts that are simulated share nothing, so a shared pool would be counted once and be there as often as there are hosts. */
    synchronized ObservedPool other(PoolPlace other, Set<UUID> known) throws HypervisorFault {
        failAsAsked(other.shared() ? "a simulated host shares no pool" : hidden.get(other.id()));
        var there = known.stream().filter(volumes::containsKey).map(this::observed).toList();
        long written = there.stream().mapToLong(ObservedVolume::sizeGiB).sum() * MIB_PER_GIB;
        return new ObservedPool(
                there,
                new UUID(System.identityHashCode(this), other.id().getLeastSignificantBits()),
                new PoolUse(OTHER_MIB, OTHER_MIB - written, written, 0, Instant.EPOCH),
                null);
    }

    synchronized List<ObservedVolume> volumes() throws HypervisorFault {
        failAsAsked(volumesUnseen);
        return volumes.keySet().stream()
                .filter(id -> !places.containsKey(id))
                .map(this::observed)
                .toList();
    }

    private ObservedVolume observed(UUID id) {
        return new ObservedVolume(
                id, volumes.getOrDefault(id, 0), restores.getOrDefault(id, 0), wipes.get(id));
    }

    synchronized void makeVolume(UUID id, int sizeGiB) throws HypervisorFault {
        failAsAsked(stepsFailWith);
        volumes.putIfAbsent(id, sizeGiB);
    }

    synchronized void copyVolumes(List<VolumeCopy> copies) throws HypervisorFault {
        failAsAsked(stepsFailWith);
        for (VolumeCopy copy : copies) {
            if (!volumes.containsKey(copy.source())) {
                throw new HypervisorFault(
                        Kind.STORAGE, "volume " + copy.source() + " is not there");
            }
        }
        for (VolumeCopy copy : copies) {
            if (!volumes.containsKey(copy.id())
                    || restores.getOrDefault(copy.id(), 0) < copy.restore()) {
                volumes.put(copy.id(), volumes.getOrDefault(copy.source(), 0));
                restores.put(copy.id(), copy.restore());
                backups.forget(copy.id());
            }
        }
    }

    synchronized void growVolume(UUID id, int sizeGiB) throws HypervisorFault {
        failAsAsked(stepsFailWith);
        if (volumes.computeIfPresent(id, (i, size) -> Math.max(size, sizeGiB)) == null) {
            throw new HypervisorFault(Kind.STORAGE, "volume " + id + " is not there");
        }
    }

    synchronized void wipeVolume(UUID id) throws HypervisorFault {
        failAsAsked(stepsFailWith);
        Integer sizeGiB = volumes.get(id);
        if (sizeGiB != null) {
            wipes.putIfAbsent(id, wiped((long) sizeGiB << 30));
        }
    }

    private static WipeObserved wiped(long bytes) {
        return new WipeObserved(
                WipePolicy.ZERO, Instant.EPOCH, bytes, bytes, Instant.EPOCH, 0, NOTHING, false);
    }

    synchronized void eraseVolume(UUID id) throws HypervisorFault {
        failAsAsked(stepsFailWith);
        volumes.remove(id);
        wipes.remove(id);
        restores.remove(id);
        backups.forget(id);
    }

    synchronized void restoreVolume(UUID id, int sizeGiB, BackupSource source)
            throws HypervisorFault {
        failAsAsked(stepsFailWith);
        SimulatedBackups.require(source);
        volumes.putIfAbsent(id, sizeGiB);
    }

    synchronized Optional<BackupTaken> findBackup(BackupDesired backup) throws HypervisorFault {
        failAsAsked(repositoriesFailWith);
        return backups.find(backup.id());
    }

    synchronized void takeBackup(BackupDesired backup, boolean open) throws HypervisorFault {
        failAsAsked(stepsFailWith);
        Integer size = volumes.get(backup.volume());
        if (size == null) {
            throw new HypervisorFault(Kind.STORAGE, "volume " + backup.volume() + " is not there");
        }
        backups.take(backup, size, open);
    }

    synchronized BackupTaken storeBackup(BackupDesired backup) throws HypervisorFault {
        failAsAsked(repositoriesFailWith);
        return backups.store(backup.id());
    }

    synchronized void eraseBackup(BackupDesired backup) throws HypervisorFault {
        failAsAsked(repositoriesFailWith);
        backups.erase(backup.id());
    }

    synchronized List<ObservedOrphan> orphans(Set<UUID> known) throws HypervisorFault {
        failAsAsked(volumesUnseen);
        return Stream.of(
                        lost(OrphanKind.INSTANCE_FILES, "instances/%s", disks, known),
                        lost(OrphanKind.VOLUME, "volumes/%s.qcow2", volumes, known),
                        quarantine.entrySet().stream()
                                .map(one ->
                                        orphan(
                                                one.getKey(),
                                                null,
                                                one.getValue().name(one.getKey()),
                                                one.getValue().gibibytes(),
                                                true)))
                .flatMap(orphans -> orphans)
                .toList();
    }

    private static Stream<ObservedOrphan> lost(
            OrphanKind kind, String place, Map<UUID, Integer> sizes, Set<UUID> known) {
        return sizes.entrySet().stream()
                .filter(one -> !known.contains(one.getKey()))
                .map(one -> {
                    var key = new OrphanKey(kind, place.formatted(one.getKey()));
                    return orphan(
                            key, one.getKey(), PutAside.name(key.place()), one.getValue(), false);
                });
    }

    private static ObservedOrphan orphan(
            OrphanKey key, @Nullable UUID id, String name, int gibibytes, boolean quarantined) {
        return new ObservedOrphan(
                key,
                id,
                name,
                (long) gibibytes << 30,
                key.kind() == OrphanKind.DOMAIN ? null : Instant.EPOCH,
                quarantined);
    }

    synchronized void putAside(OrphanKey key, @Nullable ObservedDomain domain)
            throws HypervisorFault {
        failAsAsked(stepsFailWith);
        Integer size = domain == null ? place(key).get() : Integer.valueOf(0);
        if (size == null) {
            return;
        }
        if (quarantine.putIfAbsent(key, new PutAside(domain, size)) != null) {
            throw new HypervisorFault(
                    Kind.REFUSED, "another %s was put aside before".formatted(key.place()));
        }
        if (domain == null) {
            place(key).clear();
        }
    }

    synchronized boolean keeps(OrphanKey key) {
        return quarantine.containsKey(key);
    }

    /** Which domain it is that is to be defined again; files are back then. */
    synchronized Optional<ObservedDomain> putBack(OrphanKey key) throws HypervisorFault {
        failAsAsked(stepsFailWith);
        var held = quarantine.get(key);
        if (held != null && held.domain() == null) {
            if (place(key).get() != null) {
                throw new HypervisorFault(Kind.REFUSED, key.place() + " is there already");
            }
            place(key).put(held.gibibytes());
        }
        quarantine.remove(key);
        return Optional.ofNullable(held).map(PutAside::domain);
    }

    synchronized void purge(OrphanKey key) throws HypervisorFault {
        failAsAsked(stepsFailWith);
        quarantine.remove(key);
    }

    private record Place(Map<UUID, Integer> sizes, UUID id) {
        @Nullable Integer get() {
            return sizes.get(id);
        }

        void put(int gibibytes) {
            sizes.put(id, gibibytes);
        }

        void clear() {
            sizes.remove(id);
        }
    }

    private Place place(OrphanKey key) {
        String word = PutAside.name(key.place()).replace(".qcow2", "");
        return new Place(key.kind() == OrphanKind.VOLUME ? volumes : disks, UUID.fromString(word));
    }

    private static void failAsAsked(@Nullable String words) throws HypervisorFault {
        if (words != null) {
            throw new HypervisorFault(Kind.STORAGE, words);
        }
    }
}
