package io.yunqing.agent.storage;

import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.OrphanKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where things stand in a pool's directory. Paths are made of ids and digests only, never of names that somebody chose.
 */
public record Layout(Path pool) implements VolumePaths {

    private static final Pattern IMAGE =
            Pattern.compile("([0-9a-f]{64})(?:\\.(raw|vmdk|vhd|vhdx))?\\.qcow2");

    private static final String VOLUME_SUFFIX = ".qcow2";

    /** The bytes of sun_path, without the one that ends it. */
    private static final int LONGEST_SOCKET = 107;

    private static final String RESTORE_SUFFIX = ".restore";

    static final String WIPE_SUFFIX = ".wipe";

    public Path images() {
        return pool.resolve("images");
    }

    /** Always a qcow2; the same bytes read in another format are another image. */
    public Path image(ImageSource image) {
        String origin =
                image.format() == ImageFormat.QCOW2
                        ? ""
                        : "." + image.format().name().toLowerCase(Locale.ROOT);
        return images().resolve(image.sha256() + origin + ".qcow2");
    }

    /** Which image a file of {@link #images} is; null of what is none, or is of an agent that named them otherwise. */
    static ImageFacts.@Nullable Key imageAt(Path file) {
        var name = IMAGE.matcher(String.valueOf(file.getFileName()));
        return name.matches()
                ? new ImageFacts.Key(
                        name.group(1),
                        name.group(2) == null
                                ? ImageFormat.QCOW2
                                : ImageFormat.valueOf(name.group(2).toUpperCase(Locale.ROOT)))
                : null;
    }

    /** What is known of an image's file. */
    Path note(Path image) {
        return image.resolveSibling(image.getFileName() + ".note");
    }

    /** An empty disk of a size on an image, that instances' disks are copies of. */
    public Path overlay(ImageSource image, int gibibytes) {
        return image(image)
                .resolveSibling(image(image).getFileName() + "." + gibibytes + ".overlay");
    }

    public Path instances() {
        return pool.resolve("instances");
    }

    public Path instance(UUID id) {
        return instances().resolve(id.toString());
    }

    public Path disk(UUID id) {
        return instance(id).resolve("disk.qcow2");
    }

    /** The disk that an instance is started from while it is rescued. */
    public Path rescue(UUID id) {
        return instance(id).resolve("rescue.qcow2");
    }

    /** What its UEFI firmware remembers; another one while it is rescued. */
    public Path nvram(UUID id, boolean rescued) {
        return instance(id).resolve(rescued ? "rescue-nvram.fd" : "nvram.fd");
    }

    public Path seed(UUID id) {
        return instance(id).resolve("seed.iso");
    }

    /** Of which rebuild disk and seed are. */
    Path rebuild(UUID id) {
        return instance(id).resolve("rebuild");
    }

    public Path console(UUID id) {
        return instance(id).resolve("console.log");
    }

    /** The sockets of consoles. Their names are short, as a socket's path is: those of instances' directories would be too long. */
    public Path sockets() {
        return pool.resolve("tty");
    }

    /** Where an instance's console is used; nowhere when the pool's own path is too long for a socket's. */
    public Optional<Path> socket(UUID id) {
        Path socket = sockets().resolve(id.toString().replace("-", ""));
        return socket.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_SOCKET
                ? Optional.of(socket)
                : Optional.empty();
    }

    public Path volumes() {
        return pool.resolve("volumes");
    }

    public Path volume(UUID id) {
        return volumes().resolve(id + VOLUME_SUFFIX);
    }

    @Override
    public DiskSource source(UUID id) {
        return new DiskSource.File(volume(id));
    }

    @Override
    public Optional<UUID> volumeAt(DiskSource source) {
        return source instanceof DiskSource.File(Path path) ? volumeAt(path) : Optional.empty();
    }

    /** Whose file this is, if it is a volume's. */
    public Optional<UUID> volumeAt(Path file) {
        String name = String.valueOf(file.getFileName());
        return volumes().equals(file.getParent()) && name.endsWith(VOLUME_SUFFIX)
                ? id(name.substring(0, name.length() - VOLUME_SUFFIX.length()))
                : Optional.empty();
    }

    /** Of which restore a volume is. */
    Path restore(UUID id) {
        return volumes().resolve(id + RESTORE_SUFFIX);
    }

    /** How far a volume is overwritten. */
    Path wipe(UUID id) {
        return volumes().resolve(id + WIPE_SUFFIX);
    }

    /** Whose file this is, if it belongs to a volume: the volume itself, or a note on it. */
    Optional<UUID> volumeOrNoteAt(Path file) {
        String name = String.valueOf(file.getFileName());
        for (String suffix : List.of(RESTORE_SUFFIX, WIPE_SUFFIX)) {
            if (name.endsWith(suffix)) {
                return volumeAt(file.resolveSibling(name.replace(suffix, VOLUME_SUFFIX)));
            }
        }
        return volumeAt(file);
    }

    /** Whose directory this is, if it is an instance's. */
    Optional<UUID> instanceAt(Path folder) {
        return instances().equals(folder.getParent())
                ? id(String.valueOf(folder.getFileName()))
                : Optional.empty();
    }

    private static Optional<UUID> id(String word) {
        try {
            // What UUID takes for an id may be written in another way.
            return Optional.of(UUID.fromString(word)).filter(id -> id.toString().equals(word));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Backups on their way to a repository. */
    Path backups() {
        return pool.resolve("backups");
    }

    Path stagedBackup(UUID id) {
        return backups().resolve(id + ".qcow2");
    }

    /** What is known of a backup on its way. */
    Path stagedNote(UUID id) {
        return backups().resolve(id + ".json");
    }

    /** What was put aside. */
    Path quarantine() {
        return pool.resolve("quarantine");
    }

    Path quarantine(OrphanKey orphan) {
        return quarantine().resolve(orphan.id().toString());
    }

    /** A path as it is named in reports. */
    String place(Path file) {
        return pool.relativize(file).toString();
    }

    /** The path of that name, if instances or volumes are kept there. */
    Optional<Path> at(String place) {
        try {
            Path file = pool.resolve(place);
            Path folder = file.getParent();
            boolean plain = file.equals(file.normalize());
            return plain && (instances().equals(folder) || volumes().equals(folder))
                    ? Optional.of(file)
                    : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * A number that was noted; 0 where nothing was.
     *
     * @param what what is not known when the note is damaged
     */
    static int count(Path note, String what) throws IOException {
        try {
            return Integer.parseInt(Files.readString(note));
        } catch (NoSuchFileException e) {
            return 0;
        } catch (NumberFormatException e) {
            throw new IOException(note + " is damaged, and so it is not known " + what, e);
        }
    }
}
