package io.yunqing.controller.datafolder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** A file that only its owner may read, replaced as a whole or not at all. */
public record PrivateFile(Path path) {
    private static final int SECRET_BYTES = 32;

    /** Replaces the content; when this returns, the new content survives a power cut. */
    public void write(byte[] content) throws IOException {
        Path next = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(next);
        try (FileChannel channel =
                FileChannel.open(
                        next,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolder(path.resolveSibling("."));
    }

    public void write(String content) throws IOException {
        write(content.getBytes(StandardCharsets.UTF_8));
    }

    public String read() throws IOException {
        return Files.readString(path).strip();
    }

    /** The secret kept here: 32 random bytes, base64url, made at the first call and the same ever after. */
    public String secret(SecureRandom random) throws IOException {
        if (!Files.exists(path)) {
            byte[] bytes = new byte[SECRET_BYTES];
            random.nextBytes(bytes);
            write(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "\n");
        }
        String secret = read();
        if (secret.isEmpty()) {
            throw new IOException(path + " is empty: restore it from a backup, or delete it");
        }
        return secret;
    }

    /** Creates a folder only its owner may enter; one that exists is left as it is. */
    public static Path folder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        return folder;
    }

    /** Makes renames and new names in a folder survive a power cut. */
    public static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
