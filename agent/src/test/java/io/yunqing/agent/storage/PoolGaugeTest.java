package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.api.HostInventory.PoolUse;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real sparse files, on a file system that says what the test lets it say; at the end one that speaks for itself. */
class PoolGaugeTest {

    private static final int MIB = 1 << 20;
    private static final long GIB = 1L << 30;

    @TempDir Path folder;
    private Layout layout;
    private long free = 5 * GIB;
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private PoolGauge gauge;

    @BeforeEach
    void pool() throws IOException {
        layout = new Layout(folder.resolve("pool"));
        Files.createDirectories(layout.pool());
        gauge =
                new PoolGauge(
                        layout,
                        new PoolGauge.FileSystem() {
                            @Override
                            public long size() {
                                return 8 * GIB;
                            }

                            @Override
                            public long free() throws IOException {
                                if (free < 0) {
                                    throw new IOException("the disk is gone");
                                }
                                return free;
                            }
                        },
                        () -> now);
    }

    @Test
    void whatIsWrittenIsBlocksAndNotLengths() throws IOException {
        assertEquals(new PoolUse(8192, 5120, 0, 0, now), gauge.measure(), "an empty pool");
        sparse(layout.disk(Instances.ID), 10 * GIB, 40);
        sparse(layout.volume(Instances.ID), GIB, 24);
        sparse(layout.images().resolve("image"), GIB, 100);
        sparse(layout.stagedBackup(Instances.ID), 0, 50);
        sparse(layout.quarantine().resolve("orphan/disk"), 0, 60);
        sparse(layout.pool().resolve("somebody-elses"), 0, 70);
        PoolUse use = gauge.measure();
        assertNear(64, use.disksMiB());
        assertNear(210, use.otherMiB());
    }

    @Test
    void whatHardlyChangesIsAnsweredAsBeforeForAFewMinutes() throws IOException {
        PoolUse first = gauge.measure();
        now = now.plusSeconds(60);
        free -= 32 * MIB;
        assertEquals(first, gauge.measure(), "a part in 256 is no news");
        free -= 1 * MIB;
        PoolUse second = gauge.measure();
        assertEquals(new PoolUse(8192, 5120 - 33, 0, 0, now), second);
        now = now.plusSeconds(181);
        assertEquals(
                now, gauge.measure().measuredAt(), "that it still holds is news after a while");
    }

    @Test
    void aDiskThatCannotBeReadIsNoEmptyOne() throws IOException {
        gauge.measure();
        free = -1;
        assertThrows(IOException.class, gauge::measure);
    }

    @Test
    void aRealFileSystemSpeaksForItself() throws IOException {
        var real = new PoolGauge(layout, InstantSource.system());
        PoolUse before = real.measure();
        var disk = Files.getFileStore(layout.pool());
        assertEquals(disk.getTotalSpace() >> 20, before.sizeMiB());
        assertTrue(before.freeMiB() <= disk.getUnallocatedSpace() >> 20, before::toString);
        assertNotEquals(0, before.freeMiB());
    }

    private static void assertNear(long expected, long found) {
        assertTrue(
                found >= expected && found <= expected + 1,
                () -> "%d MiB, not %d".formatted(found, expected));
    }

    /** A file of a length, of whose blocks only some are there. */
    private static void sparse(Path file, long length, int writtenMiB) throws IOException {
        Files.createDirectories(file.resolveSibling("."));
        try (var out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(Math.max(length, (long) writtenMiB * MIB));
            out.seek(out.length() - (long) writtenMiB * MIB);
            byte[] block = new byte[MIB];
            for (int i = 0; i < writtenMiB; i++) {
                out.write(block);
            }
        }
    }
}
