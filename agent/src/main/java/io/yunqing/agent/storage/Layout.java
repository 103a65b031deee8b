package io.yunqing.agent.storage;

import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * Where things stand in a pool's directory. Paths are made of ids and digests only, never of names that somebody chose.
 */
public record Layout(Path pool) {

    private static final String VOLUME_SUFFIX = ".qcow2";

    public Path images() {
        return pool.resolve("images");
    }

    public Path image(ImageSource image) {
        return images().resolve(image.sha256() + "." + word(image));
    }

    /** An empty disk of a size on an image, that instances' disks are copies of. */
    public Path overlay(ImageSource image, int gibibytes) {
        return images().resolve(image.sha256() + "." + word(image) + "." + gibibytes + ".overlay");
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

    public Path seed(UUID id) {
        return instance(id).resolve("seed.iso");
    }

    public Path console(UUID id) {
        return instance(id).resolve("console.log");
    }

    public Path volumes() {
        return pool.resolve("volumes");
    }

    public Path volume(UUID id) {
        return volumes().resolve(id + VOLUME_SUFFIX);
    }

    /** Whose file this is, if it is a volume's. */
    public Optional<UUID> volumeAt(Path file) {
        String name = String.valueOf(file.getFileName());
        if (!volumes().equals(file.getParent()) || !name.endsWith(VOLUME_SUFFIX)) {
            return Optional.empty();
        }
        String word = name.substring(0, name.length() - VOLUME_SUFFIX.length());
        try {
            // What UUID takes for an id may be written in another way.
            return Optional.of(UUID.fromString(word)).filter(id -> id.toString().equals(word));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The format by the name that QEMU has for it. */
    static String word(ImageSource image) {
        return image.format().name().toLowerCase(Locale.ROOT);
    }
}
