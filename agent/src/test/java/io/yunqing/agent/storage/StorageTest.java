package io.yunqing.agent.storage;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.yunqing.agent.Instances;
import io.yunqing.agent.NoController;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.platform.Tool;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.InstanceDesired.Seed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Images, volumes and instances' files, made by the real programs. */
class StorageTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path folder;
    private Layout layout;
    private PoolRoom room;
    private ImageStore images;

    @BeforeEach
    void open() throws IOException {
        layout = new Layout(folder.resolve("pool"));
        room = new PoolRoom(folder);
        images = new ImageStore(layout, room, NoController.FILES);
        images.open();
    }

    @Test
    void anImageIsFetchedOnceHoweverManyAskAtOnce() throws Exception {
        byte[] bytes = Files.readAllBytes(qcow2("base.qcow2"));
        var requests = new AtomicInteger();
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/base.qcow2";
            var image = new ImageSource("base", url, sha256(bytes), ImageFormat.QCOW2, null);
            assertFalse(images.holds(image));
            var asking =
                    Stream.generate(() -> CompletableFuture.runAsync(() -> fetch(image)))
                            .limit(3)
                            .toList();
            asking.forEach(CompletableFuture::join);
            assertEquals(1, requests.get());
            assertTrue(images.holds(image));
            assertArrayEquals(bytes, Files.readAllBytes(layout.image(image)));
            assertEquals(
                    Set.of(layout.image(image), layout.note(layout.image(image))),
                    Set.copyOf(filesIn(layout.images())));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whatIsNotAsPromisedIsRefusedAndLeavesNothing() throws Exception {
        Path base = qcow2("base.qcow2");
        Path chained = folder.resolve("chained.qcow2");
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                "-b",
                base.toString(),
                chained.toString());
        Path external = folder.resolve("external.qcow2");
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-o",
                "data_file=" + folder.resolve("elsewhere.raw"),
                external.toString(),
                "1M");
        Path text = Files.writeString(folder.resolve("page.html"), "<html>not found</html>");

        assertRefused(source(base, "0".repeat(64)), "0".repeat(64));
        assertRefused(source(chained, sha256(chained)), "backing file");
        assertRefused(source(external, sha256(external)), "external data file");
        assertRefused(source(text, sha256(text)), "not a qcow2 file");
        assertRefused(source(folder.resolve("gone"), "0".repeat(64)), "gone");
        assertRefused(
                new ImageSource("x", "ftp://127.0.0.1/x", "0".repeat(64), ImageFormat.RAW, null),
                "file:, http: or https:");
        assertEquals(List.of(), filesIn(layout.images()));
    }

    @Test
    void aKilledFetchIsCleanedUpAtTheNextStart() throws IOException {
        Files.writeString(layout.images().resolve(".0123.99.part"), "half");
        images.open();
        assertEquals(List.of(), filesIn(layout.images()));
    }

    @Test
    void disksAreOfTheSizeAskedForHoweverManyAreMadeOnOneImage() throws Exception {
        var image = fetched();
        try (var files = new InstanceFiles(layout, images, room)) {
            for (int gibibytes : List.of(2, 3, 2)) {
                files.prepare(Instances.running().image(image).rootDiskGiB(gibibytes).build());
                Path disk = layout.disk(Instances.ID);
                var header = Qcow2Header.read(disk);
                assertEquals((long) gibibytes << 30, header.virtualSize());
                assertEquals(-1, Files.mismatch(layout.overlay(image, gibibytes), disk));
                assertEquals(Set.of(OWNER_READ, OWNER_WRITE), Files.getPosixFilePermissions(disk));
                files.erase(Instances.ID);
            }
        }
    }

    @Test
    void anInstanceGetsDiskSeedAndLogAndKeepsThemWhenAskedAgain() throws Exception {
        var image = fetched();
        try (var files = new InstanceFiles(layout, images, room)) {
            var instance = Instances.running().image(image).rootDiskGiB(2).build();
            files.prepare(instance);
            String info =
                    Tool.result(
                                    SOON,
                                    List.of(
                                            "qemu-img",
                                            "info",
                                            "--output=json",
                                            layout.disk(Instances.ID).toString()))
                            .output();
            assertTrue(info.contains("\"virtual-size\": 2147483648"), info);
            assertTrue(info.contains("\"backing-filename-format\": \"qcow2\""), info);

            Files.writeString(layout.console(Instances.ID), "hello");
            var disk = Files.getLastModifiedTime(layout.disk(Instances.ID));
            // What a kill -9 between two renames leaves: no seed, a temporary file.
            Files.delete(layout.seed(Instances.ID));
            Files.writeString(layout.instance(Instances.ID).resolve(".seed.iso.tmp"), "half");
            files.prepare(instance);
            assertEquals(disk, Files.getLastModifiedTime(layout.disk(Instances.ID)));
            assertEquals("hello", Files.readString(layout.console(Instances.ID)));
            assertTrue(Files.size(layout.seed(Instances.ID)) > 10_000);

            files.erase(Instances.ID);
            files.erase(Instances.ID);
            assertFalse(Files.exists(layout.instance(Instances.ID)));
        }
    }

    @Test
    void diskAndSeedAreMadeAnewOnceForARebuild() throws Exception {
        var first = fetched();
        var second = source(qcow2("second.qcow2"), sha256(folder.resolve("second.qcow2")));
        images.fetch(second);
        try (var files = new InstanceFiles(layout, images, room)) {
            files.prepare(Instances.running().image(first).rootDiskGiB(2).build());
            Files.writeString(layout.disk(Instances.ID), "what the guest wrote");
            Files.writeString(layout.console(Instances.ID), "hello");
            byte[] seed = Files.readAllBytes(layout.seed(Instances.ID));
            var rebuilt =
                    Instances.running()
                            .image(second)
                            .rootDiskGiB(2)
                            .seed(new Seed("web-1", List.of(), "#!/bin/sh"))
                            .rebuild(3);
            files.prepare(rebuilt.build());
            Path disk = layout.disk(Instances.ID);
            assertEquals(-1, Files.mismatch(layout.overlay(second, 2), disk));
            assertFalse(Arrays.equals(seed, Files.readAllBytes(layout.seed(Instances.ID))));
            assertEquals("hello", Files.readString(layout.console(Instances.ID)));

            Files.writeString(disk, "what the guest wrote then");
            files.prepare(rebuilt.build());
            files.prepare(rebuilt.boot(4).build());
            assertEquals("what the guest wrote then", Files.readString(disk));
            files.prepare(rebuilt.rebuild(5).build());
            assertEquals(-1, Files.mismatch(layout.overlay(second, 2), disk));

            Files.writeString(disk, "what nobody may delete by guessing");
            Files.writeString(layout.rebuild(Instances.ID), "");
            var fault =
                    assertThrows(
                            HypervisorFault.class, () -> files.prepare(rebuilt.rebuild(6).build()));
            assertTrue(String.valueOf(fault.getMessage()).contains("is damaged"));
            assertEquals("what nobody may delete by guessing", Files.readString(disk));
        }
    }

    /** Guests that write to a full pool stand still, so those that are there come before what is new. */
    @Test
    void nothingIsMadeWhereNoMoreIsFreeThanIsKept() throws Exception {
        var image = fetched();
        var full = new PoolRoom(folder, Long.MAX_VALUE / 2);
        var volumes = new VolumeFiles(layout, full);
        volumes.open();
        try (var files = new InstanceFiles(layout, images, full)) {
            var instance = Instances.running().image(image).rootDiskGiB(2).build();
            for (Executable making :
                    List.<Executable>of(
                            () -> files.prepare(instance), () -> volumes.make(Volumes.ID, 1))) {
                var fault = assertThrows(HypervisorFault.class, making);
                assertEquals(HypervisorFault.Kind.STORAGE, fault.kind());
                assertTrue(
                        String.valueOf(fault.getMessage()).contains("kept for guests that write"),
                        fault.getMessage());
            }
            assertFalse(Files.exists(layout.disk(Instances.ID)));
            assertEquals(List.of(), volumes.all());
        }
        var fetching = new ImageStore(layout, full, NoController.FILES);
        Files.delete(layout.image(image));
        assertThrows(HypervisorFault.class, () -> fetching.fetch(image));
    }

    @Test
    void aDiskSmallerThanItsImageIsRefused() throws Exception {
        Path big = folder.resolve("big.qcow2");
        qemuImg("create", "-q", "-f", "qcow2", big.toString(), "3G");
        var image = source(big, sha256(big));
        images.fetch(image);
        try (var files = new InstanceFiles(layout, images, room)) {
            var fault =
                    assertThrows(
                            HypervisorFault.class,
                            () -> files.prepare(Instances.running().image(image).build()));
            assertEquals(HypervisorFault.Kind.STORAGE, fault.kind());
            assertTrue(String.valueOf(fault.getMessage()).contains("3072 MiB"));
        }
    }

    @Test
    void aVolumeIsMadeOnceMadeLargerAndErased() throws Exception {
        var volumes = volumes();
        assertEquals(List.of(), volumes.all());
        volumes.make(Volumes.ID, 2);
        assertEquals(List.of(new ObservedVolume(Volumes.ID, 2, 0, null)), volumes.all());
        assertEquals(
                Set.of(OWNER_READ, OWNER_WRITE),
                Files.getPosixFilePermissions(layout.volume(Volumes.ID)));
        volumes.make(Volumes.ID, 9);
        assertEquals(
                List.of(new ObservedVolume(Volumes.ID, 2, 0, null)),
                volumes.all(),
                "never made anew");

        assertTrue(volumes.isAtLeast(Volumes.ID, 2));
        assertFalse(volumes.isAtLeast(Volumes.ID, 3));
        volumes.grow(Volumes.ID, 3);
        assertEquals(List.of(new ObservedVolume(Volumes.ID, 3, 0, null)), volumes.all());

        volumes.erase(Volumes.ID);
        volumes.erase(Volumes.ID);
        assertEquals(List.of(), filesIn(layout.volumes()));
        assertThrows(HypervisorFault.class, () -> volumes.grow(Volumes.ID, 9));
    }

    @Test
    void aVolumeThatCannotBeReadMakesTheListAFaultThatNamesIt() throws Exception {
        var volumes = volumes();
        volumes.make(Volumes.ID, 1);
        Files.writeString(layout.volume(Volumes.OTHER), "not a disk");
        assertUnseen(volumes, layout.volume(Volumes.OTHER).toString());
        Files.delete(layout.volume(Volumes.OTHER));
        Files.createDirectory(layout.volume(Volumes.OTHER));
        assertUnseen(volumes, "volumes: ");
    }

    @Test
    void aDirectoryThatIsGoneIsNotOneWithoutVolumes() throws Exception {
        var volumes = volumes();
        Files.delete(layout.volumes());
        assertUnseen(volumes, layout.volumes().toString());
    }

    @Test
    void whatIsNoVolumeIsLeftAlone() throws Exception {
        var volumes = volumes();
        var others =
                List.of("notes.txt", "disk.qcow2", Volumes.ID + ".qcow2.bak", "1-1-1-1-1.qcow2");
        for (String name : others) {
            Files.writeString(layout.volumes().resolve(name), "mine");
        }
        Files.writeString(layout.volumes().resolve("." + Volumes.ID + ".part"), "half");
        volumes.open();
        assertEquals(List.of(), volumes.all());
        assertEquals(
                Set.copyOf(others),
                filesIn(layout.volumes()).stream()
                        .map(file -> file.getFileName().toString())
                        .collect(Collectors.toSet()));
    }

    @Test
    void aVolumesFileIsKnownByItsPlace() {
        assertEquals(Optional.of(Volumes.ID), layout.volumeAt(layout.volume(Volumes.ID)));
        for (Path other :
                List.of(
                        Path.of("/"),
                        Path.of(""),
                        folder.resolve(Volumes.ID + ".qcow2"),
                        layout.volumes().resolve(Volumes.ID.toString()),
                        layout.volumes().resolve("sub").resolve(Volumes.ID + ".qcow2"))) {
            assertEquals(Optional.empty(), layout.volumeAt(other));
        }
    }

    private VolumeFiles volumes() throws IOException {
        var volumes = new VolumeFiles(layout, room);
        volumes.open();
        return volumes;
    }

    private static void assertUnseen(VolumeFiles volumes, String word) {
        var fault = assertThrows(HypervisorFault.class, volumes::all);
        assertEquals(HypervisorFault.Kind.STORAGE, fault.kind());
        assertTrue(String.valueOf(fault.getMessage()).contains(word), fault.getMessage());
    }

    @Test
    void aConsoleLogGivesItsEndAndItsOldPartBack() throws Exception {
        var log = layout.console(Instances.ID);
        Files.createDirectories(layout.instance(Instances.ID));
        var consoles = new ConsoleLog(layout);
        assertTrue(consoles.tail(Instances.ID, 0).isEmpty());

        Files.writeString(log, "first\n");
        var tail = consoles.tail(Instances.ID, 0).orElseThrow();
        assertEquals("first\n", new String(tail.bytes(), StandardCharsets.UTF_8));
        assertEquals(6, tail.end());
        assertTrue(consoles.tail(Instances.ID, 6).isEmpty());

        byte[] much = new byte[3 << 20];
        Arrays.fill(much, (byte) 'x');
        Files.write(log, much, StandardOpenOption.APPEND);
        Files.writeString(log, "last\n", StandardOpenOption.APPEND);
        tail = consoles.tail(Instances.ID, 6).orElseThrow();
        assertEquals(6 + (3 << 20) + 5, tail.end());
        assertEquals(64 * 1024, tail.bytes().length);
        assertTrue(new String(tail.bytes(), StandardCharsets.UTF_8).endsWith("xlast\n"));
        String blocks =
                Tool.result(SOON, List.of("stat", "--format=%b", log.toString())).output().strip();
        assertTrue(Long.parseLong(blocks) * 512 < 256 * 1024, blocks + " blocks are still taken");
    }

    private void fetch(ImageSource image) {
        try {
            images.fetch(image);
        } catch (HypervisorFault e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertRefused(ImageSource image, String word) {
        var fault = assertThrows(HypervisorFault.class, () -> images.fetch(image));
        assertEquals(HypervisorFault.Kind.IMAGE, fault.kind());
        assertTrue(String.valueOf(fault.getMessage()).contains(word), fault.getMessage());
    }

    private ImageSource fetched() throws Exception {
        Path base = qcow2("base.qcow2");
        var image = source(base, sha256(base));
        images.fetch(image);
        return image;
    }

    private Path qcow2(String name) throws IOException {
        Path file = folder.resolve(name);
        qemuImg("create", "-q", "-f", "qcow2", file.toString(), "64M");
        return file;
    }

    private static void qemuImg(String... words) throws IOException {
        var command = new java.util.ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(words));
        Tool.run(SOON, command);
    }

    private static ImageSource source(Path file, String sha256) {
        return new ImageSource("test", file.toUri().toString(), sha256, ImageFormat.QCOW2, null);
    }

    private static String sha256(Path file) throws Exception {
        return sha256(Files.readAllBytes(file));
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }
}
