package io.yunqing.agent.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Backups;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Tool;
import io.yunqing.agent.storage.VolumeBackups.Bounds;
import io.yunqing.agent.storage.VolumeBackups.Copied;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backups and restores of volumes by the real programs, in whatever form of repository; what a guest would have written is written by qemu-io.
 */
abstract class VolumeBackupsContract {

    static final VolumeBackups.Online NOBODY =
            new Guest() {
                @Override
                public Optional<Copied> copy(
                        BackupDesired backup,
                        Path into,
                        long sizeBytes,
                        Bounds bounds,
                        Consumer<BackupProgress> progress) {
                    return Optional.empty();
                }
            };

    @TempDir Path folder;
    Layout layout;
    VolumeBackups backups;
    private VolumeRestores restores;

    /**
     * The repository, empty at first.
     *
     * @param used whether its mark is expected
     */
    abstract RepositoryPlace vault(boolean used);

    abstract StoreKeys keys() throws IOException;

    /** The names of all that is in it; what never became whole ends with {@code .part}. */
    abstract List<String> names() throws IOException;

    abstract byte[] content(String name) throws IOException;

    abstract void put(String name, byte[] content) throws IOException;

    abstract void remove(String name) throws IOException;

    /** Leaves a part of a file as an agent does that is killed. */
    abstract void putHalf(String name) throws IOException;

    @BeforeEach
    final void open() throws Exception {
        layout = new Layout(Files.createDirectory(folder.resolve("pool")));
        var room = new PoolRoom(layout.pool());
        var volumes = new VolumeFiles(layout, room);
        volumes.open();
        backups = new VolumeBackups(layout, layout, room, keys());
        backups.open();
        restores = new VolumeRestores(layout, room, keys());
        volumes.make(Volumes.ID, 1);
        io(layout.volume(Volumes.ID), "write -P 0x11 0 2M", "write -P 0x22 10M 1M");
    }

    @Test
    void aFullBackupBecomesAVolumeOfTheSameContent() throws Exception {
        var taken = backUp(Backups.full(Backups.ID, vault(false)), NOBODY);
        io(layout.volume(Volumes.ID), "write -P 0x33 0 1M");
        byte[] stored = content(file(Backups.ID));
        assertEquals(taken.bytes(), stored.length);
        assertEquals(sha256(stored), taken.sha256());
        restore(3, Backups.part(Backups.ID, taken));
        io(layout.volume(Volumes.OTHER), "read -P 0x11 0 2M", "read -P 0x22 10M 1M");
        assertEquals(3L << 30, VolumeFiles.bytes(layout.volume(Volumes.OTHER)));
        assertEquals(List.of(), left());
        assertEquals(List.of(note(Backups.ID), file(Backups.ID), "yunqing-repository"), names());
    }

    @Test
    void whatEachIncrementChangedIsInTheVolumeZerosToo() throws Exception {
        var first = backUp(Backups.full(Backups.ID, vault(false)), NOBODY);
        Path expected = folder.resolve("expected.qcow2");
        Files.copy(layout.volume(Volumes.ID), expected);
        var second =
                backUp(
                        Backups.since(Backups.SECOND, vault(true), Backups.ID, first),
                        new Guest("write -P 0x44 1M 64k", "write -z 10M 512k"));
        io(expected, "write -P 0x44 1M 64k", "write -z 10M 512k");
        assertEquals(Backups.ID, second.base());
        assertTrue(second.bytes() < first.bytes() / 2, second.toString());
        var third =
                backUp(
                        Backups.since(Backups.THIRD, vault(true), Backups.SECOND, second),
                        new Guest("write -P 0x55 900M 1M"));
        io(expected, "write -P 0x55 900M 1M");

        look(file(Backups.THIRD), expected);
        restore(
                1,
                Backups.part(Backups.ID, first),
                Backups.part(Backups.SECOND, second),
                Backups.part(Backups.THIRD, third));
        compare(layout.volume(Volumes.OTHER), expected);
        assertEquals(Optional.empty(), Qcow2Header.backingFile(layout.volume(Volumes.OTHER)));
    }

    @Test
    void whatWasDamagedOrIsGoneBecomesNoVolume() throws Exception {
        var first = backUp(Backups.full(Backups.ID, vault(false)), NOBODY);
        var second =
                backUp(
                        Backups.since(Backups.SECOND, vault(true), Backups.ID, first),
                        new Guest("write -P 0x44 1M 64k"));
        var chain =
                new BackupSource.Part[] {
                    Backups.part(Backups.ID, first), Backups.part(Backups.SECOND, second)
                };
        String file = file(Backups.SECOND);
        byte[] whole = content(file);
        byte[] flipped = whole.clone();
        flipped[flipped.length - 1] ^= 1;
        put(file, flipped);
        refused("is damaged: its file has sha256", chain);
        put(file, new byte[10]);
        refused("is damaged: its file has 10 bytes", chain);
        remove(file);
        refused("is not in repository vault", chain);
        put(file, whole);
        restore(1, chain);
    }

    /** Its digest is right, as of whoever could write into the books as well. */
    @Test
    void aFileThatNamesAnotherIsRefused() throws Exception {
        var first = backUp(Backups.full(Backups.ID, vault(false)), NOBODY);
        Path secret = Files.writeString(folder.resolve("secret"), "s".repeat(1024));
        for (String backing : List.of(secret.toString(), "../" + Backups.ID + ".qcow2")) {
            Path hostile = folder.resolve("hostile");
            Files.deleteIfExists(hostile);
            Tool.run(
                    Duration.ofSeconds(20),
                    List.of(
                            "qemu-img",
                            "create",
                            "-q",
                            "-u",
                            "-f",
                            "qcow2",
                            "-F",
                            "raw",
                            "-b",
                            backing,
                            hostile.toString(),
                            "1G"));
            put(file(Backups.SECOND), Files.readAllBytes(hostile));
            var part =
                    new BackupSource.Part(
                            Backups.SECOND, Files.size(hostile), ImageDownload.sha256(hostile));
            refused("it names a backing file", part);
            refused("it stands on " + backing, Backups.part(Backups.ID, first), part);
        }
    }

    @Test
    void aPlaceThatIsNotTheRepositoryIsLeftAlone() throws Exception {
        var backup = Backups.full(Backups.ID, vault(true));
        assertFault("lacks the file yunqing-repository", () -> backups.find(backup));
        assertEquals(List.of(), names());
        put("yunqing-repository", UUID.randomUUID().toString().getBytes(US_ASCII));
        assertFault("holds repository", () -> backups.find(backup));
        assertFault("holds repository", () -> backups.erase(backup));
    }

    @Test
    void aKilledAgentGoesOnWhereItWas() throws Exception {
        var backup = Backups.full(Backups.ID, vault(false));
        Files.writeString(layout.backups().resolve("." + Backups.ID + ".part"), "half");
        backups.open();
        assertEquals(List.of(), left());
        backups.take(backup, NOBODY, done -> {});
        // What it is of is not changed by what comes after.
        io(layout.volume(Volumes.ID), "write -P 0x33 0 1M");
        backups.take(backup, NOBODY, done -> {});
        putHalf(file(Backups.ID));
        put(note(Backups.ID), "{}".getBytes(US_ASCII));
        assertTrue(names().contains(file(Backups.ID) + ".part"), names().toString());
        assertEquals(Optional.empty(), backups.find(backup));
        var taken = backups.store(backup, NOBODY, done -> {});
        assertEquals(List.of(note(Backups.ID), file(Backups.ID), "yunqing-repository"), names());
        assertEquals(taken, backups.store(backup, NOBODY, done -> {}));
        restore(1, Backups.part(Backups.ID, taken));
        io(layout.volume(Volumes.OTHER), "read -P 0x11 0 2M");
        backups.erase(backup);
        assertEquals(List.of("yunqing-repository"), names());
        backups.erase(backup);
    }

    @Test
    void whatWasGivenUpLeavesNothing() throws Exception {
        var backup = Backups.full(Backups.ID, vault(false));
        backups.take(backup, NOBODY, done -> {});
        putHalf(file(Backups.ID));
        backups.erase(Backups.tombstone(Backups.ID, vault(false)));
        assertEquals(List.of("yunqing-repository"), names());
        assertEquals(List.of(), left());
    }

    @Test
    void whatTakesManyPiecesIsToldOfAndComesBackWhole() throws Exception {
        byte[] bytes = new byte[20 * (1 << 20) + 17];
        new Random(7).nextBytes(bytes);
        Path big = Files.write(folder.resolve("big"), bytes);
        var told = new ArrayList<BackupProgress>();
        var staged = new StagedBackup(null, null, 1L << 30, Instant.EPOCH);
        try (var repository = BackupRepository.open(vault(false), keys())) {
            var taken =
                    repository.store(
                            Backups.full(Backups.ID, vault(false)),
                            big,
                            bytes.length,
                            staged,
                            told::add);
            assertEquals(sha256(bytes), taken.sha256());
            assertTrue(told.size() > 2, told.toString());
            Path back = folder.resolve("back");
            repository.fetch(Volumes.ID, Backups.part(Backups.ID, taken), back);
            assertEquals(-1, Files.mismatch(big, back));
            assertEquals(Optional.of(taken), repository.find(Volumes.ID, Backups.ID));
        }
    }

    /** Compares a backup where it is kept with what it should hold, if that can be done there. */
    void look(String file, Path expected) throws IOException {}

    static String file(UUID backup) {
        return Volumes.ID + "/" + backup + ".qcow2";
    }

    static String note(UUID backup) {
        return Volumes.ID + "/" + backup + ".json";
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(ImageDownload.sha256().digest(bytes));
    }

    BackupTaken backUp(BackupDesired backup, VolumeBackups.Online online) throws HypervisorFault {
        backups.take(backup, online, done -> {});
        return backups.store(backup, online, done -> {});
    }

    private void restore(int sizeGiB, BackupSource.Part... chain) throws HypervisorFault {
        restores.make(Volumes.OTHER, sizeGiB, Backups.source(vault(true), chain));
    }

    private void refused(String words, BackupSource.Part... chain) throws IOException {
        assertFault(words, () -> restore(1, chain));
        assertEquals(List.of(Volumes.ID + ".qcow2"), names(layout.volumes()));
    }

    static void assertFault(String words, org.junit.jupiter.api.function.Executable refused) {
        var fault = assertThrows(HypervisorFault.class, refused);
        assertTrue(String.valueOf(fault.getMessage()).contains(words), fault.getMessage());
    }

    private List<String> left() throws IOException {
        return names(layout.backups());
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    static void io(Path file, String... commands) throws IOException {
        for (String command : commands) {
            var result =
                    Tool.result(
                            Duration.ofSeconds(20),
                            List.of("qemu-io", "-f", "qcow2", "-c", command, file.toString()));
            assertTrue(
                    result.exitCode() == 0 && !result.output().contains("verification failed"),
                    result.output());
        }
    }

    static void compare(Path one, Path other) throws IOException {
        Tool.run(
                Duration.ofSeconds(60),
                List.of(
                        "qemu-img",
                        "compare",
                        "-q",
                        "-f",
                        "qcow2",
                        "-F",
                        "qcow2",
                        one.toString(),
                        other.toString()));
    }

    /** A guest that has written this since the last backup. */
    private static class Guest implements VolumeBackups.Online {
        private final String[] writes;

        Guest(String... writes) {
            this.writes = writes;
        }

        @Override
        public Optional<Copied> copy(
                BackupDesired backup,
                Path into,
                long sizeBytes,
                Bounds bounds,
                Consumer<BackupProgress> progress)
                throws HypervisorFault {
            try {
                io(into, writes);
            } catch (IOException e) {
                throw new HypervisorFault(
                        HypervisorFault.Kind.STORAGE, String.valueOf(e.getMessage()), e);
            }
            return Optional.of(new Copied(backup.base() != null, null, Instant.EPOCH));
        }

        @Override
        public void follow(BackupDesired backup) {}
    }
}
