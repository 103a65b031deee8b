package io.yunqing.controller.placement;

import static io.yunqing.controller.placement.TestHost.TENANT;
import static io.yunqing.controller.placement.TestHost.asking;
import static io.yunqing.controller.placement.TestHost.fleet;
import static io.yunqing.controller.placement.TestHost.host;
import static io.yunqing.controller.placement.TestHost.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FleetViewTest {
    @Test
    void aHostKeepsItsIndexWhenReplacedAndLeavesItWhenRemoved() {
        FleetView view = fleet(host("h1"), host("h2"));
        int second = view.indexOf(id("h2"));
        assertEquals(second, view.put(host("h2").limits(4, 4096).facts()));
        assertEquals(4, view.free(second, 0));
        view.remove(id("h1"));
        view.remove(id("never-there"));
        assertEquals(1, view.size());
        assertEquals(-1, view.indexOf(id("h1")));
        assertEquals(second, view.indexOf(id("h2")));
        assertEquals(0, view.put(host("h3").facts()), "a free index is used again");
        assertEquals(2, view.bound());
        assertEquals("h3", view.host(0).name());
    }

    @Test
    void whatIsTakenIsGivenBackAndMayExceedTheLimit() {
        FleetView view = fleet(host("h1").used(14, 0, 7));
        view.take(0, Amounts.of(4, 1024));
        assertEquals(-2, view.free(0, 0));
        assertEquals(31744, view.free(0, 1));
        view.give(0, Amounts.of(4, 1024));
        assertEquals(2, view.free(0, 0));
        assertEquals(993, view.free(0, 2));
        view.setUsed(0, Amounts.of(1));
        assertEquals(15, view.free(0, 0));
        view.setLimits(0, Amounts.of(0));
        assertEquals(-1, view.free(0, 0));
    }

    @Test
    void resourcesMayBeAddedAndNotRenamed() {
        FleetView view = new FleetView(List.of("storageGiB"));
        int index = view.put(host("h1").limits(100).facts());
        Request request = Request.of(TENANT, Amounts.of(10, 4, 4096)).build();
        assertEquals(
                Map.of("resource 1", 1),
                Placement.choose(view, request, 0).explanation().render().turnedAway());
        view.resources(List.of("storageGiB", "vcpus", "memoryMiB"));
        assertEquals(0, view.limit(index, 1));
        assertEquals(
                Map.of("vcpus", 1),
                Placement.choose(view, request, 0).explanation().render().turnedAway());
        view.setLimits(index, Amounts.of(100, 8, 8192));
        assertInstanceOf(Decision.Chosen.class, Placement.choose(view, request, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> view.resources(List.of("storageGiB", "gpus", "memoryMiB")));
        assertThrows(IllegalArgumentException.class, () -> view.resources(List.of("storageGiB")));
        assertThrows(
                IllegalArgumentException.class,
                () -> view.setLimits(index, Amounts.of(1, 1, 1, 1)));
    }

    @Test
    void aSnapshotAndItsOriginGoDifferentWays() {
        FleetView view = fleet(host("h1"), host("h2"));
        FleetView copy = view.snapshot();
        copy.take(0, Amounts.of(16));
        copy.remove(id("h2"));
        copy.reporting(0, false);
        copy.put(host("h3").facts());
        assertEquals(16, view.free(0, 0));
        assertEquals(1, view.indexOf(id("h2")));
        assertEquals(2, view.size());
        view.schedulable(1, false);
        view.remove(id("h1"));
        assertEquals(0, copy.indexOf(id("h1")));
        assertEquals(1, copy.indexOf(id("h3")));
        assertFalse(copy.reporting(0));
        assertEquals(
                "h3",
                assertInstanceOf(
                                Decision.Chosen.class,
                                Placement.choose(copy, asking(1, 1024).build(), 0))
                        .host()
                        .name());
    }

    @Test
    void amountsAreValues() {
        assertEquals(Amounts.of(1, 2), Amounts.of(1, 2, 0, 0));
        assertEquals(Amounts.of(1, 2).hashCode(), Amounts.of(1, 2, 0).hashCode());
        assertEquals(0, Amounts.of(1, 2).at(7));
        assertEquals(
                Amounts.of(0, 5),
                Amounts.of(List.of("vcpus", "memoryMiB"), Map.of("memoryMiB", 5L)));
        assertThrows(
                IllegalArgumentException.class,
                () -> Amounts.of(List.of("vcpus"), Map.of("gpus", 1L)));
    }
}
