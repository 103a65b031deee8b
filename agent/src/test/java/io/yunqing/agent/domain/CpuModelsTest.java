package io.yunqing.agent.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class CpuModelsTest {

    @Test
    void onlyWhatTheHostCanShowIsUsable() {
        String capabilities =
                """
                <domainCapabilities>
                  <cpu>
                    <mode name='host-passthrough' supported='yes'/>
                    <mode name='host-model' supported='yes'><model fallback='forbid'>EPYC</model></mode>
                    <mode name='custom' supported='yes'>
                      <model usable='yes' vendor='Intel'>Westmere</model>
                      <model usable='no' vendor='Intel'>Skylake-Server</model>
                      <model usable='unknown'>pentium</model>
                      <model usable='yes' vendor='unknown'>qemu64</model>
                    </mode>
                  </cpu>
                </domainCapabilities>
                """;
        assertEquals(List.of("Westmere", "qemu64"), CpuModels.usable(capabilities));
    }

    @Test
    void whatIsNoDescriptionIsAnErrorAndNotAnEmptyList() {
        assertThrows(IllegalArgumentException.class, () -> CpuModels.usable("none"));
    }
}
