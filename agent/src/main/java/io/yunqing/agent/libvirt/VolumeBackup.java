package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.VolumeCopies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.libvirt.Domain;
import org.libvirt.DomainJobStats;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * Copies volumes that a guest has open, by libvirt's backup job in push mode: QEMU copies what was there when the job began,
 * block by block and each before the guest overwrites it. So the copies of all disks of a job are of one moment, as if the
 * power had been cut then.
 */
final class VolumeBackup implements VolumeCopies.Online {

    private static final int REUSE_TARGETS = 1;
    private static final int OF_THE_ENDED = 1;

    /** VIR_DOMAIN_JOB_NONE and VIR_DOMAIN_JOB_COMPLETED. */
    private static final int NO_JOB = 0;

    private static final int COMPLETED = 3;

    private static final Duration ABORT_DEADLINE = Duration.ofSeconds(20);

    private final VolumeDisks disks;
    private final DomainXml xml;
    private final Path volumes;

    /**
     * @param volumes the directory of the volumes
     */
    VolumeBackup(VolumeDisks disks, DomainXml xml, Path volumes) {
        this.volumes = volumes;
        this.disks = disks;
        this.xml = xml;
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
            copy(holder, asked, deadline);
        }
        return held;
    }

    /** Copies volumes that the domain has, all of them. */
    private void copy(UUID holder, Map<UUID, Path> targets, Duration deadline)
            throws HypervisorFault {
        endLeftJob(holder);
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
                                domain.backupBegin(xml.backup(files), null, REUSE_TARGETS);
                            }
                            return all;
                        });
        if (!begun) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED,
                    "the guest has let go of a volume that was to be copied");
        }
        boolean ended = false;
        try {
            awaitNoJob(holder, deadline);
            ended = true;
        } finally {
            if (!ended) {
                endLeftJob(holder);
            }
        }
        requireCompleted(disks.onDomain(holder, domain -> domain.getJobStats(OF_THE_ENDED)));
    }

    private static void requireCompleted(DomainJobStats job) throws HypervisorFault {
        if (job.type != COMPLETED) {
            String words =
                    Arrays.stream(job.stats)
                            .filter(one -> one.field.equals("errmsg"))
                            .map(one -> one.getValueAsString())
                            .findFirst()
                            .orElse("it was ended before");
            throw new HypervisorFault(
                    HypervisorFault.Kind.STORAGE, "the volumes were not copied: " + words);
        }
    }

    /** What an agent began that was killed writes to files that are gone. A backup of somebody else's is left alone. */
    private void endLeftJob(UUID holder) throws HypervisorFault {
        boolean left =
                disks.onDomain(
                        holder,
                        domain -> {
                            boolean ours = running(domain).contains(volumes.toString());
                            if (ours) {
                                domain.abortJob();
                            }
                            return ours;
                        });
        if (left) {
            awaitNoJob(holder, ABORT_DEADLINE);
        }
    }

    /** The backup of a domain that is under way; empty when there is none. */
    private static String running(Domain domain) throws LibvirtException {
        try {
            return domain.getBackupXMLDesc(0);
        } catch (LibvirtException e) {
            if (Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN_BACKUP)) {
                return "";
            }
            throw e;
        }
    }

    private void awaitNoJob(UUID holder, Duration deadline) throws HypervisorFault {
        long end = System.nanoTime() + deadline.toNanos();
        while (disks.onDomain(holder, domain -> domain.getJobInfo().getType() != NO_JOB)) {
            if (System.nanoTime() > end) {
                throw new HypervisorFault(
                        HypervisorFault.Kind.TIMEOUT,
                        "the volumes were not copied within %d s".formatted(deadline.toSeconds()));
            }
            VolumeDisks.pause();
        }
    }
}
