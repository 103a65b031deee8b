package io.yunqing.agent.storage;

import io.yunqing.agent.platform.Tool;
import io.yunqing.api.HostInventory.PoolUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures how full a pool is: what its file system has, and what the blocks of Yunqing's own files in it come to, whatever
 * their lengths say.
 *
 * <p>What has hardly changed is answered as it was measured before, for a few minutes, so that it is no news to anybody.
 */
public final class PoolGauge {

    /** What a file system says of itself, in bytes. */
    interface FileSystem {

        long size() throws IOException;

        /** What a process without privileges may still write. */
        long free() throws IOException;
    }

    private static final Duration COUNTED_WITHIN = Duration.ofSeconds(20);

    /** For how long numbers may be answered that nearly hold. */
    private static final Duration NEAR_FOR = Duration.ofMinutes(3);

    /** A change by one part in so many of a pool is news. */
    private static final int NEAR_PARTS = 256;

    private final Layout layout;
    private final FileSystem disk;
    private final InstantSource clock;
    private @Nullable PoolUse last;

    public PoolGauge(Layout layout, InstantSource clock) {
        this(layout, of(layout.pool()), clock);
    }

    PoolGauge(Layout layout, FileSystem disk, InstantSource clock) {
        this.layout = layout;
        this.disk = disk;
        this.clock = clock;
    }

    private static FileSystem of(Path pool) {
        return new FileSystem() {
            @Override
            public long size() throws IOException {
                return Files.getFileStore(pool).getTotalSpace();
            }

            @Override
            public long free() throws IOException {
                return Files.getFileStore(pool).getUsableSpace();
            }
        };
    }

    /** Touches storage. */
    public synchronized PoolUse measure() throws IOException {
        Instant now = clock.instant();
        var written = written();
        var found =
                new PoolUse(
                        mebibytes(disk.size()),
                        mebibytes(disk.free()),
                        mebibytes(sum(written, layout.instances(), layout.volumes())),
                        mebibytes(
                                sum(
                                        written,
                                        layout.images(),
                                        layout.backups(),
                                        layout.quarantine())),
                        now);
        if (last == null || !isNear(last, found) || now.isAfter(last.measuredAt().plus(NEAR_FOR))) {
            last = found;
        }
        return last;
    }

    private static boolean isNear(PoolUse before, PoolUse now) {
        long most = now.sizeMiB() / NEAR_PARTS;
        return before.sizeMiB() == now.sizeMiB()
                && Math.abs(before.freeMiB() - now.freeMiB()) <= most
                && Math.abs(before.disksMiB() - now.disksMiB()) <= most
                && Math.abs(before.otherMiB() - now.otherMiB()) <= most;
    }

    /**
     * What the blocks of all files in each directory of the pool come to, in bytes; each file counts once, however many names it
     * has. A program counts, as one that hangs on a dead mount can be left behind.
     */
    private Map<Path, Long> written() throws IOException {
        var command =
                List.of("du", "--max-depth=1", "--block-size=1", "--", layout.pool().toString());
        Tool.Result counted = Tool.result(COUNTED_WITHIN, command);
        for (int again = 0; again < 2 && counted.exitCode() != 0; again++) {
            // A file may go while it is counted.
            counted = Tool.result(COUNTED_WITHIN, command);
        }
        if (counted.exitCode() != 0) {
            throw new IOException(
                    "du ended with %d: %s".formatted(counted.exitCode(), counted.output().strip()));
        }
        var bytes = new HashMap<Path, Long>();
        for (String line : counted.output().lines().toList()) {
            String[] parts = line.split("\t", 2);
            if (parts.length == 2) {
                bytes.put(Path.of(parts[1]), Long.parseLong(parts[0]));
            }
        }
        return bytes;
    }

    private static long sum(Map<Path, Long> bytes, Path... folders) {
        return Stream.of(folders).mapToLong(folder -> bytes.getOrDefault(folder, 0L)).sum();
    }

    private static long mebibytes(long bytes) {
        return bytes >> 20;
    }
}
