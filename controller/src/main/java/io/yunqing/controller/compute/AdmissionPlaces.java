package io.yunqing.controller.compute;

import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Decision.NoHost;
import io.yunqing.controller.platform.RoundTrip;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The hosts of a batch's instances, chosen in memory before the first lock is taken: each counts for those behind it. */
final class AdmissionPlaces {
    private final FleetMirror mirror;
    private final Requests requests;
    private final GroupBook groups = new GroupBook();

    AdmissionPlaces(FleetMirror mirror, Requests requests) {
        this.mirror = mirror;
        this.requests = requests;
    }

    /**
     * Chooses for all of the cases, in their order.
     *
     * @param named the groups that they name
     */
    void choose(List<AdmissionCase> cases, Set<UUID> named, Connection connection)
            throws SQLException {
        RoundTrip trip = new RoundTrip();
        groups.read(trip, named);
        trip.run(connection);
        for (AdmissionCase one : cases) {
            // Asked before the choice: a look that ends during it was not what the choice was made
            // from.
            boolean outdated = mirror.knowsNoMoreThan(one.order.looksBefore());
            placeAll(one);
            if (!one.placed() && outdated) {
                // Room that came to be before the request must be seen by it.
                mirror.look(connection);
                settle(one);
                placeAll(one);
            }
            if (!one.placed() || one.order.terms().planOnly()) {
                // Others are placed as if it were not there.
                settle(one);
            }
        }
    }

    private void placeAll(AdmissionCase one) {
        one.places.clear();
        one.takings.clear();
        one.noHost = null;
        for (Wish wish : one.order.wishes()) {
            switch (mirror.place(requests.of(one.order.tenant(), wish, groups))) {
                case Chosen chosen -> {
                    one.places.add(chosen);
                    one.takings.addAll(requests.takings(one.order.tenant(), wish, chosen.host()));
                    one.counted.add(requests.onHost(wish));
                    groups.add(wish.group(), chosen.host());
                }
                case NoHost noHost -> {
                    one.homeless = wish;
                    one.noHost = noHost;
                    one.takings.clear();
                    return;
                }
            }
        }
    }

    /** Forgets what was counted for the case: it came to nothing, or is written down by now. */
    void settle(AdmissionCase one) {
        for (int i = 0; i < one.counted.size(); i++) {
            mirror.settle(one.host(i), one.counted.get(i));
            groups.remove(one.order.wishes().get(i).group(), one.places.get(i).host());
        }
        one.counted.clear();
    }
}
