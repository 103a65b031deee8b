package io.yunqing.agent.storage;

import io.yunqing.agent.platform.DurableFile;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Logger;

/** The files of a repository that is a directory which all hosts reach under the same path. */
final class RepositoryFolder implements RepositoryFiles {

    private static final Logger LOG = Logger.getLogger(RepositoryFolder.class.getName());
    private static final int BLOCK = 1 << 20;

    private final Path folder;
    private final String name;

    private RepositoryFolder(Path folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    static RepositoryFolder at(RepositoryPlace place) throws IOException {
        Path folder = Path.of(URI.create(place.url()));
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "repository %s: there is no directory %s on this host; mount it there"
                            .formatted(place.name(), folder));
        }
        return new RepositoryFolder(folder, place.name());
    }

    @Override
    public String place() {
        return folder.toString();
    }

    @Override
    public String doubt() {
        return "is everything mounted there?";
    }

    @Override
    public Optional<byte[]> read(String file) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(folder.resolve(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void write(String file, byte[] content) throws IOException {
        DurableFile.write(folder.resolve(file), content);
    }

    @Override
    public OptionalLong length(String file) throws IOException {
        try {
            return OptionalLong.of(Files.size(folder.resolve(file)));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public <T> T put(
            String file, Path from, Description<T> description, Consumer<BackupProgress> progress)
            throws IOException {
        Path whole = folder.resolve(file);
        Path part = part(whole);
        makeFolder(whole.resolveSibling(""));
        Files.deleteIfExists(part);
        long bytes = Files.size(from);
        requireRoom(bytes);
        try {
            T described = description.by(copy(from, part, bytes, progress));
            DurableFile.publish(part, whole);
            return described;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    @Override
    public String get(String file, long bytes, Path to) throws IOException {
        return copy(folder.resolve(file), to, bytes, done -> {});
    }

    @Override
    public void erase(List<String> files) throws IOException {
        Path within = folder.resolve(files.getFirst()).resolveSibling("");
        for (String file : files) {
            Files.deleteIfExists(folder.resolve(file));
            Files.deleteIfExists(part(folder.resolve(file)));
        }
        try {
            DurableFile.force(within);
            Files.deleteIfExists(within);
            DurableFile.force(folder);
        } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            LOG.fine(() -> "others are in %s, or none ever was".formatted(within));
        }
    }

    @Override
    public void close() {}

    private static Path part(Path whole) {
        return whole.resolveSibling(whole.getFileName() + ".part");
    }

    /** Copies so many bytes and returns their digest. */
    private static String copy(Path from, Path to, long bytes, Consumer<BackupProgress> progress)
            throws IOException {
        var digest = ImageDownload.sha256();
        var owner = PosixFilePermissions.asFileAttribute(InstanceFiles.OWN);
        var buffer = new byte[BLOCK];
        try (var in = Files.newInputStream(from);
                var channel =
                        FileChannel.open(
                                to,
                                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                owner);
                var out = Channels.newOutputStream(channel)) {
            long done = 0;
            while (done < bytes) {
                int n = in.readNBytes(buffer, 0, (int) Math.min(BLOCK, bytes - done));
                if (n == 0) {
                    throw new IOException(from + " became shorter while it was read");
                }
                digest.update(buffer, 0, n);
                out.write(buffer, 0, n);
                done += n;
                progress.accept(new BackupProgress(done, bytes));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void requireRoom(long bytes) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        if (bytes > free) {
            throw new IOException(
                    "repository %s has %d MiB free, and the backup takes %d MiB: free some space, or delete backups"
                            .formatted(name, free >> 20, (bytes >> 20) + 1));
        }
    }

    private void makeFolder(Path of) throws IOException {
        if (!FileTree.isThere(of)) {
            Files.createDirectory(
                    of,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            DurableFile.force(folder);
        }
        if (!Files.isDirectory(of, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(of + " is no directory");
        }
    }
}
