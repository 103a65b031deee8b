package io.yunqing.controller.storage;

import io.quarkus.runtime.configuration.MemorySize;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.datafolder.PrivateFile;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Where the bytes of uploaded images are: {@code SHA256.image} when they are whole, {@code ID.part} until then. All replicas
 * see the same folder.
 */
@ApplicationScoped
public class ImageFolder {
    private static final Pattern WHOLE = Pattern.compile("([0-9a-f]{64})\\.image");
    private static final Pattern PART = Pattern.compile("([0-9a-f-]{36})\\.part");
    private static final int BLOCK = 1 << 20;

    private final Path folder;
    private final long keptFree;

    ImageFolder(
            @ConfigProperty(name = "yunqing.data") String data,
            @ConfigProperty(name = "yunqing.images.folder") Optional<String> folder,
            @ConfigProperty(name = "yunqing.images.keep-free") MemorySize keptFree) {
        this.folder =
                folder.map(Path::of).orElseGet(() -> Path.of(data, "images")).toAbsolutePath();
        this.keptFree = keptFree.asLongValue();
    }

    /** What was written of an image is not there any more; undoes the transaction in which that shows. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final UUID image;

        Lost(UUID image) {
            super(null, null, false, false);
            this.image = image;
        }

        UUID image() {
            return image;
        }
    }

    /** The whole bytes of this digest, if they are here. */
    public Optional<Path> whole(String sha256) {
        return Optional.of(image(sha256)).filter(Files::isRegularFile);
    }

    /**
     * @param promised bytes of others that are still to come
     * @throws ProblemException if so much does not fit beside them
     */
    void requireRoom(long bytes, long promised) {
        try {
            PrivateFile.folder(folder);
            long free = Files.getFileStore(folder).getUsableSpace();
            if (bytes > free - keptFree - promised) {
                throw noRoom(
                        "%d bytes are to come, %s has %d free, %d are kept free and %d are promised to other uploads"
                                .formatted(bytes, folder, free, keptFree, promised));
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /**
     * Writes a piece behind what was received; it is on the disk when this returns.
     *
     * @param at how much was received; what a killed controller wrote behind that is overwritten
     * @throws Lost if less than that is there
     * @throws ProblemException if there is no room
     */
    void write(UUID image, long at, byte[] piece) {
        Path part = part(image);
        try {
            boolean fresh = !Files.exists(part);
            try (FileChannel channel =
                    FileChannel.open(
                            part,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")))) {
                if (channel.size() < at) {
                    throw new Lost(image);
                }
                channel.truncate(at);
                channel.position(at);
                ByteBuffer rest = ByteBuffer.wrap(piece);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            if (fresh) {
                PrivateFile.syncFolder(folder);
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** The digest of an image's bytes, whether or not they have their name yet. */
    String digest(UUID image, String sha256) {
        for (Path file : List.of(part(image), image(sha256))) {
            try (InputStream in = Files.newInputStream(file)) {
                MessageDigest digest = sha256();
                byte[] block = new byte[BLOCK];
                for (int n = in.read(block); n >= 0; n = in.read(block)) {
                    digest.update(block, 0, n);
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchFileException _) {
                // Perhaps it has its name already.
            } catch (IOException e) {
                throw unusable(e);
            }
        }
        throw new Lost(image);
    }

    /** Gives an image's bytes their name, unless that was done; it survives a power cut. */
    void publish(UUID image, String sha256) {
        try {
            if (Files.exists(part(image))) {
                Files.move(part(image), image(sha256), StandardCopyOption.ATOMIC_MOVE);
                PrivateFile.syncFolder(folder);
            } else if (whole(sha256).isEmpty()) {
                throw new Lost(image);
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    void deletePart(UUID image) {
        delete(part(image));
    }

    void deleteWhole(String sha256) {
        delete(image(sha256));
    }

    /** Of which images there are parts. */
    List<UUID> parts() {
        return named(PART, UUID::fromString);
    }

    /** Of which digests there are whole images. */
    List<String> wholes() {
        return named(WHOLE, Function.identity());
    }

    private <T> List<T> named(Pattern pattern, Function<String, T> parser) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(file -> pattern.matcher(String.valueOf(file.getFileName())))
                    .filter(Matcher::matches)
                    .map(name -> parser.apply(name.group(1)))
                    .toList();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private Path part(UUID image) {
        return folder.resolve(image + ".part");
    }

    private Path image(String sha256) {
        return folder.resolve(sha256 + ".image");
    }

    private void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private ProblemException unusable(IOException e) {
        return String.valueOf(e.getMessage()).contains("No space left")
                ? noRoom("%s is full".formatted(folder))
                : ProblemException.of(
                        ProblemCode.STORAGE_UNAVAILABLE,
                        "the controller's folder of images cannot be used: " + e,
                        "check YUNQING_IMAGES_FOLDER: its owner, its permissions, whether it is mounted");
    }

    private static ProblemException noRoom(String detail) {
        return ProblemException.of(
                ProblemCode.STORAGE_FULL,
                detail,
                "delete images, or make the folder's file system larger; what was received is kept");
    }
}
