package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.platform.Tool;
import io.yunqing.agent.storage.HostFile.Extent;
import io.yunqing.api.agent.WipeObserved;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes with something on them, made by the real programs. */
class VolumeWipesTest {

    private static final int MIB = 1 << 20;
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir Path pool;
    private Layout layout;
    private VolumeFiles volumes;
    private Path file;

    @BeforeEach
    void open() throws Exception {
        layout = new Layout(pool);
        volumes = new VolumeFiles(layout, new PoolRoom(pool));
        volumes.open();
        volumes.make(Volumes.ID, 1);
        file = layout.volume(Volumes.ID);
    }

    @Test
    void nothingOfWhatWasWrittenIsLeftAndTheEvidenceSaysSo() throws Exception {
        write("24M");
        long takenUp = taken();
        wipes(1 << 30).wipe(Volumes.ID);
        assertZeros();
        var wipe = seen();
        assertEquals(NOW, wipe.startedAt());
        assertEquals(NOW, wipe.finishedAt());
        assertEquals(List.of(takenUp, takenUp), List.of(wipe.bytes(), wipe.totalBytes()));
        assertTrue(takenUp >= 24 * MIB, "it took up " + takenUp);
        assertTrue(wipe.sampledBytes() > 3 * MIB, wipe.toString());
        var zeros = MessageDigest.getInstance("SHA-256");
        zeros.update(new byte[(int) wipe.sampledBytes()]);
        assertEquals(HexFormat.of().formatHex(zeros.digest()), wipe.sampleSha256());
        assertEquals(DirectIo.works(pool), wipe.sampleDirect());
    }

    @Test
    void whereItTakesUpNoRoomItTakesUpNoneAfterwards() throws Exception {
        write("1M");
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), 512L * MIB);
        }
        assertTrue(taken() < 8 * MIB, "it has a hole: " + VolumeWipes.extents(file));
        wipes(1 << 30).wipe(Volumes.ID);
        assertTrue(taken() < 8 * MIB, "it has it still: " + VolumeWipes.extents(file));
        assertTrue(seen().totalBytes() < 8 * MIB);
        assertZeros();
    }

    @Test
    void itIsNoVolumeAnyMoreButIsSeenUntilItIsErased() throws Exception {
        write("1M");
        wipes(1 << 30).wipe(Volumes.ID);
        var first = seen();
        assertEquals(List.of(new ObservedVolume(Volumes.ID, 1, 0, first)), volumes.all());
        new VolumeWipes(layout, () -> NOW.plusSeconds(1)).wipe(Volumes.ID);
        assertEquals(first, seen());
        volumes.erase(Volumes.ID);
        assertFalse(Files.exists(layout.wipe(Volumes.ID)));
        assertEquals(List.of(), volumes.all());
    }

    /** It is stopped as soon as it has noted how far it is. */
    @Test
    void whatWasStoppedIsGoneOnWith() throws Exception {
        write("128M");
        var fault = new AtomicReference<Throwable>();
        var first =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                wipes(MIB).wipe(Volumes.ID);
                            } catch (HypervisorFault e) {
                                fault.set(e);
                            }
                        });
        while (first.isAlive() && !hasBegun()) {
            Thread.onSpinWait();
        }
        first.interrupt();
        first.join();
        assertNotNull(fault.get(), "it was stopped before its end");
        var half = seen();
        assertTrue(half.bytes() > 0 && half.bytes() < half.totalBytes(), half.toString());
        assertFalse(half.finished());
        new VolumeWipes(layout, () -> NOW.plusSeconds(60), MIB).wipe(Volumes.ID);
        var whole = seen();
        assertEquals(NOW, whole.startedAt());
        assertEquals(NOW.plusSeconds(60), whole.finishedAt());
        assertEquals(whole.totalBytes(), whole.bytes(), "from where it was");
        assertZeros();
    }

    private boolean hasBegun() throws IOException {
        return VolumeWipes.note(layout, Volumes.ID)
                .map(note -> note.seen().bytes() > 0)
                .orElse(false);
    }

    @Test
    void aNoteThatIsDamagedIsSaidAndNothingIsOverwritten() throws Exception {
        Files.writeString(layout.wipe(Volumes.ID), "{");
        var fault = assertThrows(HypervisorFault.class, () -> wipes(1 << 30).wipe(Volumes.ID));
        assertTrue(String.valueOf(fault.getMessage()).contains("damaged"), fault.getMessage());
        assertEquals(1L << 30, VolumeFiles.bytes(file));
    }

    @Test
    void aNoteWithoutItsVolumeIsForgottenAtTheNextStart() throws Exception {
        wipes(1 << 30).wipe(Volumes.ID);
        Files.delete(file);
        volumes.open();
        assertFalse(Files.exists(layout.wipe(Volumes.ID)));
    }

    @Test
    void whatReadsBackAsSomethingElseIsNoEvidence() throws Exception {
        write("1M");
        var fault =
                assertThrows(
                        IOException.class,
                        () -> WipeSample.of(file, VolumeWipes.extents(file), false));
        assertTrue(String.valueOf(fault.getMessage()).contains("something else"));
    }

    @Test
    void samplesLieWithinTheExtentsFromTheFirstToTheLastEachOnce() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            var extents = new ArrayList<Extent>();
            long end = 0;
            for (int i = 1 + random.nextInt(20); i > 0; i--) {
                long begin = end + 4096L * (1 + random.nextInt(100));
                end = begin + 4096L * (1 + random.nextInt(300));
                extents.add(new Extent(begin, end));
            }
            var places = WipeSample.places(extents).boxed().toList();
            assertEquals(places.stream().distinct().sorted().toList(), places, "seed " + seed);
            assertEquals(extents.getFirst().begin(), places.getFirst());
            assertTrue(places.size() <= WipeSample.PLACES);
            for (long place : places) {
                assertEquals(0, place % 4096);
                assertTrue(
                        extents.stream().anyMatch(e -> e.begin() <= place && place < e.end()),
                        "seed " + seed);
            }
            if (places.size() > 1) {
                assertTrue(places.getLast() + WipeSample.SIZE >= end, "seed " + seed);
            }
        }
        assertEquals(0, WipeSample.places(List.of()).count());
    }

    private VolumeWipes wipes(long stride) {
        return new VolumeWipes(layout, () -> NOW, stride);
    }

    private WipeObserved seen() throws IOException {
        return VolumeWipes.note(layout, Volumes.ID).orElseThrow().seen();
    }

    private long taken() throws IOException {
        return VolumeWipes.extents(file).stream().mapToLong(Extent::bytes).sum();
    }

    private void write(String bytes) throws IOException {
        String write = "write -P 0xab 0 " + bytes;
        Tool.run(
                Duration.ofSeconds(60),
                List.of("qemu-io", "-f", "qcow2", "-c", write, "-c", "flush", file.toString()));
    }

    private void assertZeros() throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var buffer = ByteBuffer.allocate(MIB);
            for (long at = 0; channel.read(buffer.clear(), at) > 0; at += buffer.position()) {
                for (int i = 0; i < buffer.position(); i++) {
                    if (buffer.get(i) != 0) {
                        throw new AssertionError("byte %d is %d".formatted(at + i, buffer.get(i)));
                    }
                }
            }
        }
    }
}
