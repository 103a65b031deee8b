package io.yunqing.controller.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.yunqing.api.HostInventory.HostNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AddressBookTest {
    private static final UUID HOST = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);

    private final Subnet subnet = Subnet.of(new HostNetwork("br0", "10.1.2.0/29", "10.1.2.3"));
    private final AddressBook book = new AddressBook();

    @Test
    void theLowestFreeAddressIsGivenAndNeitherGatewayNorEnds() {
        List<String> given = new ArrayList<>();
        for (long i = 0; i < subnet.usable(); i++) {
            given.add(book.assign(HOST, subnet));
        }
        assertEquals(
                List.of("10.1.2.1/29", "10.1.2.2/29", "10.1.2.4/29", "10.1.2.5/29", "10.1.2.6/29"),
                given);
        assertThrows(IllegalStateException.class, () -> book.assign(HOST, subnet));
        assertEquals("10.1.2.1/29", book.assign(OTHER, subnet), "each host has its own");
    }

    @Test
    void whatIsGivenBackIsGivenAgainFirst() {
        String first = book.assign(HOST, subnet);
        String second = book.assign(HOST, subnet);
        book.free(HOST, first);
        book.free(OTHER, second);
        assertEquals(first, book.assign(HOST, subnet));
        assertEquals("10.1.2.4/29", book.assign(HOST, subnet));
    }
}
