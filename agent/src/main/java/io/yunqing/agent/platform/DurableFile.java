package io.yunqing.agent.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that are there whole or not at all, whenever the machine stops. */
public final class DurableFile {

    private DurableFile() {}

    /** Replaces {@code file}, readable by its owner only. */
    public static void write(Path file, byte[] content) throws IOException {
        make(file, content);
        forceFolder(file);
    }

    /** As {@link #write}, but a power failure may take the name away again: for what can be made anew. */
    public static void make(Path file, byte[] content) throws IOException {
        Path tmp = file.resolveSibling("." + file.getFileName() + ".tmp");
        Files.deleteIfExists(tmp);
        var owner = PosixFilePermissions.fromString("rw-------");
        try (var out =
                FileChannel.open(
                        tmp,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(owner))) {
            var buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        }
        name(tmp, file);
    }

    /**
     * Gives a finished temporary file its name, after its bytes have reached the disk. A power failure may take the name
     * away again, never the bytes behind it: for what can be made anew.
     */
    public static void name(Path tmp, Path file) throws IOException {
        force(tmp);
        Files.move(tmp, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Gives a finished temporary file its name for good: both its bytes and its name have reached the disk. */
    public static void publish(Path tmp, Path file) throws IOException {
        name(tmp, file);
        forceFolder(file);
    }

    /**
     * As {@link #publish}, but what has the name already keeps it: of several who make the same thing on storage that they share, one is
     * first.
     *
     * @return whether it was this one
     */
    public static boolean publishNew(Path tmp, Path file) throws IOException {
        force(tmp);
        try {
            Files.createLink(file, tmp);
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.delete(tmp);
        }
        forceFolder(file);
        return true;
    }

    private static void forceFolder(Path file) throws IOException {
        var folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            force(folder);
        }
    }

    /** Brings a file's bytes, or a directory's names, to the disk. */
    public static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
