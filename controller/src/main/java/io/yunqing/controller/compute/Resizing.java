package io.yunqing.controller.compute;

import io.yunqing.api.FlavorSpec;
import io.yunqing.api.Kind;
import io.yunqing.api.Phase;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.compute.InstanceSightings.HostSeen;
import io.yunqing.controller.compute.InstanceSightings.Sighting;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.ledger.Refusal.OverLimit;
import io.yunqing.controller.ledger.Refusal.ProviderFull;
import io.yunqing.controller.placement.FleetView;
import io.yunqing.controller.placement.Placement;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.tenancy.Refusals;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Gives an instance another size on the host where it is: a smaller one only while it is off, so that what is charged is never less than
 * what is there. Its host gives it what it lacks while it runs, if it was made for that, or else defines it anew before its next start.
 */
@ApplicationScoped
class Resizing {
    private final InstanceSightings sightings;
    private final Fleet fleet;
    private final FleetMirror mirror;
    private final Ledger ledger;

    Resizing(InstanceSightings sightings, Fleet fleet, FleetMirror mirror, Ledger ledger) {
        this.sightings = sightings;
        this.fleet = fleet;
        this.mirror = mirror;
        this.ledger = ledger;
    }

    /**
     * Charges the difference and writes the new size into the row.
     *
     * @throws ProblemException if it is to lose anything and is not known to be off, the flavor has another root disk, the host is not made for
     *     it or has no room, or a limit does not allow it
     */
    void resize(InstanceRow row, String flavor) {
        FlavorRow wanted =
                FlavorRow.<FlavorRow>find("name", flavor)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown("spec.flavor", Kind.FLAVOR, flavor));
        if (wanted.spec.vcpus() < row.vcpus || wanted.spec.memoryMiB() < row.memoryMiB) {
            requireOff(row);
        }
        requireSameDisk(row, wanted);
        Requests requests = new Requests(ledger.kinds());
        requireSuited(row, wanted, requests);
        ledger.resize(row.id, requests.amounts(wanted.spec, row.networked()))
                .ifPresent(refusal -> {
                    String needed =
                            "flavor %s needs %d more".formatted(wanted.name, refusal.asked());
                    throw switch (refusal) {
                        case OverLimit limit ->
                                Refusals.over(
                                        "spec.flavor",
                                        Refusals.payer(row.tenant, limit),
                                        limit,
                                        needed,
                                        Creation.SMALLER_FLAVOR);
                        case ProviderFull full ->
                                Refusals.full(
                                        "spec.flavor",
                                        "host " + row.host.name,
                                        full,
                                        needed,
                                        Creation.SMALLER_FLAVOR);
                    };
                });
        row.flavor = wanted;
        row.vcpus = wanted.spec.vcpus();
        row.memoryMiB = wanted.spec.memoryMiB();
    }

    /** Off is what its host, knowing that it should be, has seen to be off and is not busy with. */
    private void requireOff(InstanceRow row) {
        Sighting sighting = sightings.of(List.of(row)).get(row.id);
        HostSeen host = sighting.host();
        InstanceObserved observed = sighting.observed();
        boolean seen = fleet.sees(host.complete(), host.receivedAt());
        Phase phase = InstanceLifecycle.phase(row.desired(), observed, seen);
        boolean off =
                phase == Phase.STOPPED
                        && observed.step() == null
                        && host.appliedRevision() >= row.hostRevision;
        if (!off) {
            throw ProblemException.field(
                    ProblemCode.INSTANCE_NOT_OFF,
                    "spec.flavor",
                    "can become smaller only while the instance is off; its power should be %s, and it is %s"
                            .formatted(row.power(), phase),
                    Phase.STOPPED.name(),
                    phase,
                    row.power().on()
                            ? "stop it first: set spec.power to STOPPED or OFF and wait until it is STOPPED"
                            : "wait until its host has said that it is STOPPED, then ask again");
        }
    }

    private static void requireSameDisk(InstanceRow row, FlavorRow wanted) {
        if (!Objects.equals(wanted.spec.tier(), row.flavor.spec.tier())) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.flavor",
                    "root disks of flavor %s are kept elsewhere than the instance's, which stays where it is"
                            .formatted(wanted.name),
                    row.flavor.hasRootVolumes()
                            ? "a flavor with tier " + row.flavor.tier.name
                            : "a flavor without a tier",
                    wanted.name,
                    "choose such a flavor, or create another instance");
        }
        if (wanted.spec.localDiskGiB() != row.rootDiskGiB) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.flavor",
                    "flavor %s has another root disk than the instance, which keeps its own"
                            .formatted(wanted.name),
                    "rootDiskGiB = " + row.rootDiskGiB,
                    wanted.spec.rootDiskGiB(),
                    "choose a flavor with a root disk of %d GiB, or create another instance"
                            .formatted(row.rootDiskGiB));
        }
    }

    private void requireSuited(InstanceRow row, FlavorRow wanted, Requests requests) {
        FleetView view = mirror.snapshot();
        int index = view.indexOf(row.host.id);
        if (index < 0) {
            throw Transactions.busy("host " + row.host.name + " is not known to this replica yet");
        }
        Placement.unsuited(view, index, requests.of(row.tenant.id, wanted.spec, null, Set.of()))
                .ifPresent(constraint -> {
                    throw unsuited(row, wanted.name, wanted.spec, constraint);
                });
    }

    private static ProblemException unsuited(
            InstanceRow row, String flavor, FlavorSpec spec, String constraint) {
        String why =
                constraint.equals("numa")
                        ? "does not fit into one of its NUMA nodes"
                        : "asks for traits %s, which it does not have".formatted(spec.traits());
        return ProblemException.field(
                ProblemCode.PLACEMENT_NO_HOST,
                "spec.flavor",
                "it stays on host %s, and flavor %s %s".formatted(row.host.name, flavor, why),
                null,
                flavor,
                "choose a flavor that is made for its host, or create another instance");
    }
}
