package io.yunqing.agent.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.agent.storage.HostFile.Extent;
import io.yunqing.api.WipePolicy;
import io.yunqing.api.agent.WipeObserved;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Overwrites volumes' files where they lie, before they are removed.
 *
 * <p>How far it is stands in a note beside the file, which is there before the first byte is overwritten: from then on the file is no
 * volume any more. A killed agent goes on from what it noted last. The evidence stays in the note until the file is removed.
 */
public final class VolumeWipes {

    private static final int CHUNK = 1 << 20;

    /** How often it is noted how far it is, in bytes. */
    private static final long STRIDE = 1L << 30;

    private final Layout layout;
    private final InstantSource clock;
    private final long stride;

    public VolumeWipes(Layout layout, InstantSource clock) {
        this(layout, clock, STRIDE);
    }

    VolumeWipes(Layout layout, InstantSource clock, long stride) {
        this.layout = layout;
        this.clock = clock;
        this.stride = stride;
    }

    /**
     * What was noted.
     *
     * @param sizeGiB how large the volume was to its guest: what says so in the file is overwritten first
     * @param offset up to where the file is overwritten, in bytes
     */
    record Note(long sizeGiB, long offset, WipeObserved seen) {}

    /** What was noted of a volume that is being overwritten, or was. */
    static Optional<Note> note(Layout layout, UUID id) throws IOException {
        Path file = layout.wipe(id);
        try {
            return Optional.of(
                    BackupRepository.JSON.readValue(Files.readAllBytes(file), Note.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is damaged: " + e.getOriginalMessage(), e);
        }
    }

    /** Overwrites the volume's file with zeros where it takes up room, once; its not being there is no error. */
    public void wipe(UUID id) throws HypervisorFault {
        Path file = layout.volume(id);
        try {
            if (!FileTree.isThere(file)) {
                return;
            }
            var note = note(layout, id);
            if (note.isEmpty() || !note.get().seen().finished()) {
                overwrite(id, file, note.isPresent() ? note.get() : begun(file));
            }
        } catch (IOException e) {
            throw StorageFault.of("overwriting volume " + id, e);
        }
    }

    private Note begun(Path file) throws IOException {
        var seen = new WipeObserved(WipePolicy.ZERO, now(), 0, 0, null, 0, null, false);
        return new Note(VolumeFiles.bytes(file) >> 30, 0, seen);
    }

    private void overwrite(UUID id, Path file, Note note) throws IOException {
        var extents = extents(file);
        long total = extents.stream().mapToLong(Extent::bytes).sum();
        long written = note.seen().bytes();
        keep(id, note, note.offset(), progress(note, written, total));
        var zeros = ByteBuffer.allocateDirect(CHUNK);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long noted = written;
            for (Extent extent : extents) {
                long at = Math.max(note.offset(), extent.begin());
                while (at < extent.end()) {
                    zeros.clear().limit((int) Math.min(CHUNK, extent.end() - at));
                    int step = channel.write(zeros, at);
                    at += step;
                    written += step;
                    if (written - noted >= stride) {
                        channel.force(false);
                        keep(id, note, at, progress(note, written, total));
                        noted = written;
                    }
                }
            }
            channel.force(true);
        }
        keep(id, note, Files.size(file), proven(file, extents, progress(note, written, total)));
    }

    static List<Extent> extents(Path file) throws IOException {
        try (var opened = HostFile.open(file, false)) {
            return opened.extents();
        }
    }

    private void keep(UUID id, Note begun, long offset, WipeObserved seen) throws IOException {
        DurableFile.write(
                layout.wipe(id),
                BackupRepository.JSON.writeValueAsBytes(new Note(begun.sizeGiB(), offset, seen)));
    }

    private static WipeObserved progress(Note begun, long bytes, long total) {
        var seen = begun.seen();
        return new WipeObserved(
                seen.method(), seen.startedAt(), bytes, total, null, 0, null, false);
    }

    /** Reads back some of it. */
    private WipeObserved proven(Path file, List<Extent> extents, WipeObserved done)
            throws IOException {
        var sample = WipeSample.of(file, extents, DirectIo.works(layout.volumes()));
        return new WipeObserved(
                done.method(),
                done.startedAt(),
                done.bytes(),
                done.totalBytes(),
                now(),
                sample.bytes(),
                sample.sha256(),
                sample.direct());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
