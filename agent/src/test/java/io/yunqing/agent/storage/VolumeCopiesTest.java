package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.VolumeCopy;
import io.yunqing.agent.platform.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of volumes, made by the real programs. */
class VolumeCopiesTest {

    private static final UUID MOMENT = UUID.fromString("0198f1a2-7b3c-7def-8123-00000000000f");
    private static final UUID COPY = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000ca");
    private static final VolumeCopies.Online NOBODY = (targets, deadline) -> Set.of();

    @TempDir Path pool;
    private Layout layout;
    private VolumeFiles volumes;
    private VolumeCopies copies;

    @BeforeEach
    void open() throws Exception {
        layout = new Layout(pool);
        volumes = new VolumeFiles(layout, new PoolRoom(pool));
        volumes.open();
        copies = new VolumeCopies(layout, new PoolRoom(pool));
        volumes.make(Volumes.ID, 1);
        write(Volumes.ID, "0x5a");
    }

    @Test
    void aCopyHoldsWhatItsSourceHeldThen() throws Exception {
        copies.make(MOMENT, List.of(new VolumeCopy(COPY, Volumes.ID, 0)), NOBODY);
        assertSame(Volumes.ID, COPY);
        write(Volumes.ID, "0x11");
        assertHolds(COPY, "0x5a");
        assertTrue(Files.size(layout.volume(COPY)) < 8 << 20, "what is empty takes no room");
        assertEquals(
                Set.of(Volumes.ID + ".qcow2", COPY + ".qcow2"), names(), "nothing else is left");
    }

    @Test
    void whatIsUnpackedHoldsWhatTheImageHoldsAndStandsByItself() throws Exception {
        volumes.unpack(COPY, 3, layout.volume(Volumes.ID));
        assertEquals(3L << 30, VolumeFiles.bytes(layout.volume(COPY)));
        assertTrue(Qcow2Header.backingFile(layout.volume(COPY)).isEmpty());
        assertTrue(Files.size(layout.volume(COPY)) < 8 << 20, "what is empty takes no room");
        write(Volumes.ID, "0x11");
        assertHolds(COPY, "0x5a");
        volumes.unpack(COPY, 3, layout.volume(Volumes.ID));
        assertHolds(COPY, "0x5a");
        assertEquals(Set.of(Volumes.ID + ".qcow2", COPY + ".qcow2"), names());
        volumes.make(Volumes.OTHER, 2);
        var tooSmall =
                assertThrows(
                        HypervisorFault.class,
                        () -> volumes.unpack(UUID.randomUUID(), 1, layout.volume(Volumes.OTHER)));
        assertTrue(String.valueOf(tooSmall.getMessage()).contains("needs 2048 MiB"));
    }

    @Test
    void whatWasCopiedWholeGetsItsPlaceAfterAKillAndWhatWasNotIsThrownAway() throws Exception {
        volumes.make(Volumes.OTHER, 1);
        copies.make(MOMENT, List.of(new VolumeCopy(COPY, Volumes.ID, 2)), NOBODY);
        Path whole = Files.createDirectory(layout.volumes().resolve("." + MOMENT + ".whole"));
        Files.move(layout.volume(COPY), whole.resolve(Volumes.OTHER + ".qcow2"));
        Files.move(layout.restore(COPY), whole.resolve(Volumes.OTHER + ".restore"));
        Path part = Files.createDirectory(layout.volumes().resolve("." + COPY + ".part"));
        Files.writeString(part.resolve(COPY + ".qcow2"), "half");
        volumes.open();
        copies.open();
        assertHolds(Volumes.OTHER, "0x5a");
        assertEquals(2, VolumeFiles.restore(layout, Volumes.OTHER));
        assertEquals(
                Set.of(Volumes.ID + ".qcow2", Volumes.OTHER + ".qcow2", Volumes.OTHER + ".restore"),
                names());
    }

    @Test
    void ofSeveralThatAreAskedForTogetherNoneIsThereUnlessAllAre() throws Exception {
        volumes.make(Volumes.OTHER, 1);
        var other = UUID.randomUUID();
        var both =
                List.of(
                        new VolumeCopy(COPY, Volumes.ID, 0),
                        new VolumeCopy(other, Volumes.OTHER, 0));
        var before = names();
        var fault =
                assertThrows(
                        HypervisorFault.class,
                        () ->
                                copies.make(
                                        MOMENT,
                                        both,
                                        (targets, deadline) -> {
                                            throw new HypervisorFault(
                                                    HypervisorFault.Kind.STORAGE, "no space left");
                                        }));
        assertEquals("no space left", fault.getMessage());
        assertEquals(before, names());
        copies.make(MOMENT, both, NOBODY);
        assertEquals(before.size() + 2, names().size());
    }

    @Test
    void whatAGuestHasIsLeftToItsHypervisor() throws Exception {
        copies.make(
                MOMENT,
                List.of(new VolumeCopy(COPY, Volumes.ID, 0)),
                (targets, deadline) -> {
                    try {
                        qemuIo(targets.values().iterator().next(), "write -P 0x77 0 64k");
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                    return targets.keySet();
                });
        assertHolds(COPY, "0x77");
    }

    @Test
    void nothingIsCopiedWhereThereIsNoRoomForIt() throws Exception {
        var full = new VolumeCopies(layout, new PoolRoom(pool, Long.MAX_VALUE / 2));
        var fault =
                assertThrows(
                        HypervisorFault.class,
                        () ->
                                full.make(
                                        MOMENT,
                                        List.of(new VolumeCopy(COPY, Volumes.ID, 0)),
                                        NOBODY));
        assertTrue(String.valueOf(fault.getMessage()).contains("free some space"));
        assertEquals(Set.of(Volumes.ID + ".qcow2"), names());
    }

    @Test
    void aDamagedNoteHidesNoVolumeAsAnother() throws Exception {
        Files.writeString(layout.restore(Volumes.ID), "two");
        var fault = assertThrows(HypervisorFault.class, volumes::all);
        assertTrue(String.valueOf(fault.getMessage()).contains(Volumes.ID + ".restore is damaged"));
    }

    private Set<String> names() throws IOException {
        try (var files = Files.list(layout.volumes())) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private void write(UUID volume, String pattern) throws IOException {
        qemuIo(layout.volume(volume), "write -P " + pattern + " 0 1M");
    }

    private void assertHolds(UUID volume, String pattern) throws IOException {
        qemuIo(layout.volume(volume), "read -P " + pattern + " 0 64k");
    }

    private void assertSame(UUID one, UUID other) throws IOException {
        Tool.run(
                Duration.ofSeconds(20),
                List.of(
                        "qemu-img",
                        "compare",
                        layout.volume(one).toString(),
                        layout.volume(other).toString()));
    }

    /** Where a pattern is not found, it says so and ends with 1. */
    private static void qemuIo(Path file, String command) throws IOException {
        Tool.run(
                Duration.ofSeconds(20),
                List.of("qemu-io", "-f", "qcow2", "-c", command, file.toString()));
    }
}
