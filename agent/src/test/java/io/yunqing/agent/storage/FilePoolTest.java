package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedPool;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.api.agent.PoolPlace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool beside two hosts' own, on a real directory. */
class FilePoolTest {

    private static final VolumePool.Guests NO_GUESTS = sizes -> Set.of();

    @TempDir Path folder;

    @TempDir Path hosts;

    @Test
    void hostsThatSeeTheSameFindOneMark() throws Exception {
        var first = host("a").look(pool(false), Set.of(), NO_GUESTS);
        var second = host("b").look(pool(true), Set.of(), NO_GUESTS);
        assertEquals(first.mark(), second.mark());
        assertTrue(first.use() != null && first.use().sizeMiB() > 0, first.toString());
        Path elsewhere = Files.createDirectory(hosts.resolve("elsewhere"));
        var other = host("c").look(at(elsewhere, false), Set.of(), NO_GUESTS);
        assertNotEquals(first.mark(), other.mark());
    }

    @Test
    void ofHostsThatComeAtOnceOneMarksIt() throws Exception {
        int many = 8;
        var start = new CountDownLatch(1);
        var looks = new ArrayList<Callable<ObservedPool>>();
        for (int i = 0; i < many; i++) {
            var host = host("h" + i);
            looks.add(() -> {
                start.await();
                return host.look(pool(false), Set.of(), NO_GUESTS);
            });
        }
        var marks = new HashSet<UUID>();
        try (var threads = Executors.newFixedThreadPool(many)) {
            var looked = looks.stream().map(threads::submit).toList();
            start.countDown();
            for (var one : looked) {
                marks.add(one.get().mark());
            }
        }
        assertEquals(1, marks.size());
        try (var files = Files.list(folder)) {
            assertEquals(
                    Set.of("yunqing-pool.json", "volumes"),
                    Set.copyOf(files.map(file -> file.getFileName().toString()).toList()),
                    "nothing else is left");
        }
    }

    @Test
    void aDirectoryInWhichNothingIsMountedIsNotThePool() {
        var fault = refused(pool(true));
        assertTrue(fault.contains("is not marked as pool san"), fault);
        assertTrue(Files.notExists(folder.resolve("volumes")), "nothing is made there");
    }

    @Test
    void aDirectoryThatIsNotThereOrIsAnotherPoolIsRefused() throws Exception {
        var missing = refused(at(folder.resolve("none"), false));
        assertTrue(missing.contains("there is no directory"), missing);
        host("a").look(pool(false), Set.of(), NO_GUESTS);
        var other = refused(new PoolPlace(new UUID(7, 9), "other", url(folder), true, true));
        assertTrue(other.contains("is marked as another pool"), other);
        Files.writeString(folder.resolve("yunqing-pool.json"), "{");
        var damaged = refused(pool(true));
        assertTrue(damaged.contains("is damaged"), damaged);
    }

    @Test
    void aVolumeIsMadeWhereItsPoolIsAndFoundByWhoeverIsToldOfIt() throws Exception {
        var first = host("a");
        first.look(pool(false), Set.of(), NO_GUESTS);
        first.place(Map.of(Volumes.ID, pool(true)));
        first.of(Volumes.ID).make(Volumes.ID, 2);
        first.of(Volumes.OTHER).make(Volumes.OTHER, 1);
        Path file = folder.resolve("volumes").resolve(Volumes.ID + ".qcow2");
        assertTrue(Files.exists(file));
        assertEquals(new DiskSource.File(file), first.source(Volumes.ID));
        assertEquals(Volumes.ID, first.volumeAt(new DiskSource.File(file)).orElseThrow());
        assertEquals(
                List.of(Volumes.OTHER),
                first.own().files().all().stream().map(ObservedVolume::id).toList());

        var second = host("b");
        second.place(Map.of(Volumes.ID, pool(true)));
        assertEquals(
                Volumes.ID, second.volumeAt(new DiskSource.File(file)).orElseThrow(), "unseen");
        var seen = second.look(pool(true), Set.of(Volumes.ID, Volumes.OTHER), NO_GUESTS);
        assertEquals(List.of(Volumes.ID), seen.volumes().stream().map(ObservedVolume::id).toList());
        assertEquals(2, seen.volumes().getFirst().sizeGiB());
        second.of(Volumes.ID).grow(Volumes.ID, 3, NO_GUESTS);
        first.of(Volumes.ID).erase(Volumes.ID);
        assertEquals(List.of(), second.look(pool(true), Set.of(Volumes.ID), NO_GUESTS).volumes());
    }

    private String refused(PoolPlace pool) {
        return String.valueOf(
                assertThrows(HypervisorFault.class, () -> host("r").look(pool, Set.of(), NO_GUESTS))
                        .getMessage());
    }

    private VolumePools host(String name) throws Exception {
        var layout = new Layout(hosts.resolve(name));
        var pools =
                new VolumePools(
                        layout, new StoreKeys(hosts.resolve("no-keys")), FilePoolTest::none);
        Files.createDirectories(layout.pool());
        pools.open();
        return pools;
    }

    private static VolumePool none(PoolPlace pool) {
        throw new AssertionError(pool + " keeps files");
    }

    private PoolPlace pool(boolean used) {
        return at(folder, used);
    }

    private static PoolPlace at(Path where, boolean used) {
        return new PoolPlace(new UUID(7, 1), "san", url(where), true, used);
    }

    private static String url(Path where) {
        return "file://" + where;
    }
}
