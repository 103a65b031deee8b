package io.yunqing.agent.storage;

import io.yunqing.agent.platform.Tool;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Brings the bytes behind an image's url, as many as the pool has to give, and takes their digest: of what comes over a network
 * on its way, of what is on this host while others already look at it.
 */
final class ImageDownload {

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

    /** A server that sends nothing for so long is given up on. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** A file server that hangs is given up on. */
    private static final Duration COPY_WITHIN = Duration.ofHours(2);

    private static final Set<String> SCHEMES = Set.of("file", "http", "https");

    private static final int BLOCK = 256 * 1024;
    private static final byte[] ZEROS = new byte[BLOCK];

    private ImageDownload() {}

    /**
     * An image's bytes, all of them here.
     *
     * @param file where
     * @param sha256 their digest, which may be known later
     * @param stamp by which it shows whether the file was changed since
     */
    record Fetched(Path file, CompletableFuture<String> sha256, String stamp) {

        /** Insists on the promised digest. */
        void require(ImageSource image) throws IOException {
            String found;
            try {
                found = sha256.join();
            } catch (CompletionException e) {
                throw new IOException("its digest cannot be taken: " + e.getCause(), e);
            }
            if (!found.equals(image.sha256())) {
                throw new IOException(
                        "the bytes behind its url have sha256 %s, promised was %s"
                                .formatted(found, image.sha256()));
            }
            if (!stamp.equals(stampOf(file))) {
                throw new IOException(file + " was changed while it was read");
            }
        }
    }

    /**
     * Brings them.
     *
     * @param part where to, there already; a file of this host that everybody may read stays where it is unless it is to be kept
     * @param kept whether the image is used as it is
     */
    static Fetched of(ImageSource image, Path part, boolean kept, PoolRoom room)
            throws IOException {
        URI url = URI.create(image.url());
        if (url.getScheme() == null || !SCHEMES.contains(url.getScheme())) {
            throw new IOException("the url must begin with file:, http: or https:");
        }
        if (!url.getScheme().equals("file")) {
            String sha256 = copy(open(url), part, room);
            return readable(part, CompletableFuture.completedFuture(sha256));
        }
        Path file = Path.of(url);
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file " + file);
        }
        if (!kept
                && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
            return new Fetched(file, digest(file), stampOf(file));
        }
        requireRoom(Files.size(file), room.toGive());
        // Knows holes, and file systems that need not copy at all.
        Tool.run(
                COPY_WITHIN,
                List.of("cp", "--reflink=auto", "--sparse=auto", file.toString(), part.toString()));
        return readable(part, digest(part));
    }

    private static Fetched readable(Path part, CompletableFuture<String> sha256)
            throws IOException {
        Files.setPosixFilePermissions(part, ImageStore.READABLE);
        return new Fetched(part, sha256, stampOf(part));
    }

    private static CompletableFuture<String> digest(Path file) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return sha256(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Whoever changes a file, or puts another in its place, changes this. */
    private static String stampOf(Path file) throws IOException {
        return Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime").toString();
    }

    private static URLConnection open(URI url) throws IOException {
        URLConnection connection = url.toURL().openConnection();
        connection.setUseCaches(false);
        connection.setConnectTimeout((int) CONNECT_WITHIN.toMillis());
        connection.setReadTimeout((int) SILENCE.toMillis());
        if (connection instanceof HttpURLConnection http && http.getResponseCode() != 200) {
            throw new IOException("the server answered " + http.getResponseCode());
        }
        return connection;
    }

    private static String copy(URLConnection from, Path part, PoolRoom room) throws IOException {
        long free = room.toGive();
        requireRoom(from.getContentLengthLong(), free);
        var digest = sha256();
        var buffer = new byte[BLOCK];
        long copied = 0;
        try (InputStream bytes = from.getInputStream();
                var out = new RandomAccessFile(part.toFile(), "rw")) {
            for (int n = bytes.readNBytes(buffer, 0, BLOCK);
                    n > 0;
                    n = bytes.readNBytes(buffer, 0, BLOCK)) {
                digest.update(buffer, 0, n);
                copied += n;
                requireRoom(copied, free);
                if (Arrays.equals(buffer, 0, n, ZEROS, 0, n)) {
                    // What is nothing but zeros takes no room.
                    out.setLength(copied);
                    out.seek(copied);
                } else {
                    out.write(buffer, 0, n);
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void requireRoom(long needed, long free) throws IOException {
        if (needed > free) {
            throw new IOException(
                    "it needs %d MiB and the pool has %d MiB to give; free some space"
                            .formatted(needed >> 20, Math.max(0, free >> 20)));
        }
    }

    /** The digest of a file that is here. */
    static String sha256(Path file) throws IOException {
        var digest = sha256();
        try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
