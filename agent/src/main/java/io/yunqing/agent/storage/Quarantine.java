package io.yunqing.agent.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedOrphan;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanKind;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What lies in the pool and belongs to nobody, and where it is put aside: a directory for each orphan, with a note of what it
 * is, and its files or its domain's definition.
 *
 * <p>Files are moved within the pool, which costs nothing and can be taken back. The note is there first and goes last, so
 * that whatever was put aside is known for what it is whenever the agent was killed.
 */
public final class Quarantine {

    /** What a newer agent noted besides is not in the way. */
    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private final Layout layout;

    public Quarantine(Layout layout) {
        this.layout = layout;
    }

    /**
     * What was put aside.
     *
     * @param name a domain's name, or a file's
     * @param definition of a domain, as libvirt takes it
     * @param autostart whether the domain is started with its host
     */
    public record Note(
            OrphanKey orphan, String name, @Nullable String definition, boolean autostart) {}

    /** Makes the directory and throws away what a killed agent left in it. */
    public void open() throws IOException {
        Path folder = layout.quarantine();
        if (!Files.exists(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            DurableFile.force(layout.pool());
        }
        try (var left = Files.newDirectoryStream(folder, ".*.part")) {
            for (Path part : left) {
                FileTree.delete(part);
            }
        }
    }

    /** What is in the pool of others than these, and all that was put aside. */
    public List<ObservedOrphan> orphans(Set<UUID> known) throws HypervisorFault {
        var found = new ArrayList<ObservedOrphan>();
        try {
            for (Path folder : children(layout.instances())) {
                boolean files = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
                var id = layout.instanceAt(folder).filter(instance -> files);
                lost(OrphanKind.INSTANCE_FILES, id, folder, known).ifPresent(found::add);
            }
            for (Path file : children(layout.volumes())) {
                if (layout.volumeOrNoteAt(file).filter(known::contains).isEmpty()) {
                    lost(OrphanKind.VOLUME, layout.volumeAt(file), file, known)
                            .ifPresent(found::add);
                }
            }
            for (Path folder : children(layout.quarantine())) {
                noted(folder).ifPresent(found::add);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw StorageFault.of("orphans", e);
        }
        return List.copyOf(found);
    }

    private Optional<ObservedOrphan> lost(
            OrphanKind kind, Optional<UUID> id, Path file, Set<UUID> known) throws IOException {
        if (id.filter(known::contains).isPresent()) {
            return Optional.empty();
        }
        try {
            var extent = FileTree.extent(file);
            return Optional.of(
                    new ObservedOrphan(
                            new OrphanKey(
                                    id.isPresent() ? kind : OrphanKind.FILE, layout.place(file)),
                            id.orElse(null),
                            String.valueOf(file.getFileName()),
                            extent.bytes(),
                            extent.modified(),
                            false));
        } catch (NoSuchFileException e) {
            // Gone since it was listed.
            return Optional.empty();
        }
    }

    private static Optional<ObservedOrphan> noted(Path folder) throws IOException {
        Path files = files(folder);
        try {
            var note = note(folder);
            var extent = FileTree.isThere(files) ? FileTree.extent(files) : null;
            return Optional.of(
                    new ObservedOrphan(
                            note.orphan(),
                            null,
                            note.name(),
                            extent == null ? 0 : extent.bytes(),
                            extent == null ? null : extent.modified(),
                            true));
        } catch (NoSuchFileException e) {
            // Put back or deleted since it was listed.
            return Optional.empty();
        }
    }

    /** Files that are about to get their names or places are none yet. */
    private static List<Path> children(Path folder) throws IOException {
        var children = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!name.startsWith(".")
                        || !(name.endsWith(".part") || name.endsWith(VolumeCopies.WHOLE))) {
                    children.add(file);
                }
            }
        } catch (NoSuchFileException e) {
            // Nothing was ever kept there.
        }
        return children;
    }

    /**
     * Takes note of what is being put aside.
     *
     * @throws HypervisorFault if something else was put aside from the same place
     */
    public void enter(Note note) throws HypervisorFault {
        Path folder = layout.quarantine(note.orphan());
        Path part = layout.quarantine().resolve("." + note.orphan().id() + ".part");
        try {
            if (FileTree.isThere(folder)) {
                if (!note(folder).equals(note)) {
                    throw new HypervisorFault(
                            HypervisorFault.Kind.REFUSED,
                            "another %s was put aside before; release or delete that first"
                                    .formatted(note.name()));
                }
                return;
            }
            FileTree.delete(part);
            Files.createDirectory(part);
            DurableFile.write(noteFile(part), JSON.writeValueAsBytes(note));
            Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
            DurableFile.force(layout.quarantine());
        } catch (IOException e) {
            throw fault(note.orphan(), e);
        }
    }

    /** What was noted of it; nothing if it was not put aside. */
    public Optional<Note> note(OrphanKey orphan) throws HypervisorFault {
        try {
            return Optional.of(note(layout.quarantine(orphan)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw fault(orphan, e);
        }
    }

    /** Moves files aside. */
    public void putAside(OrphanKey orphan) throws HypervisorFault {
        Path from = place(orphan);
        enter(new Note(orphan, String.valueOf(from.getFileName()), null, false));
        move(orphan, from, files(layout.quarantine(orphan)));
    }

    /** Moves files back to where they were; the note stays. */
    public void putBack(OrphanKey orphan) throws HypervisorFault {
        move(orphan, files(layout.quarantine(orphan)), place(orphan));
    }

    /** One that is there already was moved, or nothing is overwritten. */
    private static void move(OrphanKey orphan, Path from, Path to) throws HypervisorFault {
        try {
            if (!FileTree.isThere(from)) {
                return;
            }
            if (FileTree.isThere(to)) {
                throw new HypervisorFault(
                        HypervisorFault.Kind.REFUSED, to + " is there already; it is left alone");
            }
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            DurableFile.force(parent(to));
            DurableFile.force(parent(from));
        } catch (IOException e) {
            throw fault(orphan, e);
        }
    }

    /** Deletes what was put aside, and last what was noted of it. */
    public void purge(OrphanKey orphan) throws HypervisorFault {
        Path folder = layout.quarantine(orphan);
        try {
            FileTree.delete(files(folder));
            FileTree.delete(folder);
            DurableFile.force(layout.quarantine());
        } catch (IOException e) {
            throw fault(orphan, e);
        }
    }

    /** What the controller says is a path in this pool must be one. */
    private Path place(OrphanKey orphan) throws HypervisorFault {
        return layout.at(orphan.place())
                .orElseThrow(() ->
                        new HypervisorFault(
                                HypervisorFault.Kind.REFUSED,
                                orphan.place()
                                        + " is no place of an instance's or a volume's files"));
    }

    private static Note note(Path folder) throws IOException {
        Path file = noteFile(folder);
        try {
            return JSON.readValue(Files.readAllBytes(file), Note.class);
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is damaged: " + e.getOriginalMessage(), e);
        }
    }

    private static Path noteFile(Path folder) {
        return folder.resolve("orphan.json");
    }

    private static Path files(Path folder) {
        return folder.resolve("files");
    }

    private static Path parent(Path file) {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IllegalStateException(file + " is in no directory");
        }
        return folder;
    }

    private static HypervisorFault fault(OrphanKey orphan, IOException cause) {
        return StorageFault.of("orphan " + orphan.place(), cause);
    }
}
