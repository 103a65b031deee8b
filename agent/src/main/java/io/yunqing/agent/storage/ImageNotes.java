package io.yunqing.agent.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.yunqing.agent.platform.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each image's file besides its bytes, kept beside it, so that one that was damaged is not used.
 *
 * <p>Whoever may write into the pool is trusted, disks are not: a checksum is enough for what was found good by its digest before.
 */
final class ImageNotes {

    /** What a newer agent noted besides is not in the way. */
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .addModule(new JavaTimeModule())
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private final Layout layout;
    private final InstantSource clock;

    ImageNotes(Layout layout, InstantSource clock) {
        this.layout = layout;
        this.clock = clock;
    }

    /**
     * An image's file as it was when it was found good.
     *
     * @param bytes its length
     * @param modified when it was written, in nanoseconds since the epoch
     * @param crc32c of all its bytes
     * @param checked when it was found good; absent when an older agent noted it
     */
    private record Note(long bytes, long modified, long crc32c, @Nullable Instant checked) {}

    /** Takes note of a file that is about to get this name. */
    void write(Path part, Path image) throws IOException {
        var note = new Note(Files.size(part), modified(part), crc32c(part), clock.instant());
        DurableFile.write(layout.note(image), JSON.writeValueAsBytes(note));
    }

    /** Whether it was noted, and is of the length and the time that was noted. */
    boolean isUntouched(Path image) throws IOException {
        var note = read(image);
        return note.isPresent()
                && note.get().bytes() == Files.size(image)
                && note.get().modified() == modified(image);
    }

    /** Whether each of its bytes is what was noted; reads all of it. */
    boolean isWhole(Path image) throws IOException {
        var note = read(image);
        return note.isPresent()
                && note.get().bytes() == Files.size(image)
                && note.get().crc32c() == crc32c(image);
    }

    /** Something is made from it now; the note's own time says so. */
    void used(Path image) throws IOException {
        Files.setLastModifiedTime(layout.note(image), FileTime.from(clock.instant()));
    }

    Instant lastUsed(Path image) throws IOException {
        Path note = layout.note(image);
        return Files.getLastModifiedTime(FileTree.isThere(note) ? note : image).toInstant();
    }

    /** When it was found good; null when that is not known. */
    @Nullable Instant checked(Path image) throws IOException {
        return read(image).map(Note::checked).orElse(null);
    }

    private Optional<Note> read(Path image) throws IOException {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(layout.note(image)), Note.class));
        } catch (NoSuchFileException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static long modified(Path file) throws IOException {
        return Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
    }

    private static long crc32c(Path file) throws IOException {
        var sum = new CRC32C();
        var buffer = ByteBuffer.allocateDirect(1 << 20);
        try (var channel = FileChannel.open(file)) {
            while (channel.read(buffer.clear()) >= 0) {
                sum.update(buffer.flip());
            }
        }
        return sum.getValue();
    }
}
