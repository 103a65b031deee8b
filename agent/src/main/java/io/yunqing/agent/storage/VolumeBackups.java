package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.agent.platform.Tool;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupTaken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes backups of volumes and brings them to repositories.
 *
 * <p>A backup is first copied beside the volume and then brought to its repository. While QEMU copies, a guest's write waits until what it
 * overwrites is copied: a repository that hangs must not be what it waits for.
 */
public final class VolumeBackups {

    /** Copying has no pace that can be counted on; this is far below what a disk does. */
    private static final Duration PER_GIB = Duration.ofMinutes(1);

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final Layout layout;
    private final VolumePaths volumes;
    private final PoolRoom room;
    private final StoreKeys keys;

    public VolumeBackups(Layout layout, VolumePaths volumes, PoolRoom room, StoreKeys keys) {
        this.layout = layout;
        this.volumes = volumes;
        this.room = room;
        this.keys = keys;
    }

    /** Copies what a guest has open. */
    public interface Online {

        /**
         * Copies what the volume holds at one moment, or what of it has changed since the base, if a guest has it and that is known
         * for certain.
         *
         * @param into an empty qcow2 file of the volume's size
         * @param bounds what ends it before it is whole
         * @return what was copied; nothing when no guest has the volume
         */
        Optional<Copied> copy(
                BackupDesired backup,
                Path into,
                long sizeBytes,
                Bounds bounds,
                Consumer<BackupProgress> progress)
                throws HypervisorFault;

        /** Forgets what it knows of changes since others than this backup. */
        void follow(BackupDesired backup) throws HypervisorFault;
    }

    /**
     * What ends a copy.
     *
     * @param room refuses to go on when the pool has no more to give
     */
    public record Bounds(Duration deadline, Room room) {}

    /** How much may be written. */
    public interface Room {
        void look() throws IOException;
    }

    /**
     * What was copied.
     *
     * @param incremental whether only what has changed since the base
     * @param fullReason why all, though there was a base
     */
    public record Copied(boolean incremental, @Nullable String fullReason, Instant at) {}

    /** Makes the directory and throws away what a killed agent left in it. */
    public void open() throws IOException {
        if (!Files.exists(layout.backups())) {
            Files.createDirectories(
                    layout.backups(), PosixFilePermissions.asFileAttribute(InstanceFiles.PASSABLE));
            DurableFile.force(layout.pool());
        }
        try (var left = Files.newDirectoryStream(layout.backups(), ".*.part")) {
            for (Path part : left) {
                Files.delete(part);
            }
        }
    }

    /** What the backup is, if it is in its repository. */
    public Optional<BackupTaken> find(BackupDesired backup) throws HypervisorFault {
        try (var repository = open(backup)) {
            return repository.find(backup.volume(), backup.id());
        } catch (IOException e) {
            throw fault(backup, e);
        }
    }

    /** Copies the volume, once. */
    public void take(BackupDesired backup, Online online, Consumer<BackupProgress> progress)
            throws HypervisorFault {
        Path staged = layout.stagedBackup(backup.id());
        Path part = layout.backups().resolve("." + backup.id() + ".part");
        try {
            if (FileTree.isThere(staged)) {
                return;
            }
            Files.deleteIfExists(part);
            try {
                DurableFile.write(
                        layout.stagedNote(backup.id()),
                        BackupRepository.JSON.writeValueAsBytes(
                                copy(backup, part, online, progress)));
                DurableFile.publish(part, staged);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw fault(backup, e);
        }
    }

    private StagedBackup copy(
            BackupDesired backup, Path part, Online online, Consumer<BackupProgress> progress)
            throws IOException, HypervisorFault {
        if (!(volumes.source(backup.volume()) instanceof DiskSource.File(Path volume))) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED,
                    "volume %s is no file: no backups are made of it".formatted(backup.volume()));
        }
        long sizeBytes = VolumeFiles.bytes(volume);
        long fileBytes = Files.size(volume);
        if (backup.base() == null) {
            room.require(fileBytes);
        }
        room.requireAny();
        VolumeFiles.create(part, sizeBytes);
        var deadline = PER_GIB.multipliedBy(1 + (fileBytes >> 30));
        var copied =
                online.copy(
                        backup, part, sizeBytes, new Bounds(deadline, room::requireAny), progress);
        if (copied.isEmpty()) {
            return copyIdle(backup, volume, part, deadline);
        }
        var base = copied.get().incremental() ? backup.base() : null;
        if (base != null) {
            // Its data are what was changed; what they stand on lies beside it in the repository.
            Tool.run(
                    DEADLINE,
                    List.of(
                            "qemu-img",
                            "rebase",
                            "-q",
                            "-u",
                            "-f",
                            "qcow2",
                            "-F",
                            "qcow2",
                            "-b",
                            BackupRepository.fileName(base.id()),
                            part.toString()));
        }
        return new StagedBackup(
                base == null ? null : base.id(),
                copied.get().fullReason(),
                sizeBytes,
                copied.get().at());
    }

    /** What nobody has open does not change meanwhile, as it is given to nobody. */
    private StagedBackup copyIdle(BackupDesired backup, Path volume, Path part, Duration deadline)
            throws IOException {
        var now = Instant.now();
        room.require(Files.size(volume));
        VolumeCopies.convert(volume, part, deadline);
        return new StagedBackup(
                null,
                backup.base() == null
                        ? null
                        : "no instance that runs has the volume, and only while one does is it known what has changed",
                VolumeFiles.bytes(volume),
                now);
    }

    /** Brings to the repository what was taken. */
    public BackupTaken store(BackupDesired backup, Online online, Consumer<BackupProgress> progress)
            throws HypervisorFault {
        Path staged = layout.stagedBackup(backup.id());
        try (var repository = open(backup)) {
            var there = repository.find(backup.volume(), backup.id());
            var taken =
                    there.isPresent()
                            ? there.get()
                            : repository.store(
                                    backup, staged, Files.size(staged), note(backup), progress);
            // Only from now on may the next one build on this.
            online.follow(backup);
            forget(backup);
            return taken;
        } catch (IOException e) {
            throw fault(backup, e);
        }
    }

    private StagedBackup note(BackupDesired backup) throws IOException {
        return BackupRepository.JSON.readValue(
                Files.readAllBytes(layout.stagedNote(backup.id())), StagedBackup.class);
    }

    private void forget(BackupDesired backup) throws IOException {
        Files.deleteIfExists(layout.stagedBackup(backup.id()));
        Files.deleteIfExists(layout.stagedNote(backup.id()));
    }

    /** Removes all of it, here and from the repository. */
    public void erase(BackupDesired backup) throws HypervisorFault {
        try {
            forget(backup);
            try (var repository = open(backup)) {
                repository.erase(backup.volume(), backup.id());
            }
        } catch (IOException e) {
            throw fault(backup, e);
        }
    }

    private BackupRepository open(BackupDesired backup) throws IOException {
        return BackupRepository.open(backup.repository(), keys);
    }

    private static HypervisorFault fault(BackupDesired backup, IOException cause) {
        return StorageFault.of("backup %s/%s".formatted(backup.tenant(), backup.name()), cause);
    }
}
