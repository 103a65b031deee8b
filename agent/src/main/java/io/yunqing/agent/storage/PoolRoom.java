package io.yunqing.agent.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much of a pool's free space may be taken by what is newly made. Disks grow as guests write, and a guest whose disk cannot
 * is paused by QEMU: so something is kept free for those that are there.
 */
public final class PoolRoom {

    private static final long KEPT_FREE_BYTES = 256L << 20;

    private final Path pool;
    private final long keptFree;

    public PoolRoom(Path pool) {
        this(pool, KEPT_FREE_BYTES);
    }

    /**
     * @param keptFree in bytes
     */
    PoolRoom(Path pool, long keptFree) {
        this.pool = pool;
        this.keptFree = keptFree;
    }

    /** In bytes; negative when less is free than is to be kept. */
    long toGive() throws IOException {
        return Files.getFileStore(pool).getUsableSpace() - keptFree;
    }

    /** Refuses to write so much where less may be taken. */
    void require(long bytes) throws IOException {
        long free = toGive() + keptFree;
        if (bytes > free - keptFree) {
            throw new IOException(
                    "%d MiB are to be written, the pool has %d MiB free, and %d MiB are kept for guests that write: free some space"
                            .formatted((bytes >> 20) + 1, free >> 20, keptFree >> 20));
        }
    }

    /** Refuses to make anything where nothing may be taken. */
    void requireAny() throws IOException {
        long free = toGive() + keptFree;
        if (free <= keptFree) {
            throw new IOException(
                    "the pool has %d MiB free, and %d MiB are kept for guests that write: free some space"
                            .formatted(free >> 20, keptFree >> 20));
        }
    }
}
