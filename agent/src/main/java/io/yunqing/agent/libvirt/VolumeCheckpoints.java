package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.VolumeBackups;
import io.yunqing.agent.storage.VolumeBackups.Bounds;
import io.yunqing.agent.storage.VolumeBackups.Copied;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.agent.BackupDesired;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.libvirt.Domain;
import org.libvirt.DomainCheckpoint;
import org.libvirt.LibvirtException;

/**
 * Backups of volumes that a guest has open, each with a checkpoint: from its moment on QEMU notes in the volume's own file which blocks
 * are written, through power cycles too.
 *
 * <p>A checkpoint is called after its volume and backup, so it is never taken for another's. Whether it can be relied on is
 * QEMU's to say: a QEMU that was killed could not write down what it had noted, and the next one refuses to use it.
 */
final class VolumeCheckpoints implements VolumeBackups.Online {

    private static final Logger LOG = Logger.getLogger(VolumeCheckpoints.class.getName());
    private static final int REUSE_TARGETS = 1;
    private static final int METADATA_ONLY = 2;

    private final VolumeDisks disks;
    private final DomainXml xml;
    private final BackupJobs jobs;

    VolumeCheckpoints(VolumeDisks disks, DomainXml xml, BackupJobs jobs) {
        this.disks = disks;
        this.xml = xml;
        this.jobs = jobs;
    }

    @Override
    public Optional<Copied> copy(
            BackupDesired backup,
            Path into,
            long sizeBytes,
            Bounds bounds,
            Consumer<BackupProgress> progress)
            throws HypervisorFault {
        var holder = holder(backup.volume());
        if (holder == null) {
            return Optional.empty();
        }
        return jobs.alone(
                holder,
                () -> {
                    var begun =
                            disks.onDomain(
                                    holder, domain -> begin(domain, backup, into, sizeBytes));
                    if (begun.isEmpty()) {
                        throw new HypervisorFault(
                                HypervisorFault.Kind.REFUSED,
                                "the guest has let go of the volume that was to be backed up");
                    }
                    jobs.await(holder, bounds, progress);
                    return begun;
                });
    }

    /** Begins with what can be relied on; nothing when the domain does not have the volume. */
    private Optional<Copied> begin(Domain domain, BackupDesired backup, Path into, long sizeBytes)
            throws LibvirtException {
        String place = disks.targets(domain).get(backup.volume());
        if (place == null) {
            return Optional.empty();
        }
        var base = backup.base();
        String since = base == null ? null : name(backup.volume(), base.id());
        // What is left of others: of this one's attempt that was killed, and of those before its
        // base.
        forget(domain, backup.volume(), checkpoint -> !checkpoint.equals(since));
        var files = new TreeMap<String, Path>();
        files.put(place, into);
        String why = null;
        if (base != null) {
            why = objection(domain, base, String.valueOf(since), sizeBytes);
            if (why == null) {
                try {
                    begin(domain, backup, files, since);
                    return Optional.of(new Copied(true, null, Instant.now()));
                } catch (LibvirtException e) {
                    why = "what has changed is not known for certain: " + e.getMessage();
                }
            }
        }
        begin(domain, backup, files, null);
        return Optional.of(new Copied(false, why, Instant.now()));
    }

    private void begin(
            Domain domain,
            BackupDesired backup,
            SortedMap<String, Path> files,
            @Nullable String since)
            throws LibvirtException {
        String checkpoint = xml.checkpoint(name(backup.volume(), backup.id()), files.firstKey());
        domain.backupBegin(xml.backup(files, since), checkpoint, REUSE_TARGETS);
    }

    private static @Nullable String objection(
            Domain domain, BackupDesired.Base base, String since, long sizeBytes)
            throws LibvirtException {
        if (base.sizeBytes() != sizeBytes) {
            return "the volume has another size than at its last backup";
        }
        for (String name : domain.checkpointListNames()) {
            if (name.equals(since)) {
                return null;
            }
        }
        return "the instance that has the volume does not know what has changed since its last backup";
    }

    /** Only with what was begun since is it certain that the next one misses nothing. */
    @Override
    public void follow(BackupDesired backup) throws HypervisorFault {
        var holder = holder(backup.volume());
        if (holder != null) {
            String current = name(backup.volume(), backup.id());
            var _ =
                    disks.onDomain(
                            holder,
                            domain -> {
                                if (Set.of(domain.checkpointListNames()).contains(current)) {
                                    forget(domain, backup.volume(), one -> !one.equals(current));
                                }
                                return true;
                            });
        }
    }

    /** A checkpoint that cannot be forgotten costs memory and nothing else; the next backup tries again. */
    private static void forget(Domain domain, UUID volume, Predicate<String> which)
            throws LibvirtException {
        for (String name : domain.checkpointListNames()) {
            if (name.startsWith(prefix(volume)) && which.test(name)) {
                DomainCheckpoint checkpoint = domain.checkpointLookupByName(name);
                try {
                    checkpoint.delete(0);
                } catch (LibvirtException e) {
                    // Its bitmap went with another file of the volume, or is damaged.
                    LOG.log(
                            Level.INFO,
                            "only the name of {0} is forgotten: {1}",
                            new Object[] {name, e.getMessage()});
                    checkpoint.delete(METADATA_ONLY);
                } finally {
                    checkpoint.free();
                }
            }
        }
    }

    private @Nullable UUID holder(UUID volume) throws HypervisorFault {
        var holders = new HashSet<UUID>();
        disks.onEachActive((domain, places) -> {
            if (places.containsKey(volume)) {
                holders.add(UUID.fromString(domain.getUUIDString()));
            }
        });
        return holders.stream().findFirst().orElse(null);
    }

    private static String name(UUID volume, UUID backup) {
        return prefix(volume) + backup;
    }

    private static String prefix(UUID volume) {
        return "yunqing-" + volume + "-";
    }
}
