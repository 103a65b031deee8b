package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Orphans;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedOrphan;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in a real directory and belongs to nobody. */
class QuarantineTest {

    @TempDir Path folder;
    private Layout layout;
    private Quarantine quarantine;

    @BeforeEach
    void open() throws IOException {
        layout = new Layout(folder.resolve("pool"));
        Files.createDirectories(layout.volumes());
        quarantine = new Quarantine(layout);
        quarantine.open();
    }

    @Test
    void anInstancesDirectoryIsMovedWithAllThatIsInIt() throws Exception {
        Path disk = write(layout.disk(Instances.ID), "disk");
        Path deep = write(layout.instance(Instances.ID).resolve("deep/er/file"), "deep");
        var key = Orphans.files(Instances.ID);
        var found = only();
        assertEquals(List.of(key, 8L), List.of(found.key(), found.sizeBytes()));
        assertEquals(Instances.ID, found.id());

        quarantine.putAside(key);
        assertFalse(Files.exists(layout.instance(Instances.ID)));
        var aside = only();
        assertEquals(
                List.of(key, 8L, true),
                List.of(aside.key(), aside.sizeBytes(), aside.quarantined()));
        assertEquals(found.modifiedAt(), aside.modifiedAt());

        quarantine.putBack(key);
        quarantine.purge(key);
        assertEquals("disk", Files.readString(disk));
        assertEquals("deep", Files.readString(deep));
        assertEquals(List.of(found), quarantine.orphans(Set.of()));
    }

    @Test
    void whatSomebodyElsePutThereIsFoundByItsPath() throws Exception {
        write(layout.volumes().resolve("backup of 2019.img"), "x");
        write(layout.instances().resolve("not-an-id/file"), "x");
        write(
                layout.volumes().resolve(Volumes.ID.toString().toUpperCase(Locale.ROOT) + ".qcow2"),
                "x");
        write(layout.volumes().resolve("." + Volumes.ID + ".part"), "about to get its name");
        Files.createSymbolicLink(layout.volumes().resolve("link"), Path.of("/etc/passwd"));
        var found = quarantine.orphans(Set.of(Volumes.ID));
        assertEquals(4, found.size(), found.toString());
        assertTrue(found.stream().allMatch(one -> one.key().kind() == OrphanKind.FILE));
        for (ObservedOrphan one : found) {
            quarantine.putAside(one.key());
        }
        assertTrue(Files.exists(Path.of("/etc/passwd")));
        assertTrue(quarantine.orphans(Set.of()).stream().allMatch(ObservedOrphan::quarantined));
    }

    @Test
    void onlyPlacesOfInstancesAndVolumesAreMoved() throws Exception {
        Path outside = write(folder.resolve("outside"), "precious");
        for (String place :
                List.of(
                        "../outside",
                        outside.toString(),
                        "volumes/../../outside",
                        "images/base",
                        "volumes",
                        "volumes/a/b",
                        "quarantine/x",
                        "",
                        "volumes/\0")) {
            var key = new OrphanKey(OrphanKind.FILE, place);
            var fault = assertThrows(HypervisorFault.class, () -> quarantine.putAside(key), place);
            assertEquals(HypervisorFault.Kind.REFUSED, fault.kind(), place);
        }
        assertEquals("precious", Files.readString(outside));
        assertEquals(List.of(), quarantine.orphans(Set.of()));
    }

    @Test
    void aKilledAgentGoesOnWhereItWas() throws Exception {
        Path volume = write(layout.volume(Volumes.ID), "data");
        var key = Orphans.volume(Volumes.ID);
        Path half = layout.quarantine().resolve("." + key.id() + ".part");
        write(half.resolve("orphan.json"), "{");
        quarantine.open();
        assertFalse(Files.exists(half), "before it was noted");

        quarantine.enter(new Quarantine.Note(key, "%s.qcow2".formatted(Volumes.ID), null, false));
        assertEquals(2, quarantine.orphans(Set.of()).size(), "before it was moved");
        quarantine.putAside(key);
        assertFalse(Files.exists(volume));

        quarantine.putBack(key);
        quarantine.putBack(key);
        assertEquals("data", Files.readString(volume), "before its note was deleted");
        quarantine.purge(key);
        quarantine.purge(key);
        assertEquals("data", Files.readString(volume));
    }

    @Test
    void anotherDefinitionDoesNotReplaceTheOneThatWasKept() throws Exception {
        var key = Orphans.domain(UUID.randomUUID());
        var first = new Quarantine.Note(key, "legacy", "<domain/>", true);
        quarantine.enter(first);
        quarantine.enter(first);
        var other = new Quarantine.Note(key, "legacy", "<domain>other</domain>", true);
        assertThrows(HypervisorFault.class, () -> quarantine.enter(other));
        assertEquals(first, quarantine.note(key).orElseThrow());
        assertEquals("legacy", only().name());
    }

    @Test
    void aDamagedNoteIsSaidAndHidesNothingQuietly() throws Exception {
        var key = Orphans.volume(Volumes.ID);
        write(layout.volume(Volumes.ID), "data");
        quarantine.putAside(key);
        write(layout.quarantine(key).resolve("orphan.json"), "{\"orph");
        var fault = assertThrows(HypervisorFault.class, () -> quarantine.orphans(Set.of()));
        assertTrue(String.valueOf(fault.getMessage()).contains("is damaged"), fault.getMessage());
    }

    private ObservedOrphan only() throws HypervisorFault {
        var found = quarantine.orphans(Set.of());
        assertEquals(1, found.size(), found.toString());
        return found.getFirst();
    }

    private static Path write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }
}
