package io.yunqing.controller.datafolder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The controller's own folder, held by this process until it is closed or the process ends. */
public final class DataFolder implements AutoCloseable {
    public static final String SETTING = "YUNQING_DATA";

    /**
     * What this process holds. The operating system's lock belongs to the process and is lost as soon as the process
     * closes any handle of the file, so a second opening in the same process must be refused before it touches it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final int LONGEST_PID = 20;

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Creates the folder if need be and takes it, or refuses, naming the process that has it. */
    public static DataFolder open(Path folder) {
        try {
            Path path = PrivateFile.folder(folder.toAbsolutePath().normalize()).toRealPath();
            if (!HELD.add(path)) {
                throw held(path, Long.toString(ProcessHandle.current().pid()));
            }
            try {
                return new DataFolder(path, lock(path));
            } catch (IOException | RuntimeException e) {
                HELD.remove(path);
                throw e;
            }
        } catch (IOException e) {
            throw new StartRefused(
                    SETTING,
                    folder,
                    "the folder cannot be created or written (" + e + ")",
                    "name a folder on a local disk that the user "
                            + System.getProperty("user.name")
                            + " may write",
                    e);
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        path.resolve("lock"),
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            if (channel.tryLock() == null) {
                throw held(path, holder(channel));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            Long.toString(ProcessHandle.current().pid())
                                    .getBytes(StandardCharsets.US_ASCII)),
                    0);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(LONGEST_PID);
        channel.read(pid, 0);
        return StandardCharsets.US_ASCII.decode(pid.flip()).toString().strip();
    }

    private static StartRefused held(Path path, String pid) {
        return new StartRefused(
                SETTING,
                path,
                "another controller (process " + pid + ") is using this folder",
                "stop that one first, or give this one a folder of its own");
    }

    public Path path() {
        return path;
    }

    public Path resolve(String name) {
        return path.resolve(name);
    }

    public PrivateFile file(String name) {
        return new PrivateFile(path.resolve(name));
    }

    /** Removes a folder with all that is in it, whether or not it is there. */
    public static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var tree = Files.walk(folder)) {
            for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // The lock ends with the process at the latest, and nothing was written through this
            // handle.
            System.getLogger(DataFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "could not release " + path, e);
        } finally {
            HELD.remove(path);
        }
    }
}
