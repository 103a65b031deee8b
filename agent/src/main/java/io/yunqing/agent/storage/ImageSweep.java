package io.yunqing.agent.storage;

import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * Removes images that nothing in the pool stands on and from which nothing was made for long.
 *
 * <p>What stands on an image is read from the disks themselves, those that were put aside included: what the books say of them may be old. Where one
 * cannot be read nothing is removed.
 */
public final class ImageSweep implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ImageSweep.class.getName());
    private static final Duration EVERY = Duration.ofHours(1);

    /** From the use of an image to the disk that stands on it, at most. */
    private static final Duration IN_USE = Duration.ofMinutes(1);

    /** An image, and as {@code .raw} one of an agent that used these as they came. */
    private static final Pattern IMAGE =
            Pattern.compile("[0-9a-f]{64}(\\.(raw|vmdk|vhd|vhdx))?\\.qcow2|[0-9a-f]{64}\\.raw");

    private final Layout layout;
    private final ImageStore images;
    private final Duration keep;
    private final InstantSource clock;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("image-sweep").factory());

    /**
     * @param keep for how long an image is kept that nothing was made from
     */
    public ImageSweep(Layout layout, ImageStore images, Duration keep, InstantSource clock) {
        this.layout = layout;
        this.images = images;
        this.keep = keep;
        this.clock = clock;
    }

    /** Sweeps once an hour from now on. */
    public void start() {
        long minutes = EVERY.toMinutes();
        var _ = thread.scheduleWithFixedDelay(this::sweepOrSay, minutes, minutes, TimeUnit.MINUTES);
    }

    private void sweepOrSay() {
        try {
            sweep();
        } catch (IOException e) {
            LOG.warning("no image is removed, as not all disks can be read: " + e);
        } catch (RuntimeException e) {
            LOG.log(Level.SEVERE, "a defect of the agent; it carries on", e);
        }
    }

    /** Removes what may go. */
    void sweep() throws IOException {
        var idleSince = clock.instant().minus(keep);
        var candidates = new HashSet<Path>();
        try (var files = Files.newDirectoryStream(layout.images())) {
            for (Path file : files) {
                if (IMAGE.matcher(String.valueOf(file.getFileName())).matches()
                        && images.lastUsed(file).isBefore(idleSince)) {
                    candidates.add(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        if (candidates.isEmpty()) {
            return;
        }
        candidates.removeAll(stoodOn().keySet());
        for (Path image : candidates) {
            if (images.removeIfIdle(image, idleSince)) {
                LOG.info(
                        "image %s is removed: no disk stands on it, and none was made from it for %d days"
                                .formatted(image, keep.toDays()));
            }
        }
    }

    /**
     * Removes an image if nothing stands on it, however short a while ago it was used; whether it is not here any more. One that was
     * used within the last minute stays, as a disk may be about to stand on it.
     */
    public boolean removeRevoked(ImageSource image) throws IOException {
        Path file = layout.image(image);
        if (!FileTree.isThere(file)) {
            return true;
        }
        var idleSince = clock.instant().minus(IN_USE);
        int disks = stoodOn().getOrDefault(file, 0);
        images.stoodOn(image, disks);
        if (disks > 0 || !images.removeIfIdle(file, idleSince)) {
            return false;
        }
        LOG.info("image %s (%s) is removed: it was revoked".formatted(image.name(), file));
        return true;
    }

    /** How many files stand on which image. Of a name, wherever it leads: a pool may have been mounted elsewhere when a disk was made. */
    private Map<Path, Integer> stoodOn() throws IOException {
        var stoodOn = new HashMap<Path, Integer>();
        for (Path root : List.of(layout.instances(), layout.volumes(), layout.quarantine())) {
            if (FileTree.isThere(root)) {
                for (Path file : FileTree.files(root)) {
                    backing(file, stoodOn);
                }
            }
        }
        return stoodOn;
    }

    private void backing(Path file, Map<Path, Integer> stoodOn) throws IOException {
        try {
            var name = Qcow2Header.backingFile(file);
            if (name.isPresent()) {
                stoodOn.merge(layout.images().resolve(name.get().getFileName()), 1, Integer::sum);
            }
        } catch (NoSuchFileException e) {
            // Deleted since it was listed.
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
