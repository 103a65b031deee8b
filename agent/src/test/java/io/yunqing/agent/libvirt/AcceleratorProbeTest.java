package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceleratorProbeTest {

    @Test
    void theProbesGuestReaches64BitModeWhereGuestsRun() throws Exception {
        assertTrue(AcceleratorProbe.guestRuns("tcg"));
        assertFalse(AcceleratorProbe.guestRuns("no-such-accelerator"));
    }

    @Test
    void theVerdictHoldsUntilTheNextBoot(@TempDir Path data) throws Exception {
        Files.writeString(data.resolve("accelerator"), "boot-1 kvm\n");
        assertEquals("kvm", AcceleratorProbe.find(data, "boot-1"));
        String found = AcceleratorProbe.find(data, "boot-2");
        assertEquals("boot-2 " + found + "\n", Files.readString(data.resolve("accelerator")));
    }
}
