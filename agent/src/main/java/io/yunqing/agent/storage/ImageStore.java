package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.ImageObserved;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The images of a host, each fetched once, named by its digest and a qcow2, whatever it was.
 *
 * <p>A file with an image's name is that image: the name is given, atomically, when the bytes are on disk and were
 * found to be what was promised. What its guests see in it never changes again, as overlays stand on it.
 */
public final class ImageStore {

    private static final Logger LOG = Logger.getLogger(ImageStore.class.getName());

    /** By the user that reads them in a sandbox, and by libvirt's. */
    static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("r--r--r--");

    private final Layout layout;
    private final PoolRoom room;
    private final ImageDownload download;
    private final ImageNotes notes;
    private final ImageFacts facts = new ImageFacts();
    private final InstantSource clock = InstantSource.system();
    private final Set<ImageSource> held = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<Path, Object> locks = new ConcurrentHashMap<>();

    /**
     * @param uploaded where those are that have no URL of their own
     */
    public ImageStore(Layout layout, PoolRoom room, ControllerFiles uploaded) {
        this.layout = layout;
        this.room = room;
        this.download = new ImageDownload(room, uploaded);
        this.notes = new ImageNotes(layout, clock);
    }

    /** Makes the directory, throws away what a killed fetch left in it, and takes note of what is there. */
    public void open() throws IOException {
        Files.createDirectories(layout.images());
        try (var left = Files.newDirectoryStream(layout.images(), ".*.{part,tmp}")) {
            for (Path part : left) {
                Files.delete(part);
            }
        }
        try (var found = Files.newDirectoryStream(layout.images(), "*.qcow2")) {
            for (Path file : found) {
                takeNote(file);
            }
        }
    }

    /** A damaged one is found out when it is needed. */
    private void takeNote(Path file) {
        var key = Layout.imageAt(file);
        if (key != null) {
            try {
                var header = Qcow2Header.read(file);
                if (header.magic() && header.virtualSize() >= 0) {
                    facts.good(key, header.virtualSize(), notes.checked(file));
                }
            } catch (IOException e) {
                LOG.warning("image %s cannot be read: %s".formatted(file, e));
            }
        }
    }

    /** What is known of images. */
    public List<ImageObserved> known() {
        return facts.all();
    }

    /** What was wished of an image was done as far as it can be. */
    public void answered(ImageDesired wish) {
        facts.answered(wish);
    }

    /** So many files stand on an image that is to go. */
    void stoodOn(ImageSource image, int disks) {
        facts.stoodOn(ImageFacts.Key.of(image), disks);
    }

    /** Whether it was here when last looked at; touches nothing. */
    public boolean holds(ImageSource image) {
        return held.contains(image);
    }

    /**
     * Sees to it that the image is here, and since this agent was started also that it is whole. Those who want the same one wait
     * for one fetch.
     */
    public void fetch(ImageSource image) throws HypervisorFault {
        Path file = layout.image(image);
        synchronized (lock(file)) {
            try {
                if (!held.contains(image) && !isGood(image, file)) {
                    bring(image, file);
                }
                held.add(image);
                facts.good(
                        ImageFacts.Key.of(image),
                        Qcow2Header.read(file).virtualSize(),
                        notes.checked(file));
            } catch (IOException | IllegalArgumentException e) {
                facts.bad(
                        ImageFacts.Key.of(image),
                        words(e),
                        e instanceof ImageRefused,
                        clock.instant());
                throw fault(image, words(e), e);
            }
        }
    }

    /** The image's file, for a disk to be made from. */
    public Path file(ImageSource image) throws HypervisorFault {
        Path file = layout.image(image);
        synchronized (lock(file)) {
            try {
                if (Files.exists(file) && notes.isUntouched(file)) {
                    notes.used(file);
                    return file;
                }
            } catch (IOException e) {
                throw fault(image, words(e), e);
            }
        }
        held.remove(image);
        throw fault(image, file + " is gone or was changed; it will be fetched again", null);
    }

    /** When something was last made from it. */
    Instant lastUsed(Path image) throws IOException {
        return notes.lastUsed(image);
    }

    /** Removes an image on which nothing stands, with all that belongs to it, unless it was used since. */
    boolean removeIfIdle(Path image, Instant since) throws IOException {
        synchronized (lock(image)) {
            if (!notes.lastUsed(image).isBefore(since)) {
                return false;
            }
            held.removeIf(source -> layout.image(source).equals(image));
            try (var overlays =
                    Files.newDirectoryStream(layout.images(), image.getFileName() + ".*.overlay")) {
                for (Path overlay : overlays) {
                    Files.delete(overlay);
                }
            }
            Files.delete(image);
            Files.deleteIfExists(layout.note(image));
            DurableFile.force(layout.images());
            var key = Layout.imageAt(image);
            if (key != null) {
                facts.gone(key);
            }
            return true;
        }
    }

    private Object lock(Path image) {
        return locks.computeIfAbsent(image, path -> new Object());
    }

    private boolean isGood(ImageSource image, Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        if (notes.isWhole(file)) {
            return true;
        }
        if (image.format() == ImageFormat.QCOW2
                && ImageDownload.sha256(file).equals(image.sha256())) {
            notes.write(file, file);
            return true;
        }
        LOG.warning("image %s is damaged in %s; it is fetched again".formatted(image.name(), file));
        return false;
    }

    private void bring(ImageSource image, Path file) throws IOException {
        Path part = part(image);
        Path converted = part(image);
        try {
            boolean kept = image.format() == ImageFormat.QCOW2;
            var fetched = download.fetch(image, part, kept);
            try {
                long disk = ImageCheck.require(image, fetched.file());
                if (!kept) {
                    ImageCheck.convert(image, fetched.file(), disk, converted, room);
                    Files.setPosixFilePermissions(converted, READABLE);
                }
            } catch (IOException e) {
                // What is wrong with other bytes than the promised ones is not worth knowing.
                fetched.require(image);
                throw e;
            }
            fetched.require(image);
            if (!kept) {
                // Before the disk is waited for: it need not have these bytes.
                deleteQuietly(part);
            }
            Path whole = kept ? part : converted;
            notes.write(whole, file);
            DurableFile.publish(whole, file);
            LOG.info("image %s fetched from %s".formatted(image.name(), image.url()));
        } finally {
            deleteQuietly(part);
            deleteQuietly(converted);
        }
    }

    private Path part(ImageSource image) throws IOException {
        return Files.createTempFile(
                layout.images(), "." + image.sha256().substring(0, 12) + ".", ".part");
    }

    private static void deleteQuietly(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            LOG.fine(() -> part + " stays until the next start: " + e.getMessage());
        }
    }

    /** The system's own exceptions may say no more than a path. */
    private static String words(Exception e) {
        return e.getClass() == IOException.class || e instanceof ImageRefused
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static HypervisorFault fault(ImageSource image, String why, @Nullable Throwable cause) {
        return new HypervisorFault(
                HypervisorFault.Kind.IMAGE,
                "image %s (%s): %s".formatted(image.name(), image.url(), why),
                cause);
    }
}
