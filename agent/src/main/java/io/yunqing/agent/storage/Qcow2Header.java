package io.yunqing.agent.storage;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of a qcow2 file's header that decides whether it may be used as an image.
 *
 * @param magic whether the file begins as a qcow2 file does
 */
record Qcow2Header(
        boolean magic,
        int version,
        long backingFileOffset,
        long virtualSize,
        int encryption,
        long incompatible) {

    private static final int MAGIC = 0x514649fb; // "QFI" and 0xfb
    private static final int LENGTH = 104;

    /** As qcow2 has it, in bytes. */
    private static final int LONGEST_NAME = 1023;

    private static final long DIRTY = 1;
    private static final long CORRUPT = 1 << 1;
    private static final long EXTERNAL_DATA = 1 << 2;
    private static final long COMPRESSION_TYPE = 1 << 3;
    private static final long EXTENDED_L2 = 1 << 4;

    static Qcow2Header read(Path file) throws IOException {
        try (var channel = FileChannel.open(file)) {
            return read(channel);
        }
    }

    static Qcow2Header read(FileChannel channel) throws IOException {
        // A short file leaves zeros, which no check below takes for a sound header.
        var bytes = Excerpt.of(channel, 0, LENGTH, ByteOrder.BIG_ENDIAN);
        int version = bytes.getInt(4);
        return new Qcow2Header(
                bytes.getInt(0) == MAGIC,
                version,
                bytes.getLong(8),
                bytes.getLong(24),
                bytes.getInt(32),
                version >= 3 ? bytes.getLong(72) : 0);
    }

    /** What a qcow2 file says that it stands on; nothing if it is none or stands on nothing. */
    static Optional<Path> backingFile(Path file) throws IOException {
        try (var channel = FileChannel.open(file)) {
            var header = read(channel);
            if (!header.magic || header.backingFileOffset == 0) {
                return Optional.empty();
            }
            int length = Excerpt.of(channel, 16, Integer.BYTES, ByteOrder.BIG_ENDIAN).getInt(0);
            if (length <= 0 || length > LONGEST_NAME) {
                throw new IOException(file + " names a backing file whose name cannot be read");
            }
            var name = Excerpt.of(channel, header.backingFileOffset, length, ByteOrder.BIG_ENDIAN);
            return Optional.of(Path.of(StandardCharsets.UTF_8.decode(name).toString()));
        } catch (InvalidPathException e) {
            throw new IOException(file + " names a backing file whose name cannot be read", e);
        }
    }

    /** What speaks against using it; absent when nothing does. An image must be whole in itself. */
    @Nullable String objection() {
        return magic && backingFileOffset != 0
                ? "it names a backing file, which would let it read this host's files"
                : objectionAsIncrement();
    }

    /** What speaks against using it as one that stands on another, which is told apart from what it says itself. */
    @Nullable String objectionAsIncrement() {
        if (!magic) {
            return "it is not a qcow2 file";
        }
        if (version != 2 && version != 3) {
            return "it is of qcow2 version " + version + "; versions 2 and 3 are known";
        }
        if ((incompatible & EXTERNAL_DATA) != 0) {
            return "it names an external data file, which would let it read this host's files";
        }
        if ((incompatible & (DIRTY | CORRUPT)) != 0) {
            return "it is marked as dirty or corrupt";
        }
        if (encryption != 0) {
            return "it is encrypted; give it without encryption";
        }
        if ((incompatible & ~(COMPRESSION_TYPE | EXTENDED_L2)) != 0) {
            return "it uses qcow2 features that are not known here: incompatible bits 0x"
                    + Long.toHexString(incompatible);
        }
        return null;
    }
}
