package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.VolumeBackups.Bounds;
import io.yunqing.agent.storage.VolumeCopies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Copies volumes that a guest has open, by one of libvirt's backup jobs in push mode, so that the copies of all disks of a job are of one
 * moment.
 */
final class VolumeBackup implements VolumeCopies.Online {

    private static final int REUSE_TARGETS = 1;

    private final VolumeDisks disks;
    private final DomainXml xml;
    private final BackupJobs jobs;

    VolumeBackup(VolumeDisks disks, DomainXml xml, BackupJobs jobs) {
        this.disks = disks;
        this.xml = xml;
        this.jobs = jobs;
    }

    @Override
    public Set<UUID> copy(Map<UUID, Path> targets, Duration deadline) throws HypervisorFault {
        var holders = new HashSet<UUID>();
        var held = new HashSet<UUID>();
        disks.onEachActive((domain, places) -> {
            for (UUID volume : targets.keySet()) {
                if (places.containsKey(volume)) {
                    holders.add(UUID.fromString(domain.getUUIDString()));
                    held.add(volume);
                }
            }
        });
        if (holders.size() > 1) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED,
                    "the volumes are used by %d running domains, which have no moment in common"
                            .formatted(holders.size()));
        }
        for (UUID holder : holders) {
            var asked = new HashMap<>(targets);
            asked.keySet().retainAll(held);
            var _ =
                    jobs.alone(
                            holder,
                            () -> {
                                copy(holder, asked, deadline);
                                return asked;
                            });
        }
        return held;
    }

    /** Copies volumes that the domain has, all of them. */
    private void copy(UUID holder, Map<UUID, Path> targets, Duration deadline)
            throws HypervisorFault {
        boolean begun =
                disks.onDomain(
                        holder,
                        domain -> {
                            var files = new TreeMap<String, Path>();
                            disks.targets(domain)
                                    .forEach((volume, place) -> {
                                        Path file = targets.get(volume);
                                        if (file != null) {
                                            files.put(place, file);
                                        }
                                    });
                            boolean all = files.size() == targets.size();
                            if (all) {
                                domain.backupBegin(xml.backup(files, null), null, REUSE_TARGETS);
                            }
                            return all;
                        });
        if (!begun) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED,
                    "the guest has let go of a volume that was to be copied");
        }
        jobs.await(holder, new Bounds(deadline, () -> {}), done -> {});
    }
}
