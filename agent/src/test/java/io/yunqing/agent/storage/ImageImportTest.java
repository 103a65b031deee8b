package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.NoController;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Tool;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of all formats, good and hostile, through the real {@code qemu-img}. */
class ImageImportTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int DISK_MIB = 64;

    @TempDir Path folder;
    private Layout layout;
    private ImageStore images;
    private Path disk;
    private int converted;

    @BeforeEach
    void open() throws IOException {
        layout = new Layout(folder.resolve("pool"));
        images = new ImageStore(layout, new PoolRoom(folder), NoController.FILES);
        images.open();
        disk = folder.resolve("disk");
        var bytes = new byte[3 << 20];
        new Random(7).nextBytes(bytes);
        try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength((long) DISK_MIB << 20);
            file.seek(11 << 20);
            file.write(bytes);
        }
    }

    @Test
    void aFileThatChangesWhileItIsReadIsNotUsed() throws Exception {
        var image = source(ImageFormat.RAW, disk);
        Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("rw-r--r--"));
        var part = Files.createFile(folder.resolve("part"));
        var fetched =
                new ImageDownload(new PoolRoom(folder), NoController.FILES)
                        .fetch(image, part, false);
        assertEquals(disk, fetched.file(), "it is read where it is");
        fetched.require(image);
        Files.write(disk, new byte[1], StandardOpenOption.APPEND);
        var fault = assertThrows(IOException.class, () -> fetched.require(image));
        assertTrue(String.valueOf(fault.getMessage()).contains("was changed"), fault.toString());
    }

    @Test
    void aFileThatOnlyItsOwnerMayReadIsCopied() throws Exception {
        var image = source(ImageFormat.RAW, disk);
        Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("rw-------"));
        images.fetch(image);
        assertTrue(Files.exists(layout.image(image)));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(disk)));
    }

    @Test
    void everyFormatBecomesAQcow2OfTheSameDisk() throws Exception {
        for (var made : made().entrySet()) {
            var image = source(made.getKey(), made.getValue());
            images.fetch(image);
            Path file = layout.image(image);
            assertEquals(null, Qcow2Header.read(file).objection());
            qemuImg("compare", "-f", "raw", "-F", "qcow2", disk.toString(), file.toString());
            assertEquals(
                    Files.getAttribute(folder, "unix:uid"), Files.getAttribute(file, "unix:uid"));
        }
        assertEquals(2 * made().size(), filesIn(layout.images()).size(), "each with its note");
    }

    private Map<ImageFormat, Path> made() throws IOException {
        var made = new LinkedHashMap<ImageFormat, Path>();
        made.put(ImageFormat.RAW, disk);
        made.put(ImageFormat.QCOW2, converted("qcow2", ""));
        made.put(ImageFormat.VMDK, converted("vmdk", "subformat=streamOptimized"));
        made.put(ImageFormat.VHD, converted("vpc", "force_size=on"));
        made.put(ImageFormat.VHDX, converted("vhdx", ""));
        return made;
    }

    /** What the hostile and the broken ones are told; nothing of them stays. */
    @Test
    void whatIsHostileOrBrokenIsRefusedByItsHeader() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "x".repeat(1 << 20));
        var refused = new ArrayList<Refused>();
        refused.add(new Refused(ImageFormat.QCOW2, backed("qcow2", secret), "backing file"));
        refused.add(new Refused(ImageFormat.QCOW2, externalData(secret), "external data file"));
        refused.add(new Refused(ImageFormat.QCOW2, disk, "not a qcow2 file"));
        refused.add(
                new Refused(
                        ImageFormat.QCOW2,
                        patched(converted("qcow2", ""), 79, 0x40),
                        "features that are not known"));
        refused.add(new Refused(ImageFormat.VMDK, backed("vmdk", converted("vmdk", "")), "parent"));
        refused.add(
                new Refused(
                        ImageFormat.VMDK,
                        converted("vmdk", "subformat=monolithicFlat"),
                        "only names other files"));
        refused.add(new Refused(ImageFormat.VMDK, descriptorOf(secret), "only names other files"));
        refused.add(new Refused(ImageFormat.VMDK, disguised(secret), "description is not where"));
        refused.add(
                new Refused(
                        ImageFormat.VMDK,
                        truncated(converted("vmdk", "subformat=streamOptimized"), 1 << 20),
                        "damaged"));
        refused.add(
                new Refused(
                        ImageFormat.VMDK, truncated(converted("vmdk", ""), 1 << 20), "damaged"));
        refused.add(
                new Refused(ImageFormat.VHD, truncated(converted("vpc", ""), 512), "truncated"));
        refused.add(
                new Refused(
                        ImageFormat.VHD,
                        patched(patched(converted("vpc", ""), -512 + 63, 4), 63, 4),
                        "differencing"));
        refused.add(new Refused(ImageFormat.VHD, disk, "not a VHD file"));
        refused.add(new Refused(ImageFormat.VHDX, withParent(), "differencing"));
        refused.add(
                new Refused(
                        ImageFormat.VHDX,
                        truncated(converted("vhdx", ""), 1 << 20),
                        "qemu-img info failed"));
        refused.add(new Refused(ImageFormat.VHDX, disk, "not a VHDX file"));
        refused.add(new Refused(ImageFormat.RAW, Files.createFile(folder.resolve("e")), "empty"));
        for (Refused one : refused) {
            assertRefused(source(one.format(), one.file()), one.word());
        }
    }

    private record Refused(ImageFormat format, Path file, String word) {}

    @Test
    void aDiskLargerThanPromisedIsRefusedHoweverSmallItsFile() throws Exception {
        for (String format : List.of("qcow2", "vmdk", "vhdx")) {
            Path bomb = folder.resolve("bomb." + format);
            qemuImg("create", "-q", "-f", format, bomb.toString(), "40G");
            var image = source(ImageFormat.valueOf(format.toUpperCase(Locale.ROOT)), bomb);
            assertRefused(image, "more than its minDiskGiB of 1; correct spec.minDiskGiB");
        }
    }

    @Test
    void aConversionTakesNoMoreThanThePoolHasToGive() throws Exception {
        Path packed = folder.resolve("packed.vmdk");
        Path full = folder.resolve("full");
        Files.write(full, "abcdefgh".repeat(8 << 20).getBytes(StandardCharsets.US_ASCII));
        qemuImg(
                "convert",
                "-f",
                "raw",
                "-O",
                "vmdk",
                "-o",
                "subformat=streamOptimized",
                full.toString(),
                packed.toString());
        assertTrue(
                Files.size(packed) < 8 << 20, "what unpacks to 64 MiB has " + Files.size(packed));
        long free = Files.getFileStore(folder).getUsableSpace();
        var narrow =
                new ImageStore(layout, new PoolRoom(folder, free - (24 << 20)), NoController.FILES);
        var image = source(ImageFormat.VMDK, packed);
        var fault = assertThrows(HypervisorFault.class, () -> narrow.fetch(image));
        assertTrue(String.valueOf(fault.getMessage()).contains("grew beyond"), fault.getMessage());
        assertEquals(List.of(), filesIn(layout.images()));
    }

    @Test
    void aDamagedCacheIsFetchedAgainAndNotUsed() throws Exception {
        for (ImageFormat format : List.of(ImageFormat.QCOW2, ImageFormat.VMDK)) {
            var image = source(format, converted(ImageHeader.word(format), ""));
            images.fetch(image);
            Path file = layout.image(image);
            byte[] good = Files.readAllBytes(file);
            flip(file, (int) Files.size(file) / 2);
            var fault = assertThrows(HypervisorFault.class, () -> images.file(image));
            assertTrue(String.valueOf(fault.getMessage()).contains("was changed"));
            images.fetch(image);
            assertEquals(file, images.file(image));
            qemuImg("compare", "-f", "raw", "-F", "qcow2", disk.toString(), file.toString());

            var time = Files.getLastModifiedTime(file);
            flip(file, good.length / 2);
            Files.setLastModifiedTime(file, time);
            var restarted = new ImageStore(layout, new PoolRoom(folder), NoController.FILES);
            restarted.open();
            restarted.fetch(image);
            qemuImg("compare", "-f", "raw", "-F", "qcow2", disk.toString(), file.toString());
        }
    }

    @Test
    void anImageThatAnEarlierAgentFetchedIsTakenByItsDigest() throws Exception {
        Path original = converted("qcow2", "");
        var image = source(ImageFormat.QCOW2, original);
        images.fetch(image);
        Path file = layout.image(image);
        Files.delete(layout.note(file));
        Files.delete(original);
        var restarted = new ImageStore(layout, new PoolRoom(folder), NoController.FILES);
        restarted.fetch(image);
        assertEquals(file, restarted.file(image));
    }

    private void assertRefused(ImageSource image, String word) throws IOException {
        var fault =
                assertThrows(HypervisorFault.class, () -> images.fetch(image), image.toString());
        assertEquals(HypervisorFault.Kind.IMAGE, fault.kind());
        assertTrue(String.valueOf(fault.getMessage()).contains(word), fault.getMessage());
        assertEquals(List.of(), filesIn(layout.images()));
    }

    private Path converted(String format, String options) throws IOException {
        Path file = folder.resolve(++converted + "." + format);
        var words = new ArrayList<>(List.of("convert", "-f", "raw", "-O", format));
        if (!options.isEmpty()) {
            words.addAll(List.of("-o", options));
        }
        words.addAll(List.of(disk.toString(), file.toString()));
        qemuImg(words.toArray(String[]::new));
        return file;
    }

    private Path backed(String format, Path backing) throws IOException {
        Path file = folder.resolve("backed." + format);
        String backingFormat = format.equals("qcow2") ? "raw" : format;
        qemuImg(
                "create",
                "-q",
                "-f",
                format,
                "-F",
                backingFormat,
                "-b",
                backing.toString(),
                file.toString());
        return file;
    }

    private Path externalData(Path data) throws IOException {
        Path file = folder.resolve("external.qcow2");
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-o",
                "data_file=" + data + ".x",
                file.toString(),
                "1M");
        return file;
    }

    private Path descriptorOf(Path secret) throws IOException {
        return Files.writeString(
                folder.resolve("descriptor.vmdk"),
                """
                # Disk DescriptorFile
                version=1
                CID=12345678
                parentCID=ffffffff
                createType="monolithicFlat"
                RW 2048 FLAT "%s" 0
                """
                        .formatted(secret));
    }

    /** A sparse VMDK that says it has no capacity: QEMU then reads the files that its description lists. */
    private Path disguised(Path secret) throws IOException {
        Path file = converted("vmdk", "");
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(12);
            bytes.writeLong(0);
            bytes.seek(512);
            bytes.write(Files.readAllBytes(descriptorOf(secret)));
        }
        return file;
    }

    /** Where QEMU writes a VHDX's file parameters: behind the table of its metadata, the first item. */
    private Path withParent() throws IOException {
        Path file = converted("vhdx", "");
        byte[] bytes = Files.readAllBytes(file);
        byte[] signature = "metadata".getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < bytes.length; at += 1 << 16) {
            if (Arrays.equals(bytes, at, at + 8, signature, 0, 8)) {
                return patched(file, at + (64 << 10) + 4, 2);
            }
        }
        throw new AssertionError("no metadata in " + file);
    }

    private static Path truncated(Path file, long bytes) throws IOException {
        try (var cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(cut.length() - bytes);
        }
        return file;
    }

    /**
     * @param at from the file's end if negative
     */
    private static Path patched(Path file, long at, int value) throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at < 0 ? bytes.length() + at : at);
            bytes.write(value);
        }
        return file;
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        patched(file, at, ~bytes[at]);
    }

    private static ImageSource source(ImageFormat format, Path file) throws IOException {
        return new ImageSource(
                "test", file.toUri().toString(), ImageDownload.sha256(file), format, 1);
    }

    private static void qemuImg(String... words) throws IOException {
        var command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(words));
        Tool.run(SOON, command);
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }
}
