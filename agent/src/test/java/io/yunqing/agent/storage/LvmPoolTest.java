package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.api.agent.PoolPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thin pool's volumes as LVM is asked for them. There need be no LVM here: programs of its names write down what they are asked,
 * and {@code lvs} answers what a file says.
 */
class LvmPoolTest {

    private static final PoolPlace PLACE =
            new PoolPlace(new UUID(7, 2), "local", "lvm://vg0/thin", false, false);
    private static final String THIN = row("thin", 100L << 30, "twi-aotz--", "", "12.50");
    private static final String ROOT = row("root", 20L << 30, "-wi-ao----", "", "");
    private static final String LVS =
            "lvs --reportformat json --units b --nosuffix --options"
                    + " lv_name,lv_size,lv_attr,pool_lv,data_percent vg0";

    @TempDir Path folder;

    private final List<Map<UUID, Integer>> shown = new ArrayList<>();
    private final VolumePool.Guests guests =
            sizes -> {
                shown.add(sizes);
                return Set.of();
            };

    @BeforeEach
    void programs() throws IOException {
        for (String name : List.of("lvs", "lvcreate", "lvextend", "lvremove")) {
            Path program = folder.resolve(name);
            Files.writeString(
                    program,
                    """
                    #!/bin/sh
                    echo "$(basename "$0") $*" >>%1$s/asked
                    [ -e %1$s/refusal ] && { cat %1$s/refusal >&2; exit 5; }
                    [ "$(basename "$0")" = lvs ] && cat %1$s/answer
                    exit 0
                    """
                            .formatted(folder));
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        }
        answer(ROOT, THIN);
    }

    @Test
    void whatIsKnownIsFoundInTheThinPoolAlone() throws Exception {
        var elsewhere = new UUID(9, 1);
        var unknown = new UUID(9, 2);
        answer(
                ROOT,
                THIN,
                volume(Volumes.ID, 3, "thin"),
                volume(elsewhere, 1, "other"),
                volume(unknown, 1, "thin"));
        var seen = pool().look(PLACE, Set.of(Volumes.ID, Volumes.OTHER, elsewhere), guests);
        assertEquals(List.of(new ObservedVolume(Volumes.ID, 3, 0, null)), seen.volumes());
        assertNull(seen.mark());
        assertNull(seen.unmeasured());
        var use = seen.use();
        assertNotNull(use);
        assertEquals(100 << 10, use.sizeMiB());
        assertEquals(12800, use.disksMiB());
        assertEquals(use.sizeMiB(), use.freeMiB() + use.disksMiB());
        assertEquals(List.of(LVS), asked());
    }

    @Test
    void oneIsMadeOnce() throws Exception {
        pool().make(Volumes.ID, 2);
        assertEquals(
                List.of(
                        LVS,
                        "lvcreate --virtualsize 2g --name yq-%s --thin vg0/thin"
                                .formatted(Volumes.ID)),
                asked());
        answer(THIN, volume(Volumes.ID, 2, "thin"));
        pool().make(Volumes.ID, 2);
        assertEquals(List.of(LVS), asked());
    }

    @Test
    void oneIsMadeLargerAndShownSoToItsGuest() throws Exception {
        answer(THIN, volume(Volumes.ID, 2, "thin"));
        pool().grow(Volumes.ID, 5, guests);
        assertEquals(List.of(LVS, "lvextend --size 5g vg0/yq-" + Volumes.ID), asked());
        assertEquals(List.of(Map.of(Volumes.ID, 5)), shown);
        pool().grow(Volumes.ID, 1, guests);
        assertEquals(List.of(LVS), asked(), "never smaller");
        answer(THIN);
        assertThrows(HypervisorFault.class, () -> pool().grow(Volumes.ID, 5, guests));
    }

    /** An agent that was killed between the two, and a guest that did not answer. */
    @Test
    void whatAGuestWasNotShownItIsShownAtTheNextLook() throws Exception {
        answer(THIN, volume(Volumes.ID, 2, "thin"));
        var pool = pool();
        pool.look(PLACE, Set.of(Volumes.ID), guests);
        pool.look(PLACE, Set.of(Volumes.ID), guests);
        assertEquals(List.of(Map.of(Volumes.ID, 2)), shown, "once");
        VolumePool.Guests mute =
                sizes -> {
                    throw new HypervisorFault(HypervisorFault.Kind.TIMEOUT, "no answer");
                };
        assertThrows(HypervisorFault.class, () -> pool.grow(Volumes.ID, 4, mute));
        answer(THIN, volume(Volumes.ID, 4, "thin"));
        assertEquals(4, pool.look(PLACE, Set.of(Volumes.ID), mute).volumes().getFirst().sizeGiB());
        pool.look(PLACE, Set.of(Volumes.ID), guests);
        pool.look(PLACE, Set.of(Volumes.ID), guests);
        assertEquals(List.of(Map.of(Volumes.ID, 2), Map.of(Volumes.ID, 4)), shown);
    }

    @Test
    void oneIsErasedOnce() throws Exception {
        answer(THIN, volume(Volumes.ID, 2, "thin"));
        pool().erase(Volumes.ID);
        assertEquals(List.of(LVS, "lvremove --yes vg0/yq-" + Volumes.ID), asked());
        answer(THIN);
        pool().erase(Volumes.ID);
        assertEquals(List.of(LVS), asked());
    }

    @Test
    void whatIsNoThinPoolOrWouldShowWhatWasDeletedIsRefused() throws Exception {
        answer(ROOT);
        assertRefused("volume group vg0 has no thin pool thin");
        answer(row("thin", 1 << 30, "-wi-a-----", "", ""));
        assertRefused("is no thin pool");
        answer(row("thin", 1 << 30, "twi-aot---", "", "1.00"));
        assertRefused("lvchange --zero y vg0/thin");
        answer(row("thin", 1 << 30, "twi---tz--", "", ""));
        assertRefused("is not active");
        Files.writeString(folder.resolve("answer"), "WARNING: nothing\n");
        assertRefused("lvs answered nothing but: WARNING: nothing");
        Files.writeString(folder.resolve("refusal"), "Volume group \"vg0\" not found\n");
        assertRefused("lvs ended with 5: Volume group \"vg0\" not found");
    }

    private void assertRefused(String words) {
        var fault = assertThrows(HypervisorFault.class, () -> pool().look(PLACE, Set.of(), guests));
        assertEquals(HypervisorFault.Kind.STORAGE, fault.kind());
        String message = String.valueOf(fault.getMessage());
        assertTrue(message.contains(words) && message.contains("pool local"), message);
    }

    private LvmPool pool() {
        return new LvmPool(
                PLACE, List.of("env", "PATH=%s:%s".formatted(folder, System.getenv("PATH"))));
    }

    /** What was asked since this was last asked. */
    private List<String> asked() throws IOException {
        Path file = folder.resolve("asked");
        var lines = Files.readAllLines(file);
        Files.delete(file);
        return lines;
    }

    private void answer(String... rows) throws IOException {
        Files.writeString(
                folder.resolve("answer"),
                """
                  WARNING: locking is off.
                  {
                      "report": [
                          {
                              "lv": [
                                  %s
                              ]
                          }
                      ]
                  }
                """
                        .formatted(String.join(",\n", rows)));
    }

    private static String volume(UUID id, long sizeGiB, String pool) {
        return row("yq-" + id, sizeGiB << 30, "Vwi-aotz--", pool, "0.00");
    }

    private static String row(
            String name, long bytes, String attributes, String pool, String percent) {
        return "{\"lv_name\":\"%s\", \"lv_size\":\"%d\", \"lv_attr\":\"%s\", \"pool_lv\":\"%s\", \"data_percent\":\"%s\"}"
                .formatted(name, bytes, attributes, pool, percent);
    }
}
