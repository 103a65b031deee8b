package io.yunqing.agent.libvirt;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.VolumeBackups.Bounds;
import io.yunqing.api.BackupProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.libvirt.Domain;
import org.libvirt.DomainJobStats;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * libvirt's backup jobs, of which a domain has one at a time: QEMU copies what was there when the job began, block by block and each
 * before the guest overwrites it, as if the power had been cut then.
 */
final class BackupJobs {

    private static final int OF_THE_ENDED = 1;

    /** VIR_DOMAIN_JOB_NONE and VIR_DOMAIN_JOB_COMPLETED. */
    private static final int NO_JOB = 0;

    private static final int COMPLETED = 3;

    private static final Duration ABORT_DEADLINE = Duration.ofSeconds(20);

    private final VolumeDisks disks;
    private final Supplier<List<Path>> folders;
    private final ConcurrentHashMap<UUID, ReentrantLock> busy = new ConcurrentHashMap<>();

    /**
     * @param folders of all pools: what is copied by an agent goes there
     */
    BackupJobs(VolumeDisks disks, Supplier<List<Path>> folders) {
        this.disks = disks;
        this.folders = folders;
    }

    /** What is done with a domain that has no job. */
    interface Work<T> {
        T run() throws HypervisorFault;
    }

    /** Waits until no other job of ours is under way in the domain; one that a killed agent left is ended. */
    <T> T alone(UUID holder, Work<T> work) throws HypervisorFault {
        var lock = busy.computeIfAbsent(holder, id -> new ReentrantLock());
        lock.lock();
        try {
            endLeft(holder);
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the end of the job that was begun in the domain; ends it when it breaks its bounds. */
    void await(UUID holder, Bounds bounds, Consumer<BackupProgress> progress)
            throws HypervisorFault {
        boolean ended = false;
        try {
            awaitNone(holder, bounds, progress);
            ended = true;
        } finally {
            if (!ended) {
                endLeft(holder);
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
    private void endLeft(UUID holder) throws HypervisorFault {
        boolean left =
                disks.onDomain(
                        holder,
                        domain -> {
                            String job = running(domain);
                            boolean ours =
                                    folders.get().stream()
                                            .anyMatch(folder -> job.contains(folder + "/"));
                            if (ours) {
                                domain.abortJob();
                            }
                            return ours;
                        });
        if (left) {
            awaitNone(holder, new Bounds(ABORT_DEADLINE, () -> {}), done -> {});
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

    private void awaitNone(UUID holder, Bounds bounds, Consumer<BackupProgress> progress)
            throws HypervisorFault {
        long end = System.nanoTime() + bounds.deadline().toNanos();
        while (true) {
            var job = disks.onDomain(holder, Domain::getJobInfo);
            if (job.getType() == NO_JOB) {
                return;
            }
            progress.accept(new BackupProgress(job.getFileProcessed(), job.getFileTotal()));
            if (System.nanoTime() > end) {
                throw new HypervisorFault(
                        HypervisorFault.Kind.TIMEOUT,
                        "the volumes were not copied within %d s"
                                .formatted(bounds.deadline().toSeconds()));
            }
            try {
                bounds.room().look();
            } catch (IOException e) {
                throw new HypervisorFault(
                        HypervisorFault.Kind.STORAGE, String.valueOf(e.getMessage()), e);
            }
            VolumeDisks.pause();
        }
    }
}
