package io.yunqing.agent.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.yunqing.agent.platform.Sandbox;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Makes sure of an image's bytes and makes a qcow2 of them. Whoever wrote the image may have meant harm: its header is read here, and
 * {@code qemu-img} reads it only in a {@link Sandbox}, in the format that was said.
 */
final class ImageCheck {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SILENCE = Duration.ofSeconds(60);

    /** To look at it, however much its metadata are. */
    private static final Sandbox.Bounds LOOKING =
            new Sandbox.Bounds(Duration.ofMinutes(5), SILENCE, 0);

    /** {@code qemu-img check} found clusters that nothing uses; the image is whole. */
    private static final int LEAKS = 3;

    private static final long MIB = 1 << 20;

    private ImageCheck() {}

    /**
     * Insists on an image that is whole, that names no other file, and whose disk fits into what was promised.
     *
     * @return the size of the disk that it describes, in bytes
     */
    static long require(ImageSource image, Path file) throws IOException {
        String objection = ImageHeader.objection(image.format(), file);
        if (objection != null) {
            throw new ImageRefused(objection);
        }
        JsonNode info = info(image, file);
        if (info.has("backing-filename")
                || info.at("/format-specific/data/data-file").isTextual()) {
            throw new ImageRefused(
                    "it names another file, which would let it read this host's files");
        }
        long bytes = info.path("virtual-size").asLong();
        if (image.minDiskGiB() != null && bytes > (long) image.minDiskGiB() << 30) {
            throw new ImageRefused(
                    "it describes a disk of %d MiB, more than its minDiskGiB of %d; correct spec.minDiskGiB"
                            .formatted((bytes + MIB - 1) / MIB, image.minDiskGiB()));
        }
        if (image.format() == ImageFormat.QCOW2 || image.format() == ImageFormat.VMDK) {
            check(image, file);
        }
        return bytes;
    }

    private static JsonNode info(ImageSource image, Path file) throws IOException {
        var outcome =
                Sandbox.read(
                        file,
                        LOOKING,
                        List.of(
                                "qemu-img",
                                "info",
                                "--output=json",
                                "-f",
                                ImageHeader.word(image.format()),
                                Sandbox.INPUT));
        if (outcome.exitCode() != 0) {
            IOException found = outcome.failure("qemu-img info", LOOKING);
            throw new ImageRefused(String.valueOf(found.getMessage()), found);
        }
        return JSON.readTree(outcome.output());
    }

    /** The other formats' readers look for what is missing themselves, or cannot. */
    private static void check(ImageSource image, Path file) throws IOException {
        var outcome =
                Sandbox.read(
                        file,
                        LOOKING,
                        List.of(
                                "qemu-img",
                                "check",
                                "-q",
                                "-f",
                                ImageHeader.word(image.format()),
                                Sandbox.INPUT));
        if (outcome.exitCode() != 0 && outcome.exitCode() != LEAKS) {
            IOException found = outcome.failure("it is damaged: qemu-img check", LOOKING);
            throw new ImageRefused(String.valueOf(found.getMessage()), found);
        }
    }

    /**
     * Makes a qcow2 of an image that was found good.
     *
     * @param disk the size of the disk that it describes, in bytes
     * @param part there already, and empty
     */
    static void convert(ImageSource image, Path file, long disk, Path part, PoolRoom room)
            throws IOException {
        long toGive = room.toGive();
        // Tables come on top of a disk that is full.
        long full = disk + disk / 512 + 16 * MIB;
        var bounds =
                new Sandbox.Bounds(
                        Duration.ofSeconds(60 + disk / (16 * MIB)),
                        SILENCE,
                        Math.max(0, Math.min(toGive, full)));
        var outcome =
                Sandbox.write(
                        file,
                        part,
                        bounds,
                        room::requireAny,
                        List.of(
                                "qemu-img",
                                "convert",
                                "-f",
                                ImageHeader.word(image.format()),
                                "-O",
                                "qcow2",
                                Sandbox.INPUT,
                                Sandbox.OUTPUT));
        if (outcome.exitCode() != 0) {
            throw outcome.failure("its conversion to qcow2", bounds);
        }
        Sandbox.own(part);
    }
}
