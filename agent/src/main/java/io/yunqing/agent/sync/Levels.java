package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.api.agent.VolumeDesired;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What this host should be, as last heard. A lower epoch than one already heard never replaces it: that is an answer
 * from before the instance was placed anew.
 */
final class Levels {

    /** What hearing the controller changed: what is to be looked at, and what was refused. */
    record Change(
            Set<UUID> instances,
            Set<UUID> volumes,
            Set<OrphanKey> orphans,
            Set<UUID> backups,
            List<String> refused) {}

    private final Map<UUID, InstanceDesired> instances = new LinkedHashMap<>();
    private final Map<UUID, VolumeDesired> volumes = new LinkedHashMap<>();
    private final Map<OrphanKey, OrphanDesired> orphans = new LinkedHashMap<>();
    private final Map<UUID, BackupDesired> backups = new LinkedHashMap<>();
    private @Nullable List<NetworkDesired> networks;
    private @Nullable List<PoolPlace> pools;
    private @Nullable List<ImageDesired> images;
    private long revision;
    private boolean whole;
    private boolean volumesWhole;

    Change hear(HostDesired news) {
        var refused = new ArrayList<String>();
        var changed = new HashSet<UUID>();
        var named = new HashSet<UUID>();
        for (InstanceDesired instance : news.instances()) {
            named.add(instance.id());
            var known = instances.get(instance.id());
            if (known != null && known.epoch() > instance.epoch()) {
                refused.add(
                        "instance %s: epoch %d is below epoch %d heard before; the later one stays"
                                .formatted(instance.id(), instance.epoch(), known.epoch()));
            } else if (!instance.equals(known)) {
                instances.put(instance.id(), instance);
                changed.add(instance.id());
            }
        }
        if (news.complete()) {
            instances.keySet().retainAll(named);
            whole = true;
        }
        if (news.networks() != null) {
            networks = List.copyOf(news.networks());
        }
        if (news.pools() != null) {
            pools = List.copyOf(news.pools());
        }
        if (news.images() != null) {
            images = List.copyOf(news.images());
        }
        revision = news.revision();
        return new Change(
                changed, hearOfVolumes(news), hearOfOrphans(news), hearOfBackups(news), refused);
    }

    private Set<UUID> hearOfVolumes(HostDesired news) {
        var changed = new HashSet<UUID>();
        var named = new HashSet<UUID>();
        for (VolumeDesired volume : news.volumesOrNone()) {
            named.add(volume.id());
            if (!volume.equals(volumes.put(volume.id(), volume))) {
                changed.add(volume.id());
            }
        }
        news.departedOrNone().forEach(volumes::remove);
        if (news.complete() && news.volumes() != null) {
            volumes.keySet().retainAll(named);
            volumesWhole = true;
        }
        return changed;
    }

    private Set<OrphanKey> hearOfOrphans(HostDesired news) {
        var changed = new HashSet<OrphanKey>();
        var named = new HashSet<OrphanKey>();
        for (OrphanDesired orphan : news.orphansOrNone()) {
            named.add(orphan.orphan());
            if (!orphan.equals(orphans.put(orphan.orphan(), orphan))) {
                changed.add(orphan.orphan());
            }
        }
        if (news.complete()) {
            orphans.keySet().retainAll(named);
        }
        return changed;
    }

    private Set<UUID> hearOfBackups(HostDesired news) {
        var changed = new HashSet<UUID>();
        var named = new HashSet<UUID>();
        for (BackupDesired backup : news.backupsOrNone()) {
            named.add(backup.id());
            if (!backup.equals(backups.put(backup.id(), backup))) {
                changed.add(backup.id());
            }
        }
        if (news.complete() && news.backups() != null) {
            backups.keySet().retainAll(named);
        }
        return changed;
    }

    /** Whether this is still wished, to the letter. */
    boolean asks(InstanceDesired wish) {
        return wish.equals(instances.get(wish.id()));
    }

    /** A tombstone whose confirmation the controller has taken is done with. */
    void forget(UUID id) {
        instances.remove(id);
    }

    /** Likewise, of a volume. */
    void forgetVolume(UUID id) {
        volumes.remove(id);
    }

    /** What was wished of a backup is done, and the controller knows. */
    void forgetBackup(UUID id) {
        backups.remove(id);
    }

    /** What became of an orphan was told; should there ever be another like it, it is a new one. */
    void forgetOrphan(OrphanKey key) {
        orphans.remove(key);
    }

    Collection<InstanceDesired> instances() {
        return Collections.unmodifiableCollection(instances.values());
    }

    Collection<VolumeDesired> volumes() {
        return Collections.unmodifiableCollection(volumes.values());
    }

    @Nullable VolumeDesired volume(UUID id) {
        return volumes.get(id);
    }

    /** Whether all pools beside the host's own were heard of, so that what was brought of others is of no more use. */
    boolean tellsPools() {
        return pools != null;
    }

    /** The pools beside the host's own: those that it has been told of, and those that its volumes are in. One that was used stays so. */
    Collection<PoolPlace> pools() {
        var all = new LinkedHashMap<UUID, PoolPlace>();
        Stream.concat(places().values().stream(), pools == null ? Stream.empty() : pools.stream())
                .forEach(pool ->
                        all.merge(
                                pool.id(),
                                pool,
                                (one, other) -> one.used() ? other.asUsed() : other));
        return all.values();
    }

    /** Where the volumes are that are not in the host's own pool. */
    Map<UUID, PoolPlace> places() {
        var places = new HashMap<UUID, PoolPlace>();
        for (VolumeDesired volume : volumes.values()) {
            if (volume.pool() != null) {
                places.put(volume.id(), volume.pool());
            }
        }
        return places;
    }

    /** All networks of the host; absent before anything was heard of them. */
    @Nullable List<NetworkDesired> networks() {
        return networks;
    }

    /** Images that something is to be done about beside what instances need. */
    List<ImageDesired> images() {
        return images == null ? List.of() : images;
    }

    Collection<OrphanDesired> orphans() {
        return Collections.unmodifiableCollection(orphans.values());
    }

    /** Backups that something is to be done about. */
    Collection<BackupDesired> backups() {
        return Collections.unmodifiableCollection(backups.values());
    }

    @Nullable BackupDesired backup(UUID id) {
        return backups.get(id);
    }

    /** Whether an operator asked anything of this orphan. */
    boolean asksOf(OrphanKey key) {
        return orphans.containsKey(key);
    }

    boolean names(UUID id) {
        return instances.containsKey(id);
    }

    /** Whether a domain is one of ours that should be there, or one of which nothing was heard yet. */
    boolean explains(ObservedDomain domain) {
        return domain.ours() && (names(domain.id()) || !whole);
    }

    /** Whether a file or directory of this id belongs to an instance or a volume. */
    boolean explains(UUID id) {
        return instances.containsKey(id) || volumes.containsKey(id);
    }

    /** All instances and volumes. */
    Set<UUID> explained() {
        var all = new HashSet<>(instances.keySet());
        all.addAll(volumes.keySet());
        return all;
    }

    /** Whether all instances and volumes there are were heard of, so that what has another id is an orphan. */
    boolean tellsOrphans() {
        return whole && volumesWhole;
    }

    long revision() {
        return revision;
    }

    /** Whether a complete list was ever heard, so that what it does not name is known to be nobody's. */
    boolean whole() {
        return whole;
    }

    HostDesired snapshot() {
        return HostDesired.of(
                        revision,
                        whole,
                        List.copyOf(instances.values()),
                        volumesWhole || !volumes.isEmpty() ? List.copyOf(volumes.values()) : null,
                        List.copyOf(orphans.values()),
                        networks)
                .withBackups(List.copyOf(backups.values()))
                .withPools(List.of(), pools)
                .withImages(images);
    }
}
