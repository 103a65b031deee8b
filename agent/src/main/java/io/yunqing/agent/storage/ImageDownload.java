package io.yunqing.agent.storage;

import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** Brings the bytes behind an image's url, as many as the pool has to give, and insists on their digest. */
final class ImageDownload {

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

    /** A server that sends nothing for so long is given up on. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final Set<String> SCHEMES = Set.of("file", "http", "https");

    private static final int BLOCK = 256 * 1024;
    private static final byte[] ZEROS = new byte[BLOCK];

    private ImageDownload() {}

    static void to(Path part, ImageSource image, PoolRoom room) throws IOException {
        String sha256 = copy(open(image), part, room);
        if (!sha256.equals(image.sha256())) {
            throw new IOException(
                    "the bytes behind its url have sha256 %s, promised was %s"
                            .formatted(sha256, image.sha256()));
        }
    }

    private static URLConnection open(ImageSource image) throws IOException {
        URI url = URI.create(image.url());
        if (url.getScheme() == null || !SCHEMES.contains(url.getScheme())) {
            throw new IOException("the url must begin with file:, http: or https:");
        }
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

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
