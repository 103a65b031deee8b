package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.agent.platform.Tool;
import io.yunqing.agent.seed.SeedImage;
import io.yunqing.api.agent.InstanceDesired;
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
        Path image = images.file(instance.image());
        try {
            Path folder = layout.instance(instance.id());
            if (!Files.exists(folder)) {
                Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PASSABLE));
            }
            boolean anew = rebuild(instance.id()) < instance.rebuild();
            var seed = CompletableFuture.runAsync(() -> makeSeed(instance, anew), beside);
            try {
                makeConsole(instance.id());
                makeDisk(instance, image, anew);
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

    private void makeDisk(InstanceDesired instance, Path image, boolean anew) throws IOException {
        Path disk = layout.disk(instance.id());
        if (Files.exists(disk) && !anew) {
            return;
        }
        room.requireAny();
        long size = (long) instance.rootDiskGiB() << 30;
        long needed = Qcow2Header.read(image).virtualSize();
        if (needed > size) {
            throw new IOException(
                    "the root disk of %d GiB is too small for image %s, which needs %d MiB"
                            .formatted(
                                    instance.rootDiskGiB(),
                                    instance.image().name(),
                                    (needed + (1 << 20) - 1) >> 20));
        }
        Path overlay = overlay(instance, image, size);
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
    private Path overlay(InstanceDesired instance, Path image, long size) throws IOException {
        Path overlay = layout.overlay(instance.image(), instance.rootDiskGiB());
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
                                String.valueOf(size)));
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
