package io.yunqing.controller.compute;

import io.yunqing.api.HostInventory.HostNetwork;
import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HostObservationRow;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.ledger.Taking;
import io.yunqing.controller.ledger.Taking.OverLimit;
import io.yunqing.controller.network.Addresses;
import io.yunqing.controller.network.Subnet;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Decision;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Placement;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.placement.Where;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/**
 * Gives a new instance its quota, its host and its address, all inside the transaction that creates it. The host is chosen on a
 * view that may be stale; the ledger decides, and a choice it refuses is made again on a fresh view.
 */
@ApplicationScoped
class Admission {
    /** Each round another request must have been faster; so many in a row mean that the fleet is all but full. */
    private static final int ROUNDS = 5;

    private final Session em;
    private final Fleet fleet;
    private final Ledger ledger;
    private final Addresses addresses;
    private final InstanceMeters meters;
    private final Transactions transactions;

    Admission(
            Session em,
            Fleet fleet,
            Ledger ledger,
            Addresses addresses,
            InstanceMeters meters,
            Transactions transactions) {
        this.em = em;
        this.transactions = transactions;
        this.fleet = fleet;
        this.ledger = ledger;
        this.addresses = addresses;
        this.meters = meters;
    }

    /**
     * Sets the row's host, epoch and placement.
     *
     * @throws ProblemException if the tenant's quota or the fleet has no room
     */
    void admit(InstanceRow row) {
        Map<String, Long> amounts = row.amounts();
        for (int round = 0; round < ROUNDS; round++) {
            FleetView view = fleet.view();
            Request request =
                    Request.of(row.tenant.id, Amounts.of(view.resources(), amounts))
                            .where(Where.zone(row.spec.zone()))
                            .build();
            switch (Placement.choose(view, request, 0)) {
                case Decision.NoHost refusal -> {
                    // A limit is the better answer: it holds wherever there may be room.
                    ledger.overLimit(row.tenant.id, amounts).ifPresent(over -> refuse(row, over));
                    meters.admission("no_host");
                    throw noHost(refusal.explanation().render());
                }
                case Decision.Chosen chosen -> {
                    switch (ledger.take(row.id, row.tenant.id, chosen.host().id(), amounts)) {
                        case Taking.Taken _ -> {
                            settle(row, chosen);
                            transactions.afterCommit(() -> meters.admission("admitted"));
                            return;
                        }
                        case OverLimit over -> refuse(row, over);
                        case Taking.ProviderFull _ -> {}
                    }
                }
            }
        }
        throw ProblemException.of(
                ProblemCode.BUSY,
                "other requests took each host first that was chosen",
                "try again");
    }

    private void settle(InstanceRow row, Decision.Chosen chosen) {
        UUID host = chosen.host().id();
        row.host = em.getReference(HostRow.class, host);
        row.epoch = 1;
        row.placement = chosen.explanation().render();
        row.mac = Addresses.mac(row.id);
        row.hostRevision = fleet.nextRevision(host);
        em.persist(row);
        em.flush();
        HostNetwork network = em.find(HostObservationRow.class, host).inventory.network();
        addresses.assign(host, row.id, Subnet.of(network));
    }

    private void refuse(InstanceRow row, OverLimit over) {
        meters.admission("quota_" + over.resource());
        String field = "limits." + over.resource();
        throw ProblemException.field(
                ProblemCode.QUOTA_EXCEEDED,
                "spec.flavor",
                "tenant %s has %d of %d %s left, flavor %s needs %d"
                        .formatted(
                                row.tenant.name,
                                Math.max(0, over.limit() - over.used()),
                                over.limit(),
                                over.resource(),
                                row.flavor.name,
                                over.asked()),
                "tenant " + row.tenant.name + " " + field + " = " + over.limit(),
                over.used() + over.asked(),
                "choose a smaller flavor, delete instances of the tenant, or have its limit raised by "
                        + Math.subtractExact(over.used() + over.asked(), over.limit()));
    }

    private static ProblemException noHost(PlacementExplanation explanation) {
        return ProblemException.noHost(
                "none of %d hosts can take it; turned away by constraint: %s"
                        .formatted(explanation.hostsSeen(), explanation.turnedAway()),
                explanation.nearestMiss(),
                explanation);
    }
}
