package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.agent.platform.Tool;
import io.yunqing.agent.seed.SeedImage;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An instance's files: disk, seed, console log, together in one directory.
 *
 * <p>Each is made under another name and renamed when it is whole, so a file that is there is right, whenever the agent
 * was killed; what is missing is made by the next attempt.
 */
public final class InstanceFiles implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /** Disks, seed and console hold guests' secrets; libvirt gives its own user what it needs. */
    static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rw-------");

    /** libvirt's user must get to what it is given. */
    static final Set<PosixFilePermission> PASSABLE = PosixFilePermissions.fromString("rwx--x--x");

    private final Layout layout;
    private final ImageStore images;
    private final PoolRoom room;
    private final ExecutorService beside =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("seed-", 1).factory());

    public InstanceFiles(Layout layout, ImageStore images, PoolRoom room) {
        this.layout = layout;
        this.images = images;
        this.room = room;
    }

    /** Makes what is missing; seed and disk beside each other, as waiting for the disk is most of either. */
    public void prepare(InstanceDesired instance) throws HypervisorFault {
        try {
            Path folder = layout.instance(instance.id());
            if (!Files.exists(folder)) {
                Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PASSABLE));
            }
            boolean anew = rebuild(instance.id()) < instance.rebuild();
            var seed = CompletableFuture.runAsync(() -> makeSeed(instance, anew), beside);
            try {
                makeConsole(instance.id());
                makeDisks(instance, anew);
            } finally {
                seed.join();
            }
            if (anew) {
                // Last: who is killed before makes them anew again, which no guest has noticed.
                DurableFile.write(
                        layout.rebuild(instance.id()),
                        Integer.toString(instance.rebuild()).getBytes(StandardCharsets.US_ASCII));
            }
            // A domain is defined next; after a power failure it must not find its files' names
            // gone.
            DurableFile.force(folder);
            DurableFile.force(layout.instances());
        } catch (IOException e) {
            throw fault(instance.id(), e);
        } catch (CompletionException e) {
            throw fault(instance.id(), e.getCause() == null ? e : e.getCause());
        }
    }

    /** Of which rebuild disk and seed are. */
    private int rebuild(UUID id) throws IOException {
        return Layout.count(layout.rebuild(id), "what the disk is");
    }

    /** What firmware remembers is of the disk that it was started from, and goes with it. */
    private void makeDisks(InstanceDesired instance, boolean anew)
            throws IOException, HypervisorFault {
        UUID id = instance.id();
        if (instance.root() == null && (anew || !Files.exists(layout.disk(id)))) {
            makeDisk(instance.image(), instance.rootDiskGiB(), layout.disk(id));
            Files.deleteIfExists(layout.nvram(id, false));
        }
        Files.deleteIfExists(layout.nvram(id, true));
        var rescue = instance.machineOrPlain().rescue();
        if (rescue == null) {
            Files.deleteIfExists(layout.rescue(id));
        } else {
            makeDisk(rescue, gibibytes(images.file(rescue)), layout.rescue(id));
        }
    }

    private static int gibibytes(Path image) throws IOException {
        return Math.toIntExact(Math.ceilDiv(Qcow2Header.read(image).virtualSize(), 1L << 30));
    }

    private void makeDisk(ImageSource source, int gibibytes, Path disk)
            throws IOException, HypervisorFault {
        Path image = images.file(source);
        room.requireAny();
        long needed = Qcow2Header.read(image).virtualSize();
        if (needed > (long) gibibytes << 30) {
            throw new IOException(
                    "the root disk of %d GiB is too small for image %s, which needs %d MiB"
                            .formatted(gibibytes, source.name(), (needed + (1 << 20) - 1) >> 20));
        }
        Path overlay = overlay(source, image, gibibytes);
        Path tmp = disk.resolveSibling(".disk.tmp");
        Files.deleteIfExists(tmp);
        Files.copy(overlay, tmp);
        Files.setPosixFilePermissions(tmp, OWN);
        DurableFile.name(tmp, disk);
    }

    /**
     * An empty disk on the image, made once for its size. Nothing in it is an instance's own, and copying it takes a
     * fraction of the time that starting qemu-img does.
     */
    private Path overlay(ImageSource source, Path image, int gibibytes) throws IOException {
        Path overlay = layout.overlay(source, gibibytes);
        if (!Files.exists(overlay)) {
            Path tmp = Files.createTempFile(layout.images(), ".overlay-", ".part");
            try {
                Tool.run(
                        DEADLINE,
                        List.of(
                                "qemu-img",
                                "create",
                                "-q",
                                "-f",
                                "qcow2",
                                "-F",
                                "qcow2",
                                "-b",
                                image.toString(),
                                tmp.toString(),
                                gibibytes + "G"));
                DurableFile.name(tmp, overlay);
            } finally {
                Files.deleteIfExists(tmp);
            }
        }
        return overlay;
    }

    private void makeSeed(InstanceDesired instance, boolean anew) {
        Path seed = layout.seed(instance.id());
        try {
            if (anew || !Files.exists(seed)) {
                DurableFile.make(seed, SeedImage.of(instance));
            }
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    /** The log is made here so that it belongs to whoever reads it; QEMU only appends. */
    private void makeConsole(UUID id) throws IOException {
        Path console = layout.console(id);
        if (!Files.exists(console)) {
            Files.createFile(console, PosixFilePermissions.asFileAttribute(OWN));
        }
    }

    /** Deletes all of it; nothing being there is the aim, not an error. */
    public void erase(UUID id) throws HypervisorFault {
        try {
            FileTree.delete(layout.instance(id));
        } catch (IOException e) {
            throw fault(id, e);
        }
    }

    private static HypervisorFault fault(UUID id, Throwable cause) {
        return StorageFault.of("files of instance " + id, cause);
    }

    @Override
    public void close() {
        beside.shutdownNow();
    }
}
