package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.VolumeCopy;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.agent.platform.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Makes volumes copies of others.
 *
 * <p>Those of one moment are written into a directory of their own, which gets another name when all are whole, and then each
 * gets its place. So after a kill either none of them is there, or all get there, and never some of one moment and some of
 * another.
 */
public final class VolumeCopies {

    /** What the directory of copies that get their places is called at its end. */
    static final String WHOLE = ".whole";

    /** Copying has no pace that can be counted on; this is far below what a disk does. */
    private static final Duration PER_GIB = Duration.ofMinutes(1);

    private final Layout layout;
    private final PoolRoom room;

    public VolumeCopies(Layout layout, PoolRoom room) {
        this.layout = layout;
        this.room = room;
    }

    /** Copies what guests have open; whoever else read it would find what was never there at any one moment. */
    public interface Online {

        /**
         * Copies those of the volumes that a guest has, all as they are at one moment.
         *
         * @param targets where to, by volume: empty qcow2 files of the volume's size
         * @return which volumes those were
         */
        Set<UUID> copy(Map<UUID, Path> targets, Duration deadline) throws HypervisorFault;
    }

    /** Puts in their places what a killed agent had copied, and throws away what it had not copied whole. */
    public void open() throws IOException {
        try (var left = Files.newDirectoryStream(layout.volumes(), ".*" + WHOLE)) {
            for (Path whole : left) {
                place(whole);
            }
        }
    }

    /**
     * Makes those copies that are not made yet.
     *
     * @param moment by which they are asked for together, each time the same
     * @param copies of different volumes
     */
    public void make(UUID moment, List<VolumeCopy> copies, Online online) throws HypervisorFault {
        String name = "." + moment;
        Path part = layout.volumes().resolve(name + ".part");
        Path whole = layout.volumes().resolve(name + WHOLE);
        try {
            if (FileTree.isThere(whole)) {
                place(whole);
            }
            var missing = new HashMap<UUID, VolumeCopy>();
            for (VolumeCopy copy : copies) {
                if (!isMade(copy)) {
                    missing.put(copy.source(), copy);
                }
            }
            if (missing.isEmpty()) {
                return;
            }
            try {
                write(part, missing, online);
                Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
                DurableFile.force(layout.volumes());
            } finally {
                if (FileTree.isThere(part)) {
                    FileTree.delete(part);
                }
            }
            place(whole);
        } catch (IOException e) {
            throw StorageFault.of("copy of volume " + copies.getFirst().source(), e);
        }
    }

    private boolean isMade(VolumeCopy copy) throws IOException {
        return FileTree.isThere(layout.volume(copy.id()))
                && VolumeFiles.restore(layout, copy.id()) >= copy.restore();
    }

    private void write(Path part, Map<UUID, VolumeCopy> bySource, Online online)
            throws IOException, HypervisorFault {
        var sizes = new HashMap<UUID, Long>();
        long bytes = 0;
        for (UUID source : bySource.keySet()) {
            Path file = layout.volume(source);
            sizes.put(source, VolumeFiles.bytes(file));
            bytes += Files.size(file);
        }
        room.require(bytes);
        if (FileTree.isThere(part)) {
            FileTree.delete(part);
        }
        Files.createDirectory(part, PosixFilePermissions.asFileAttribute(InstanceFiles.PASSABLE));
        var targets = new HashMap<UUID, Path>();
        for (VolumeCopy copy : bySource.values()) {
            Path target = part.resolve(layout.volume(copy.id()).getFileName());
            VolumeFiles.create(target, sizes.getOrDefault(copy.source(), 0L));
            targets.put(copy.source(), target);
        }
        var deadline = deadline(bytes);
        var done = online.copy(targets, deadline);
        for (VolumeCopy copy : bySource.values()) {
            Path target = part.resolve(layout.volume(copy.id()).getFileName());
            if (!done.contains(copy.source())) {
                convert(layout.volume(copy.source()), target, deadline);
            }
            DurableFile.force(target);
            if (copy.restore() > 0) {
                DurableFile.write(
                        part.resolve(layout.restore(copy.id()).getFileName()),
                        Integer.toString(copy.restore()).getBytes(StandardCharsets.US_ASCII));
            }
        }
        DurableFile.force(part);
    }

    /** How long copying so many bytes may take. */
    static Duration deadline(long bytes) {
        return PER_GIB.multipliedBy(1 + (bytes >> 30));
    }

    /** The target is empty already, so only what is not zero is written. */
    static void convert(Path source, Path target, Duration deadline) throws IOException {
        Tool.run(
                deadline,
                List.of(
                        "qemu-img",
                        "convert",
                        "-q",
                        "-n",
                        "--target-is-zero",
                        "-f",
                        "qcow2",
                        "-O",
                        "qcow2",
                        source.toString(),
                        target.toString()));
    }

    /** The content goes before the note of which restore it is: until that is there it is only put there once more. */
    private void place(Path whole) throws IOException {
        for (boolean notes : new boolean[] {false, true}) {
            try (var files = Files.newDirectoryStream(whole)) {
                for (Path file : files) {
                    Path place = layout.volumes().resolve(file.getFileName());
                    if (layout.volumeAt(place).isEmpty() == notes) {
                        Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
                    }
                }
            }
            DurableFile.force(layout.volumes());
        }
        FileTree.delete(whole);
    }
}
