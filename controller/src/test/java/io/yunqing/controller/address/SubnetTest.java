package io.yunqing.controller.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.yunqing.api.HostInventory.HostNetwork;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubnetTest {
    @ParameterizedTest
    @CsvSource({
        "10.88.1.0/24, 10.88.1.1, 253, 10.88.1.2/24",
        "10.88.1.7/24, 10.88.1.1, 253, 10.88.1.2/24",
        "10.0.0.0/8, 10.0.0.1, 16777213, 10.0.0.2/8",
        "192.168.0.0/30, 192.168.0.1, 1, 192.168.0.2/30",
        "192.168.0.0/30, 10.0.0.1, 2, 192.168.0.1/30",
        "255.255.255.0/24, 255.255.255.254, 253, 255.255.255.1/24",
    })
    void usableAddressesAndTheFirst(String cidr, String gateway, long usable, String first) {
        Subnet subnet = subnet(cidr, gateway);
        assertEquals(usable, subnet.usable());
        assertEquals(first, subnet.text(subnet.lowestFree(Set.of())));
    }

    @Test
    void everyUsableAddressIsGivenOnceAndNoOther() {
        Subnet subnet = subnet("10.1.2.0/28", "10.1.2.5");
        Set<Long> taken = new HashSet<>();
        for (int i = 0; i < subnet.usable(); i++) {
            taken.add(subnet.lowestFree(taken));
        }
        assertEquals(13, taken.size());
        for (String kept : List.of("10.1.2.0", "10.1.2.15", "10.1.2.5")) {
            assertFalse(taken.contains(Subnet.number(kept)), kept);
        }
        assertThrows(IllegalStateException.class, () -> subnet.lowestFree(taken));
    }

    @ParameterizedTest
    @CsvSource({
        "10.88.1.0",
        "10.88.1.0/31",
        "10.88.1.0/7",
        "10.88.1.256/24",
        "fd00::/64",
        "'; DROP TABLE'"
    })
    void nonsenseIsRefused(String cidr) {
        assertThrows(IllegalArgumentException.class, () -> subnet(cidr, "10.88.1.1"));
    }

    private static Subnet subnet(String cidr, String gateway) {
        return Subnet.of(new HostNetwork("br0", cidr, gateway));
    }
}
