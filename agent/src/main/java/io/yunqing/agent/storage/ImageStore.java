package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The images of a host, each fetched once and named by its digest.
 *
 * <p>A file with an image's name is that image: the name is given, atomically, when the bytes are on disk and were
 * found to be what was promised. It never changes again, as overlays stand on it.
 */
public final class ImageStore {

    private static final Logger LOG = Logger.getLogger(ImageStore.class.getName());
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

    /** A server that sends nothing for so long is given up on. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final Set<String> SCHEMES = Set.of("file", "http", "https");

    private final Layout layout;
    private final PoolRoom room;
    private final Set<ImageSource> held = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<String, Object> fetching = new ConcurrentHashMap<>();

    public ImageStore(Layout layout, PoolRoom room) {
        this.layout = layout;
        this.room = room;
    }

    /** Makes the directory and throws away what a killed fetch left in it. */
    public void open() throws IOException {
        Files.createDirectories(layout.images());
        try (var left = Files.newDirectoryStream(layout.images(), ".*.part")) {
            for (Path part : left) {
                Files.delete(part);
            }
        }
    }

    /** Whether it was here when last looked at; touches nothing. */
    public boolean holds(ImageSource image) {
        return held.contains(image);
    }

    /** Sees to it that the image is here. Those who want the same one wait for one fetch. */
    public void fetch(ImageSource image) throws HypervisorFault {
        synchronized (fetching.computeIfAbsent(image.sha256(), sha256 -> new Object())) {
            Path file = layout.image(image);
            if (!Files.exists(file)) {
                download(image, file);
            }
            held.add(image);
        }
    }

    /** The image's file, for an overlay to stand on. */
    Path file(ImageSource image) throws HypervisorFault {
        Path file = layout.image(image);
        if (!Files.exists(file)) {
            held.remove(image);
            throw fault(image, file + " is gone; it will be fetched again", null);
        }
        return file;
    }

    /** The size of the disk that the image describes, in bytes. */
    static long virtualSize(ImageSource image, Path file) throws IOException {
        return image.format() == ImageFormat.QCOW2
                ? Qcow2Header.read(file).virtualSize()
                : Files.size(file);
    }

    private void download(ImageSource image, Path file) throws HypervisorFault {
        Path part = null;
        try {
            part =
                    Files.createTempFile(
                            layout.images(), "." + image.sha256().substring(0, 12), ".part");
            String sha256 = copy(image, part);
            if (!sha256.equals(image.sha256())) {
                throw fault(
                        image,
                        "the bytes behind its url have sha256 %s, promised was %s"
                                .formatted(sha256, image.sha256()),
                        null);
            }
            String objection =
                    image.format() == ImageFormat.QCOW2 ? Qcow2Header.read(part).objection() : null;
            if (objection != null) {
                throw fault(image, objection, null);
            }
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("r--r--r--"));
            DurableFile.publish(part, file);
            LOG.info("image %s fetched from %s".formatted(image.name(), image.url()));
        } catch (IOException | IllegalArgumentException e) {
            throw fault(image, e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        } finally {
            deleteQuietly(part);
        }
    }

    private String copy(ImageSource image, Path part) throws IOException {
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
        long free = room.toGive();
        requireRoom(connection.getContentLengthLong(), free);
        try (InputStream bytes = connection.getInputStream();
                OutputStream out = Files.newOutputStream(part)) {
            var digested = new DigestInputStream(bytes, sha256());
            var buffer = new byte[256 * 1024];
            long copied = 0;
            for (int n = digested.read(buffer); n >= 0; n = digested.read(buffer)) {
                copied += n;
                requireRoom(copied, free);
                out.write(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digested.getMessageDigest().digest());
        }
    }

    private static void requireRoom(long needed, long free) throws IOException {
        if (needed > free) {
            throw new IOException(
                    "it needs %d MiB and the pool has %d MiB to give; free some space"
                            .formatted(needed >> 20, Math.max(0, free >> 20)));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static void deleteQuietly(@Nullable Path part) {
        try {
            if (part != null) {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            LOG.fine(() -> part + " stays until the next start: " + e.getMessage());
        }
    }

    private static HypervisorFault fault(ImageSource image, String why, @Nullable Throwable cause) {
        return new HypervisorFault(
                HypervisorFault.Kind.IMAGE,
                "image %s (%s): %s".formatted(image.name(), image.url(), why),
                cause);
    }
}
