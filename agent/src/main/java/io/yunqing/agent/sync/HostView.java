package io.yunqing.agent.sync;

import io.yunqing.api.HostInventory;
import io.yunqing.api.UnknownDomain;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.OrphanObserved;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.api.agent.VolumeObserved;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the agent can say of its host at one moment.
 *
 * @param unobservedReason why {@code instances} is not complete; absent when it is
 * @param observedAt when the last complete inventory was taken
 * @param appliedRevision the host revision that everything was last compared against
 * @param volumes absent when storage, or who has what of it, cannot be seen
 * @param orphans absent when it cannot be told what is one
 * @param networkFault why the ends of tenants' networks are not as they should be; absent when they are
 * @param backups what became of those that something is to be done about; absent when there is none
 * @param pools what was found of those beside the host's own
 */
public record HostView(
        @Nullable String unobservedReason,
        Instant observedAt,
        long appliedRevision,
        @Nullable HostInventory inventory,
        List<InstanceObserved> instances,
        Set<UUID> withDisk,
        List<UnknownDomain> unknownDomains,
        @Nullable List<VolumeObserved> volumes,
        @Nullable List<OrphanObserved> orphans,
        @Nullable String networkFault,
        @Nullable List<BackupObserved> backups,
        List<PoolObserved> pools) {

    public boolean complete() {
        return unobservedReason == null;
    }

    /** The volumes, of which none may be known. */
    List<VolumeObserved> volumesOrNone() {
        return volumes == null ? List.of() : volumes;
    }

    /** The backups, of which there may be none. */
    List<BackupObserved> backupsOrNone() {
        return backups == null ? List.of() : backups;
    }

    /** Whether this says something that people wait for: everything but times and steps under way. */
    public boolean isNewsAfter(@Nullable HostView before) {
        return before == null
                || complete() != before.complete()
                || !unknownDomains.equals(before.unknownDomains)
                || !Objects.equals(orphans, before.orphans)
                || !Objects.equals(networkFault, before.networkFault)
                || !seenPools().equals(before.seenPools())
                || !settled().equals(before.settled())
                || !Objects.equals(settledVolumes(), before.settledVolumes())
                || !settledBackups().equals(before.settledBackups());
    }

    /** Whether this says anything else than before, times aside. */
    public boolean differsFrom(@Nullable HostView before) {
        return before == null
                || !instances.equals(before.instances)
                || !Objects.equals(volumes, before.volumes)
                || !Objects.equals(backups, before.backups)
                || !pools.equals(before.pools);
    }

    private Map<UUID, Boolean> seenPools() {
        return pools.stream().collect(Collectors.toMap(PoolObserved::id, PoolObserved::seen));
    }

    private List<BackupObserved> settledBackups() {
        return backupsOrNone().stream().filter(b -> b.step() == null).toList();
    }

    private List<InstanceObserved> settled() {
        return instances.stream().filter(i -> i.step() == null).toList();
    }

    private @Nullable List<VolumeObserved> settledVolumes() {
        return volumes == null ? null : volumes.stream().filter(v -> v.step() == null).toList();
    }
}
