package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.agent.platform.Sandbox;
import io.yunqing.api.agent.BackupSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes volumes from backups: brings the full one here, then writes into it what each that builds on it has changed.
 *
 * <p>A file counts only with the digest that it was written with, and is read by {@code qemu-img} only in a {@link Sandbox}, which is told what each
 * stands on: no name that stands in a file is followed. The volume gets its place when it is whole.
 */
public final class VolumeRestores {

    private static final long MIB = 1 << 20;
    private static final Duration SILENCE = Duration.ofSeconds(60);

    /** The increment, and what it stands on, as the program in the sandbox may open them. */
    private static final String INCREMENT =
            "json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"},\"backing\":{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"},\"backing\":null}}"
                    .formatted(Sandbox.INPUT, Sandbox.OUTPUT);

    private final Layout layout;
    private final PoolRoom room;
    private final StoreKeys keys;

    public VolumeRestores(Layout layout, PoolRoom room, StoreKeys keys) {
        this.layout = layout;
        this.room = room;
        this.keys = keys;
    }

    /** Makes the volume, if it is not there. */
    public void make(UUID id, int sizeGiB, BackupSource source) throws HypervisorFault {
        Path part = layout.volumes().resolve("." + id + ".part");
        try {
            if (FileTree.isThere(layout.volume(id))) {
                return;
            }
            if (FileTree.isThere(part)) {
                FileTree.delete(part);
            }
            Files.createDirectory(
                    part,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            try {
                Path disk = part.resolve("disk");
                write(source, disk, (long) sizeGiB << 30);
                if (VolumeFiles.bytes(disk) < (long) sizeGiB << 30) {
                    VolumeFiles.resize(disk, sizeGiB);
                }
                DurableFile.publish(disk, layout.volume(id));
            } finally {
                FileTree.delete(part);
            }
        } catch (IOException e) {
            throw StorageFault.of("volume " + id, e);
        }
    }

    private void write(BackupSource source, Path disk, long sizeBytes) throws IOException {
        room.require(source.chain().stream().mapToLong(BackupSource.Part::bytes).sum());
        try (var repository = BackupRepository.open(source.repository(), keys)) {
            bring(repository, source, disk, sizeBytes);
        }
        Sandbox.own(disk);
        if (VolumeFiles.bytes(disk) > sizeBytes) {
            throw new IOException(
                    "the backup is of a volume of %d MiB, more than %d GiB"
                            .formatted(VolumeFiles.bytes(disk) / MIB, sizeBytes >> 30));
        }
    }

    private void bring(BackupRepository repository, BackupSource source, Path disk, long sizeBytes)
            throws IOException {
        BackupSource.@Nullable Part below = null;
        for (BackupSource.Part one : source.chain()) {
            if (below == null) {
                repository.fetch(source.volume(), one, disk);
                require(one, Qcow2Header.read(disk).objection());
            } else {
                Path increment = disk.resolveSibling("increment");
                repository.fetch(source.volume(), one, increment);
                requireOn(below, one, increment);
                apply(one, increment, disk, sizeBytes);
                Files.delete(increment);
            }
            below = one;
        }
    }

    private static void requireOn(BackupSource.Part below, BackupSource.Part one, Path increment)
            throws IOException {
        require(one, Qcow2Header.read(increment).objectionAsIncrement());
        var named = Qcow2Header.backingFile(increment);
        String expected = BackupRepository.fileName(below.id());
        if (named.isEmpty() || !named.get().equals(Path.of(expected))) {
            require(one, "it stands on %s, not on %s".formatted(named.orElse(null), expected));
        }
    }

    private static void require(BackupSource.Part one, @Nullable String objection)
            throws IOException {
        if (objection != null) {
            throw new IOException("backup %s cannot be used: %s".formatted(one.id(), objection));
        }
    }

    private void apply(BackupSource.Part one, Path increment, Path disk, long sizeBytes)
            throws IOException {
        var bounds =
                new Sandbox.Bounds(
                        Duration.ofSeconds(60 + one.bytes() / (16 * MIB)),
                        SILENCE,
                        sizeBytes + sizeBytes / 512 + 16 * MIB);
        var outcome =
                Sandbox.change(
                        increment,
                        disk,
                        bounds,
                        room::requireAny,
                        List.of("qemu-img", "commit", "-q", "-d", INCREMENT));
        if (outcome.exitCode() != 0) {
            throw outcome.failure("writing what backup %s changed".formatted(one.id()), bounds);
        }
    }
}
