package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.NoController;
import io.yunqing.agent.Orphans;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Tool;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images go, and which never do. */
class ImageSweepTest {

    private static final Duration KEEP = Duration.ofDays(7);
    private final Instant now = Instant.now();

    @TempDir Path folder;
    private Layout layout;
    private ImageStore images;
    private InstanceFiles files;
    private ImageSource image;

    @BeforeEach
    void open() throws Exception {
        layout = new Layout(folder.resolve("pool"));
        var room = new PoolRoom(folder);
        images = new ImageStore(layout, room, NoController.FILES);
        images.open();
        files = new InstanceFiles(layout, images, room);
        Path original = folder.resolve("original.qcow2");
        Tool.run(
                Duration.ofSeconds(20),
                List.of("qemu-img", "create", "-q", "-f", "qcow2", original.toString(), "64M"));
        image =
                new ImageSource(
                        "test",
                        original.toUri().toString(),
                        ImageDownload.sha256(original),
                        ImageFormat.QCOW2,
                        1);
        images.fetch(image);
    }

    @Test
    void oneThatNothingStandsOnGoesWithAllThatBelongsToItWhenItWasIdleForLong() throws Exception {
        prepare();
        files.erase(Instances.ID);
        sweepAfter(KEEP.minusHours(1));
        assertTrue(Files.exists(layout.image(image)), "used a short while ago");
        sweepAfter(KEEP.plusHours(1));
        assertEquals(List.of(), filesIn(layout.images()));
        assertFalse(images.holds(image));
        images.fetch(image);
        prepare();
    }

    @Test
    void aRevokedOneGoesAsSoonAsNoDiskStandsOnItAndSaysSo() throws Exception {
        prepare();
        var known = images.known().getFirst();
        assertTrue(known.cached());
        assertEquals(64L << 20, known.diskBytes());
        assertFalse(revokedIsGoneAfter(Duration.ofMinutes(2)));
        assertEquals(1, images.known().getFirst().disks());
        files.erase(Instances.ID);
        assertFalse(revokedIsGoneAfter(Duration.ofSeconds(1)), "a disk may be on its way");
        assertTrue(revokedIsGoneAfter(Duration.ofMinutes(2)));
        assertEquals(List.of(), filesIn(layout.images()));
        assertFalse(images.known().getFirst().cached());
        assertTrue(revokedIsGoneAfter(Duration.ZERO), "it is gone already");
    }

    private boolean revokedIsGoneAfter(Duration time) throws Exception {
        try (var sweep = new ImageSweep(layout, images, KEEP, () -> Instant.now().plus(time))) {
            return sweep.removeRevoked(image);
        }
    }

    @Test
    void whatIsKnownOfImagesIsKnownAfterARestart() throws Exception {
        var before = images.known();
        var again = new ImageStore(layout, new PoolRoom(folder), NoController.FILES);
        again.open();
        assertEquals(before, again.known());
        Files.writeString(layout.images().resolve("1".repeat(64) + ".qcow2"), "damaged");
        again.open();
        assertEquals(before, again.known());
    }

    @Test
    void oneThatIsRefusedIsKnownWithTheReason() {
        var other = new ImageSource("other", image.url(), "0".repeat(64), ImageFormat.QCOW2, 1);
        assertThrows(HypervisorFault.class, () -> images.fetch(other));
        var known = images.known().getFirst();
        assertEquals("0".repeat(64), known.sha256());
        assertTrue(known.refused());
        assertTrue(String.valueOf(known.fault()).contains("promised was 000"), known.toString());
        var away = new ImageSource("away", "file:///nowhere", "0".repeat(64), ImageFormat.QCOW2, 1);
        assertThrows(HypervisorFault.class, () -> images.fetch(away));
        assertFalse(images.known().getFirst().refused(), "it was not seen");
    }

    @Test
    void oneThatADiskStandsOnNeverGoesAlsoWhenThatWasPutAside() throws Exception {
        prepare();
        sweepAfter(KEEP.multipliedBy(100));
        assertTrue(Files.exists(layout.image(image)));

        var quarantine = new Quarantine(layout);
        quarantine.open();
        quarantine.putAside(Orphans.files(Instances.ID));
        assertFalse(Files.exists(layout.instance(Instances.ID)));
        sweepAfter(KEEP.multipliedBy(100));
        assertTrue(Files.exists(layout.image(image)));

        quarantine.purge(Orphans.files(Instances.ID));
        sweepAfter(KEEP.multipliedBy(100));
        assertEquals(List.of(), filesIn(layout.images()));
    }

    @Test
    void nothingGoesWhileADiskCannotBeRead() throws Exception {
        prepare();
        Path disk = layout.disk(Instances.ID);
        byte[] header = Files.readAllBytes(disk);
        header[19] = 0;
        header[18] = 0;
        Files.write(disk, header);
        var failure = assertThrows(IOException.class, () -> sweepAfter(KEEP.multipliedBy(100)));
        assertTrue(String.valueOf(failure.getMessage()).contains(disk.toString()));
        assertTrue(Files.exists(layout.image(image)));
    }

    @Test
    void whatIsNoImageIsLeftAlone() throws Exception {
        Path note = Files.writeString(layout.images().resolve("README"), "mine");
        Files.setLastModifiedTime(note, FileTime.from(Instant.EPOCH));
        sweepAfter(KEEP.plusHours(1));
        assertEquals(List.of(note), filesIn(layout.images()));
    }

    private void prepare() throws Exception {
        files.prepare(Instances.running().image(image).rootDiskGiB(2).build());
    }

    private void sweepAfter(Duration idle) throws IOException {
        try (var sweep = new ImageSweep(layout, images, KEEP, () -> now.plus(idle))) {
            sweep.sweep();
        }
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }
}
