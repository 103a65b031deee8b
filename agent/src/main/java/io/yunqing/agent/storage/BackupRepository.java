package io.yunqing.agent.storage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.RepositoryPlace;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A repository that all hosts reach: {@code VOLUME/BACKUP.qcow2} for each backup, and beside it what is known of it, so that whoever has
 * the files can tell without Yunqing what they are.
 *
 * <p>It bears a mark. A place without it, or with another's, is not the repository: such as a directory at which it should be mounted.
 */
final class BackupRepository implements Closeable {

    private static final String MARK = "yunqing-repository";

    /** What a newer agent noted besides is not in the way. */
    static final JsonMapper JSON =
            JsonMapper.builder()
                    .addModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private final RepositoryFiles files;
    private final String name;

    private BackupRepository(RepositoryFiles files, String name) {
        this.files = files;
        this.name = name;
    }

    /** The repository, if it is where it should be; one that was never used gets its mark. */
    static BackupRepository open(RepositoryPlace place, StoreKeys keys) throws IOException {
        var files =
                place.bucket() == null
                        ? RepositoryFolder.at(place)
                        : RepositoryBucket.of(place.bucket(), place.name(), keys);
        try {
            requireMark(place, files);
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
        return new BackupRepository(files, place.name());
    }

    private static void requireMark(RepositoryPlace place, RepositoryFiles files)
            throws IOException {
        String id = place.id().toString();
        var mark = files.read(MARK);
        if (mark.isPresent()) {
            String found = new String(mark.get(), StandardCharsets.UTF_8).strip();
            if (!found.equals(id)) {
                throw new IOException(
                        "repository %s: %s holds repository %s, not %s"
                                .formatted(place.name(), files.place(), found, id));
            }
        } else if (place.used()) {
            throw new IOException(
                    "repository %s: %s lacks the file %s, which is written with the first backup; %s"
                            .formatted(place.name(), files.place(), MARK, files.doubt()));
        } else {
            files.write(MARK, (id + "\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    /**
     * What is kept of a backup beside it.
     *
     * @param name what it was called, in its tenant
     */
    private record Note(UUID id, String tenant, String name, UUID volume, BackupTaken taken) {}

    /** What a backup is that is there whole. */
    Optional<BackupTaken> find(UUID volume, UUID backup) throws IOException {
        OptionalLong bytes = files.length(file(volume, backup));
        Optional<byte[]> note =
                bytes.isEmpty() ? Optional.empty() : files.read(note(volume, backup));
        if (note.isEmpty()) {
            return Optional.empty();
        }
        var taken = JSON.readValue(note.get(), Note.class).taken;
        if (taken.bytes() != bytes.getAsLong()) {
            throw damaged(
                    backup, "has %d bytes, %d were written", bytes.getAsLong(), taken.bytes());
        }
        return Optional.of(taken);
    }

    /**
     * Brings a backup here, whole or not at all.
     *
     * @param staged what was taken, on this host; its digest is found out on the way
     * @param bytes how long that is
     */
    BackupTaken store(
            BackupDesired backup,
            Path staged,
            long bytes,
            StagedBackup what,
            Consumer<BackupProgress> progress)
            throws IOException {
        return files.put(
                file(backup.volume(), backup.id()),
                staged,
                sha256 -> {
                    var taken =
                            new BackupTaken(
                                    what.base(),
                                    what.fullReason(),
                                    bytes,
                                    sha256,
                                    what.sizeBytes(),
                                    what.takenAt());
                    files.write(
                            note(backup.volume(), backup.id()),
                            JSON.writeValueAsBytes(
                                    new Note(
                                            backup.id(),
                                            backup.tenant(),
                                            backup.name(),
                                            backup.volume(),
                                            taken)));
                    return taken;
                },
                progress);
    }

    /** Removes all of a backup; its not being there is the aim, not an error. */
    void erase(UUID volume, UUID backup) throws IOException {
        files.erase(List.of(file(volume, backup), note(volume, backup)));
    }

    /**
     * Brings a backup's file to this host, and makes sure that it is the very one that was written.
     *
     * @param target is not there
     */
    void fetch(UUID volume, BackupSource.Part part, Path target) throws IOException {
        String file = file(volume, part.id());
        OptionalLong bytes = files.length(file);
        if (bytes.isEmpty()) {
            throw new IOException("backup %s is not in repository %s".formatted(part.id(), name));
        }
        if (bytes.getAsLong() != part.bytes()) {
            throw damaged(
                    part.id(), "has %d bytes, %d were written", bytes.getAsLong(), part.bytes());
        }
        String sha256 = files.get(file, part.bytes(), target);
        if (!sha256.equals(part.sha256())) {
            throw damaged(
                    part.id(), "has sha256 %s, it was written with %s", sha256, part.sha256());
        }
    }

    private IOException damaged(UUID backup, String how, Object found, Object promised) {
        return new IOException(
                "backup %s in repository %s is damaged: its file ".formatted(backup, name)
                        + how.formatted(found, promised));
    }

    private static String file(UUID volume, UUID backup) {
        return volume + "/" + fileName(backup);
    }

    private static String note(UUID volume, UUID backup) {
        return volume + "/" + backup + ".json";
    }

    /** As those that build on it name it. */
    static String fileName(UUID backup) {
        return backup + ".qcow2";
    }

    @Override
    public void close() {
        files.close();
    }
}
