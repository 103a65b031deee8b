package io.yunqing.agent.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.yunqing.api.agent.InstanceSize;
import org.junit.jupiter.api.Test;

class DomainRoomTest {

    private static final InstanceSize HAS = new InstanceSize(2, 512);

    @Test
    void aGuestIsMadeForFourTimesItsSizeAndNoMoreProcessorsThanItShouldKnowOf() {
        assertEquals(new InstanceSize(4, 128), DomainRoom.of(1, 32));
        assertEquals(new InstanceSize(64, 16_384), DomainRoom.of(32, 4_096));
        assertEquals(new InstanceSize(96, 16_384), DomainRoom.of(96, 4_096));
    }

    @Test
    void aDomainSaysHowLargeItCanBecome() {
        String definition =
                """
                <domain>
                  <maxMemory slots='%d' unit='KiB'>2097152</maxMemory>
                  <memory unit='KiB'>524288</memory>
                  <vcpu placement='static' current='2'>8</vcpu>
                  <devices><memory model='dimm'/></devices>
                </domain>
                """;
        assertEquals(new InstanceSize(8, 2_048), DomainRoom.read(definition.formatted(2), HAS));
        assertEquals(
                new InstanceSize(8, 512),
                DomainRoom.read(definition.formatted(1), HAS),
                "all its slots are taken");
    }

    @Test
    void aDomainThatWasMadeForNoMoreHasNoRoom() {
        String definition = "<domain><memory unit='KiB'>524288</memory><vcpu>2</vcpu></domain>";
        assertEquals(HAS, DomainRoom.read(definition, HAS));
        assertThrows(IllegalArgumentException.class, () -> DomainRoom.read("none", HAS));
    }
}
