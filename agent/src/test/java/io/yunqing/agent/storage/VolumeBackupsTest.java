package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups and restores of volumes, by the real programs; what a guest would have written is written by qemu-io. */
class VolumeBackupsTest {

    private static final VolumeBackups.Online NOBODY =
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
    private Layout layout;
    private VolumeFiles volumes;
    private VolumeBackups backups;
    private VolumeRestores restores;
    private Path vault;

    @BeforeEach
    void open() throws Exception {
        layout = new Layout(Files.createDirectory(folder.resolve("pool")));
        vault = Files.createDirectory(folder.resolve("vault"));
        var room = new PoolRoom(layout.pool());
        volumes = new VolumeFiles(layout, room);
        volumes.open();
        backups = new VolumeBackups(layout, room);
        backups.open();
        restores = new VolumeRestores(layout, room);
        volumes.make(Volumes.ID, 1);
        io(layout.volume(Volumes.ID), "write -P 0x11 0 2M", "write -P 0x22 10M 1M");
    }

    @Test
    void aFullBackupBecomesAVolumeOfTheSameContent() throws Exception {
        var taken = backUp(Backups.full(Backups.ID, vault(false)), NOBODY);
        io(layout.volume(Volumes.ID), "write -P 0x33 0 1M");
        assertEquals(taken.bytes(), Files.size(file(Backups.ID)));
        assertEquals(ImageDownload.sha256(file(Backups.ID)), taken.sha256());
        restore(3, Backups.part(Backups.ID, taken));
        io(layout.volume(Volumes.OTHER), "read -P 0x11 0 2M", "read -P 0x22 10M 1M");
        assertEquals(3L << 30, VolumeFiles.bytes(layout.volume(Volumes.OTHER)));
        assertEquals(List.of(), left());
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

        // Whoever has the directory needs no more than qemu-img.
        compare(file(Backups.THIRD), expected);
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
        byte[] whole = Files.readAllBytes(file(Backups.SECOND));
        byte[] flipped = whole.clone();
        flipped[flipped.length - 1] ^= 1;
        Files.write(file(Backups.SECOND), flipped);
        refused("is damaged: its file has sha256", chain);
        Files.write(file(Backups.SECOND), new byte[10]);
        refused("is damaged: its file has 10 bytes", chain);
        Files.delete(file(Backups.SECOND));
        refused("is not in repository vault", chain);
        Files.write(file(Backups.SECOND), whole);
        restore(1, chain);
    }

    /** Its digest is right, as of whoever could write into the books as well. */
    @Test
    void aFileThatNamesAnotherIsRefused() throws Exception {
        var first = backUp(Backups.full(Backups.ID, vault(false)), NOBODY);
        Path secret = Files.writeString(folder.resolve("secret"), "s".repeat(1024));
        for (String backing : List.of(secret.toString(), "../" + Backups.ID + ".qcow2")) {
            Path hostile = file(Backups.SECOND);
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
        assertFault("is everything mounted there?", () -> backups.find(backup));
        assertEquals(List.of(), names(vault));
        Files.writeString(vault.resolve("yunqing-repository"), UUID.randomUUID().toString());
        assertFault("holds repository", () -> backups.find(backup));
        Files.delete(vault.resolve("yunqing-repository"));
        Files.delete(vault);
        assertFault("there is no directory", () -> backups.find(backup));
        assertFalse(Files.exists(vault));
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
        Path half = Files.createDirectories(file(Backups.ID).getParent());
        Files.writeString(half.resolve(Backups.ID + ".qcow2.part"), "half");
        assertEquals(Optional.empty(), backups.find(backup));
        var taken = backups.store(backup, NOBODY, done -> {});
        assertEquals(taken, backups.store(backup, NOBODY, done -> {}));
        restore(1, Backups.part(Backups.ID, taken));
        io(layout.volume(Volumes.OTHER), "read -P 0x11 0 2M");
        backups.erase(backup);
        assertEquals(List.of("yunqing-repository"), names(vault));
    }

    private RepositoryPlace vault(boolean used) {
        return Backups.place("file://" + vault, used);
    }

    private Path file(UUID backup) {
        return vault.resolve(Volumes.ID.toString()).resolve(backup + ".qcow2");
    }

    private BackupTaken backUp(BackupDesired backup, VolumeBackups.Online online)
            throws HypervisorFault {
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

    private static void assertFault(
            String words, org.junit.jupiter.api.function.Executable refused) {
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

    private static void io(Path file, String... commands) throws IOException {
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

    private static void compare(Path one, Path other) throws IOException {
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
