package io.yunqing.agent.storage;

import io.yunqing.agent.storage.HostFile.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What an overwritten file reads back as, at places that are spread evenly over it.
 *
 * @param direct whether it came from the disk, past the page cache
 */
record WipeSample(long bytes, String sha256, boolean direct) {

    static final int PLACES = 64;
    static final int SIZE = 64 << 10;

    /**
     * @param extents where the file takes up room
     * @throws IOException also if it reads back as anything but zeros
     */
    static WipeSample of(Path file, List<Extent> extents, boolean direct) throws IOException {
        var digest = newDigest();
        var buffer = HostFile.buffer(SIZE);
        long bytes = 0;
        try (var opened = HostFile.open(file, direct)) {
            for (long place : places(extents).toArray()) {
                opened.read(buffer, place);
                if (!isZero(buffer)) {
                    throw new IOException(
                            "%s was overwritten with zeros and reads back as something else behind byte %d"
                                    .formatted(file, place));
                }
                bytes += buffer.remaining();
                digest.update(buffer);
            }
        }
        return new WipeSample(bytes, HexFormat.of().formatHex(digest.digest()), direct);
    }

    /** The first place and the last are among them, each once. */
    static LongStream places(List<Extent> extents) {
        long blocks = extents.stream().mapToLong(WipeSample::blocks).sum();
        long places = Math.min(PLACES, blocks);
        return LongStream.range(0, places)
                .map(i -> i == 0 ? 0 : i * (blocks - 1) / (places - 1))
                .map(block -> place(extents, block));
    }

    private static long blocks(Extent extent) {
        return (extent.bytes() + SIZE - 1) / SIZE;
    }

    private static long place(List<Extent> extents, long block) {
        long left = block;
        for (Extent extent : extents) {
            if (left < blocks(extent)) {
                return extent.begin() + left * SIZE;
            }
            left -= blocks(extent);
        }
        throw new IllegalArgumentException("there is no block " + block);
    }

    private static boolean isZero(ByteBuffer buffer) {
        for (int i = buffer.position(); i < buffer.limit(); i++) {
            if (buffer.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
