package io.yunqing.agent.storage;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.yunqing.agent.platform.Tool;
import io.yunqing.api.Problem;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
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

    private static final JsonMapper JSON = new JsonMapper();
    private static final int BLOCK = 256 * 1024;
    private static final byte[] ZEROS = new byte[BLOCK];

    /** How often in a row a download is taken up again without a byte more. */
    private static final int BARREN = 5;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int PARTIAL = 206;

    private final PoolRoom room;
    private final ControllerFiles uploaded;

    ImageDownload(PoolRoom room, ControllerFiles uploaded) {
        this.room = room;
        this.uploaded = uploaded;
    }

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
                throw new ImageRefused(
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
    Fetched fetch(ImageSource image, Path part, boolean kept) throws IOException {
        URI url = URI.create(image.url());
        if (image.url().startsWith(ImageSource.ON_CONTROLLER)) {
            return readable(part, download(() -> uploaded.open(image.url()), part));
        }
        if (url.getScheme() == null || !SCHEMES.contains(url.getScheme())) {
            throw new IOException("the url must begin with file:, http: or https:");
        }
        if (!url.getScheme().equals("file")) {
            return readable(
                    part, download(() -> (HttpURLConnection) url.toURL().openConnection(), part));
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

    private static Fetched readable(Path part, String sha256) throws IOException {
        return readable(part, CompletableFuture.completedFuture(sha256));
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

    /** Opens a connection to what is to be brought. */
    private interface Origin {
        HttpURLConnection open() throws IOException;
    }

    /** Brings the bytes, going on where a connection broke off, and returns their digest. */
    private String download(Origin origin, Path part) throws IOException {
        long free = room.toGive();
        try (var out = new RandomAccessFile(part.toFile(), "rw")) {
            var copy = new Copy(out, free);
            Duration pause = FIRST_PAUSE;
            for (int barren = 0; ; barren++) {
                long before = copy.copied;
                try {
                    copy.goOn(origin.open());
                    return HexFormat.of().formatHex(copy.digest.digest());
                } catch (Refused e) {
                    throw new IOException(e.getMessage(), e);
                } catch (IOException e) {
                    if (copy.copied == 0 || (copy.copied == before && barren == BARREN)) {
                        throw e;
                    }
                    if (copy.copied > before) {
                        barren = 0;
                        pause = FIRST_PAUSE;
                    }
                    rest(pause);
                    pause = pause.multipliedBy(2);
                }
            }
        }
    }

    /** What asking again does not change. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why);
        }
    }

    private static void rest(Duration pause) throws IOException {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download was interrupted");
        }
    }

    /** A file that is being brought, by as many connections as it takes. */
    private static final class Copy {

        private final MessageDigest digest = sha256();
        private final RandomAccessFile out;
        private final long free;
        private long copied;

        Copy(RandomAccessFile out, long free) {
            this.out = out;
            this.free = free;
        }

        /** Brings all that is missing; when it fails, what came is kept. */
        void goOn(HttpURLConnection connection) throws IOException {
            connection.setUseCaches(false);
            connection.setConnectTimeout((int) CONNECT_WITHIN.toMillis());
            connection.setReadTimeout((int) SILENCE.toMillis());
            if (copied > 0) {
                connection.setRequestProperty("Range", "bytes=" + copied + "-");
            }
            int status = connection.getResponseCode();
            if (status != 200 && status != PARTIAL) {
                throw refusal(connection, status);
            }
            long behind = status == PARTIAL ? copied : 0;
            long length = connection.getContentLengthLong();
            requireRoom(length < 0 ? -1 : behind + length);
            out.seek(copied);
            try (InputStream bytes = connection.getInputStream()) {
                // A server that knows no ranges begins anew.
                bytes.skipNBytes(copied - behind);
                take(bytes);
            }
            if (length >= 0 && copied < behind + length) {
                throw new EOFException(
                        "the connection ended after %d of %d bytes"
                                .formatted(copied, behind + length));
            }
        }

        private void take(InputStream bytes) throws IOException {
            var buffer = new byte[BLOCK];
            for (int n = bytes.readNBytes(buffer, 0, BLOCK);
                    n > 0;
                    n = bytes.readNBytes(buffer, 0, BLOCK)) {
                requireRoom(copied + n);
                write(buffer, n);
                digest.update(buffer, 0, n);
                copied += n;
            }
        }

        private void write(byte[] buffer, int n) throws Refused {
            try {
                if (Arrays.equals(buffer, 0, n, ZEROS, 0, n)) {
                    // What is nothing but zeros takes no room.
                    out.setLength(copied + n);
                    out.seek(copied + n);
                } else {
                    out.write(buffer, 0, n);
                }
            } catch (IOException e) {
                throw new Refused("the pool cannot be written: " + e.getMessage());
            }
        }

        private void requireRoom(long needed) throws Refused {
            try {
                ImageDownload.requireRoom(needed, free);
            } catch (IOException e) {
                throw new Refused(String.valueOf(e.getMessage()));
            }
        }
    }

    /** A server that is only busy is asked again. */
    private static IOException refusal(HttpURLConnection connection, int status)
            throws IOException {
        String words = "the server answered " + status;
        if (Problem.MEDIA_TYPE.equals(connection.getContentType())) {
            try (InputStream said = connection.getErrorStream()) {
                var problem = JSON.readTree(said.readNBytes(BLOCK));
                words += ": " + problem.path("detail").asText();
            }
        }
        return status == 503 ? new IOException(words) : new Refused(words);
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
