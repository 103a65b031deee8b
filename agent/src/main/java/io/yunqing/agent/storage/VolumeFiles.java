package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.agent.platform.Tool;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The volumes' files, one for each.
 *
 * <p>Each is made under another name and renamed when it is whole; from then on it is only made larger, until it is
 * erased.
 */
public final class VolumeFiles {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final Layout layout;
    private final PoolRoom room;

    public VolumeFiles(Layout layout, PoolRoom room) {
        this.layout = layout;
        this.room = room;
    }

    /** Makes the directory and throws away what a killed agent left in it. */
    public void open() throws IOException {
        if (!Files.exists(layout.volumes())) {
            Files.createDirectories(
                    layout.volumes(), PosixFilePermissions.asFileAttribute(InstanceFiles.PASSABLE));
            DurableFile.force(layout.pool());
        }
        try (var left = Files.newDirectoryStream(layout.volumes(), ".*.part")) {
            for (Path part : left) {
                FileTree.delete(part);
            }
        }
        forgetWipes();
    }

    /** An agent that was killed while it erased a volume left what it had noted of it. */
    private void forgetWipes() throws IOException {
        try (var notes = Files.newDirectoryStream(layout.volumes(), "*" + Layout.WIPE_SUFFIX)) {
            for (Path note : notes) {
                var id = layout.volumeOrNoteAt(note);
                if (id.isPresent() && !FileTree.isThere(layout.volume(id.get()))) {
                    Files.delete(note);
                }
            }
        }
    }

    /** All that are there. One that cannot be read is a fault that names it, as is a directory that is not there. */
    public List<ObservedVolume> all() throws HypervisorFault {
        var all = new ArrayList<ObservedVolume>();
        try (var files = Files.newDirectoryStream(layout.volumes())) {
            for (Path file : files) {
                var id = layout.volumeAt(file);
                if (id.isPresent()) {
                    find(id.get()).ifPresent(all::add);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw StorageFault.of("volumes", e);
        }
        return List.copyOf(all);
    }

    /** One that is there. */
    Optional<ObservedVolume> find(UUID id) throws IOException {
        try {
            var wipe = VolumeWipes.note(layout, id);
            long sizeGiB = wipe.isPresent() ? wipe.get().sizeGiB() : bytes(layout.volume(id)) >> 30;
            return Optional.of(
                    new ObservedVolume(
                            id,
                            sizeGiB,
                            restore(layout, id),
                            wipe.map(VolumeWipes.Note::seen).orElse(null)));
        } catch (NoSuchFileException e) {
            // Erased, perhaps since it was listed.
            return Optional.empty();
        }
    }

    /** Another agent may be making the same in a pool that both see, if it has not heard yet that it is not to. */
    private Path part(UUID id) {
        return layout.volumes().resolve(".%s.%s.part".formatted(id, UUID.randomUUID()));
    }

    /** Makes an empty one, if there is none. */
    public void make(UUID id, int sizeGiB) throws HypervisorFault {
        Path file = layout.volume(id);
        Path part = part(id);
        try {
            if (FileTree.isThere(file)) {
                return;
            }
            room.requireAny();
            try {
                create(part, (long) sizeGiB << 30);
                DurableFile.publishNew(part, file);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw fault(id, e);
        }
    }

    /** Makes one that begins with what is in an image, if there is none. It stands by itself, as other hosts lack the image. */
    public void unpack(UUID id, int sizeGiB, Path image) throws HypervisorFault {
        Path file = layout.volume(id);
        Path part = part(id);
        try {
            if (FileTree.isThere(file)) {
                return;
            }
            long needed = bytes(image);
            if (needed > (long) sizeGiB << 30) {
                throw new IOException(
                        "a volume of %d GiB is too small for the image, which needs %d MiB"
                                .formatted(sizeGiB, Math.ceilDiv(needed, 1L << 20)));
            }
            room.require(Files.size(image));
            try {
                create(part, (long) sizeGiB << 30);
                VolumeCopies.convert(image, part, VolumeCopies.deadline(Files.size(image)));
                DurableFile.publishNew(part, file);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw fault(id, e);
        }
    }

    /** Writes the file of an empty volume. */
    static void create(Path file, long bytes) throws IOException {
        qemuImg("create", "-f", "qcow2", file.toString(), Long.toString(bytes));
        Files.setPosixFilePermissions(file, InstanceFiles.OWN);
    }

    public boolean isAtLeast(UUID id, int sizeGiB) throws HypervisorFault {
        try {
            return bytes(layout.volume(id)) >= (long) sizeGiB << 30;
        } catch (IOException e) {
            throw fault(id, e);
        }
    }

    /** Makes one larger that no guest has open. */
    public void grow(UUID id, int sizeGiB) throws HypervisorFault {
        Path file = layout.volume(id);
        try {
            resize(file, sizeGiB);
            DurableFile.force(file);
        } catch (IOException e) {
            throw fault(id, e);
        }
    }

    static void resize(Path file, int sizeGiB) throws IOException {
        qemuImg("resize", "-f", "qcow2", file.toString(), sizeGiB + "G");
    }

    /** Deletes it for good; its not being there is the aim, not an error. */
    public void erase(UUID id) throws HypervisorFault {
        try {
            // What it is a note of goes first: a note alone would speak of nothing.
            boolean erased = Files.deleteIfExists(layout.volume(id));
            erased |= Files.deleteIfExists(layout.wipe(id));
            if (Files.deleteIfExists(layout.restore(id)) || erased) {
                DurableFile.force(layout.volumes());
            }
        } catch (IOException e) {
            throw fault(id, e);
        }
    }

    /** Of which restore a volume's content is. */
    static int restore(Layout layout, UUID id) throws IOException {
        return Layout.count(layout.restore(id), "of which restore volume " + id + " is");
    }

    /** How large its guest sees it. */
    static long bytes(Path file) throws IOException {
        var header = Qcow2Header.read(file);
        if (!header.magic()) {
            throw new IOException(file + " is not a qcow2 file");
        }
        return header.virtualSize();
    }

    private static void qemuImg(String verb, String... words) throws IOException {
        var command = new ArrayList<>(List.of("qemu-img", verb, "-q"));
        command.addAll(List.of(words));
        Tool.run(DEADLINE, command);
    }

    private static HypervisorFault fault(UUID id, IOException cause) {
        return StorageFault.of("volume " + id, cause);
    }
}
