package io.yunqing.agent.storage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.logging.Logger;

/**
 * A repository that is a directory which all hosts reach: {@code VOLUME/BACKUP.qcow2} for each backup, and beside it what is known of
 * it, so that whoever has the directory can tell without Yunqing what is in it.
 *
 * <p>It bears a mark. A directory without it, or with another's, is not the repository but the place at which it should be mounted.
 */
final class FileRepository {

    private static final Logger LOG = Logger.getLogger(FileRepository.class.getName());
    private static final String MARK = "yunqing-repository";
    private static final int BLOCK = 1 << 20;

    /** What a newer agent noted besides is not in the way. */
    static final JsonMapper JSON =
            JsonMapper.builder()
                    .addModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private final Path folder;
    private final String name;

    private FileRepository(Path folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    /** The repository, if it is where it should be; one that was never used gets its mark. */
    static FileRepository at(RepositoryPlace place) throws IOException {
        Path folder = Path.of(URI.create(place.url()));
        String what = "repository " + place.name();
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "%s: there is no directory %s on this host; mount it there"
                            .formatted(what, folder));
        }
        Path mark = folder.resolve(MARK);
        String id = place.id().toString();
        try {
            String found = Files.readString(mark).strip();
            if (!found.equals(id)) {
                throw new IOException(
                        "%s: %s holds repository %s, not %s".formatted(what, folder, found, id));
            }
        } catch (NoSuchFileException e) {
            if (place.used()) {
                throw new IOException(
                        "%s: %s lacks the file %s, which is written with the first backup; is everything mounted there?"
                                .formatted(what, folder, MARK),
                        e);
            }
            DurableFile.write(mark, (id + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        return new FileRepository(folder, place.name());
    }

    /**
     * What is kept of a backup beside it.
     *
     * @param name what it was called, in its tenant
     */
    private record Note(UUID id, String tenant, String name, UUID volume, BackupTaken taken) {}

    /** What a backup is that is there whole. */
    Optional<BackupTaken> find(UUID volume, UUID backup) throws IOException {
        try {
            long bytes = Files.size(file(volume, backup));
            var taken = JSON.readValue(Files.readAllBytes(note(volume, backup)), Note.class).taken;
            if (taken.bytes() != bytes) {
                throw damaged(backup, "has %d bytes, %d were written", bytes, taken.bytes());
            }
            return Optional.of(taken);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Brings a backup here, whole or not at all.
     *
     * @param staged what was taken, on this host; its length and digest are found out on the way
     */
    BackupTaken store(
            BackupDesired backup, Path staged, StagedBackup what, Consumer<BackupProgress> progress)
            throws IOException {
        Path file = file(backup.volume(), backup.id());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        makeFolder(folder(backup.volume()));
        Files.deleteIfExists(part);
        long bytes = Files.size(staged);
        requireRoom(bytes);
        try {
            String sha256 = copy(staged, part, bytes, progress);
            var taken =
                    new BackupTaken(
                            what.base(),
                            what.fullReason(),
                            bytes,
                            sha256,
                            what.sizeBytes(),
                            what.takenAt());
            DurableFile.write(
                    note(backup.volume(), backup.id()),
                    JSON.writeValueAsBytes(
                            new Note(
                                    backup.id(),
                                    backup.tenant(),
                                    backup.name(),
                                    backup.volume(),
                                    taken)));
            DurableFile.publish(part, file);
            return taken;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Removes all of a backup; its not being there is the aim, not an error. */
    void erase(UUID volume, UUID backup) throws IOException {
        Path file = file(volume, backup);
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".part"));
        Files.deleteIfExists(note(volume, backup));
        try {
            DurableFile.force(folder(volume));
            Files.deleteIfExists(folder(volume));
            DurableFile.force(folder);
        } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            LOG.fine(() -> "others of volume %s are there, or none ever was".formatted(volume));
        }
    }

    /**
     * Brings a backup's file to this host, and makes sure that it is the very one that was written.
     *
     * @param target is not there
     */
    void fetch(UUID volume, BackupSource.Part part, Path target) throws IOException {
        Path file = file(volume, part.id());
        long bytes;
        try {
            bytes = Files.size(file);
        } catch (NoSuchFileException e) {
            throw new IOException("backup %s is not in %s".formatted(part.id(), what()), e);
        }
        if (bytes != part.bytes()) {
            throw damaged(part.id(), "has %d bytes, %d were written", bytes, part.bytes());
        }
        String sha256 = copy(file, target, bytes, done -> {});
        if (!sha256.equals(part.sha256())) {
            throw damaged(
                    part.id(), "has sha256 %s, it was written with %s", sha256, part.sha256());
        }
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
                    "%s has %d MiB free, and the backup takes %d MiB: free some space, or delete backups"
                            .formatted(what(), free >> 20, (bytes >> 20) + 1));
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

    private IOException damaged(UUID backup, String how, Object found, Object promised) {
        return new IOException(
                "backup %s in %s is damaged: its file ".formatted(backup, what())
                        + how.formatted(found, promised));
    }

    private String what() {
        return "repository " + name;
    }

    private Path folder(UUID volume) {
        return folder.resolve(volume.toString());
    }

    private Path file(UUID volume, UUID backup) {
        return folder(volume).resolve(fileName(backup));
    }

    private Path note(UUID volume, UUID backup) {
        return folder(volume).resolve(backup + ".json");
    }

    /** As those that build on it name it. */
    static String fileName(UUID backup) {
        return backup + ".qcow2";
    }
}
