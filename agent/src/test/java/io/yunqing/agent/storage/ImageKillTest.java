package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.NoController;
import io.yunqing.agent.platform.Tool;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import is killed at any moment, with {@code kill -9}, and another one finds a clean pool. */
class ImageKillTest {

    private static final long SEED = 20261127;
    private static final int KILLS = 5;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir Path folder;

    @Test
    void aKilledImportLeavesTheWholeImageOrNothing() throws Exception {
        var random = new Random(SEED);
        var layout = new Layout(folder.resolve("pool"));
        var bytes = new byte[48 << 20];
        random.nextBytes(bytes);
        Path disk = Files.write(folder.resolve("disk"), bytes);
        try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(256 << 20);
        }
        var image =
                new ImageSource(
                        "test",
                        disk.toUri().toString(),
                        ImageDownload.sha256(disk),
                        ImageFormat.RAW,
                        1);
        for (int kill = 0; kill < KILLS; kill++) {
            var importing = importing(layout, image);
            importing.waitFor(random.nextInt(200, 1500), TimeUnit.MILLISECONDS);
            importing.destroyForcibly().waitFor();

            var images = new ImageStore(layout, new PoolRoom(folder), NoController.FILES);
            images.open();
            Path file = layout.image(image);
            Set<Path> whole = Set.of(file, layout.note(file));
            var left = filesIn(layout.images());
            assertTrue(whole.containsAll(left), "after kill " + kill + ": " + left);
            if (left.contains(file)) {
                compare(disk, file);
                Files.delete(file);
            }
        }
        var images = new ImageStore(layout, new PoolRoom(folder), NoController.FILES);
        images.fetch(image);
        compare(disk, images.file(image));
        assertEquals(2, filesIn(layout.images()).size());
    }

    private static void compare(Path disk, Path file) throws Exception {
        Tool.run(
                SOON,
                List.of(
                        "qemu-img",
                        "compare",
                        "-f",
                        "raw",
                        "-F",
                        "qcow2",
                        disk.toString(),
                        file.toString()));
    }

    private static Process importing(Layout layout, ImageSource image) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Importing.class.getName(),
                        layout.pool().toString(),
                        image.url(),
                        image.sha256())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** The one that is killed. */
    static final class Importing {
        private Importing() {}

        public static void main(String[] args) throws Exception {
            var layout = new Layout(Files.createDirectories(Path.of(args[0])));
            var images = new ImageStore(layout, new PoolRoom(layout.pool()), NoController.FILES);
            images.open();
            images.fetch(new ImageSource("test", args[1], args[2], ImageFormat.RAW, 1));
        }
    }

    private static Set<Path> filesIn(Path folder) throws Exception {
        if (!Files.exists(folder)) {
            return Set.of();
        }
        try (var files = Files.list(folder)) {
            return Set.copyOf(files.toList());
        }
    }
}
