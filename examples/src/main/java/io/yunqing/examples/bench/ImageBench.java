package io.yunqing.examples.bench;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.ImageStore;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.PoolRoom;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.examples.cloud.Repository;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * How long the agent takes to import a sparse image of 10 GB with 300 MB of random data, beside {@code qemu-img convert} of the same file, which
 * checks no digest and reads no header. Both end when the bytes of what they made are on the disk.
 */
public final class ImageBench {
    private static final long DISK_BYTES = 10_000_000_000L;
    private static final int DATA_MIB = 300;
    private static final int PIECE_MIB = 4;
    private static final int WARM_UP = 1;
    private static final int ROUNDS = 7;
    private static final int DISK_GIB = 10;

    private ImageBench() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Repository.find().root().resolve(".yunqing/bench-image");
        Files.createDirectories(folder);
        Path vmdk = image(folder);
        String sha256 = run("sha256sum", vmdk.toString()).split(" ")[0];
        var image =
                new ImageSource(
                        "bench", vmdk.toUri().toString(), sha256, ImageFormat.VMDK, DISK_GIB);
        List<Double> ours = new ArrayList<>();
        List<Double> alone = new ArrayList<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            double converted = convert(vmdk, folder.resolve("alone.qcow2"));
            double imported = fetch(image, folder.resolve("pool"));
            if (round >= 0) {
                alone.add(converted);
                ours.add(imported);
            }
        }
        double own = Figures.median(ours);
        double qemu = Figures.median(alone);
        new Figures("image")
                .tell("import", own, "ms")
                .tell("qemu_img_convert", qemu, "ms")
                .holdAtLeast("convert_ratio", qemu / own, "times", 0.8)
                .publish();
    }

    /** Made once: the data in pieces all over the disk. */
    private static Path image(Path folder) throws IOException, InterruptedException {
        Path vmdk = folder.resolve("sparse.vmdk");
        if (Files.exists(vmdk)) {
            return vmdk;
        }
        Path raw = folder.resolve("sparse.raw");
        var random = new Random(10);
        var piece = new byte[PIECE_MIB << 20];
        int pieces = DATA_MIB / PIECE_MIB;
        try (var disk = new RandomAccessFile(raw.toFile(), "rw")) {
            disk.setLength(DISK_BYTES);
            for (int i = 0; i < pieces; i++) {
                random.nextBytes(piece);
                disk.seek(DISK_BYTES / pieces * i / 512 * 512);
                disk.write(piece);
            }
        }
        Path part = folder.resolve("sparse.vmdk.part");
        run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", raw.toString(), part.toString());
        Files.delete(raw);
        return Files.move(part, vmdk);
    }

    private static double convert(Path from, Path to) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        run("qemu-img", "convert", "-f", "vmdk", "-O", "qcow2", from.toString(), to.toString());
        try (var written = FileChannel.open(to)) {
            written.force(true);
        }
        double millis = (System.nanoTime() - begin) / 1e6;
        Files.delete(to);
        return millis;
    }

    private static double fetch(ImageSource image, Path pool) throws IOException, HypervisorFault {
        Files.createDirectories(pool);
        var layout = new Layout(pool);
        var images =
                new ImageStore(
                        layout,
                        new PoolRoom(pool),
                        path -> {
                            throw new IOException("there is no controller to have " + path);
                        });
        images.open();
        long begin = System.nanoTime();
        images.fetch(image);
        double millis = (System.nanoTime() - begin) / 1e6;
        Files.delete(layout.image(image));
        return millis;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
        return said;
    }
}
