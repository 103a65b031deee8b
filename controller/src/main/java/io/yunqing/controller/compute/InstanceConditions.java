package io.yunqing.controller.compute;

import io.yunqing.api.Condition;
import io.yunqing.api.Phase;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.compute.InstanceSightings.HostSeen;
import io.yunqing.controller.compute.InstanceSightings.Sighting;
import io.yunqing.controller.storage.ImageLifecycle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is worth knowing of an instance, in words. */
final class InstanceConditions {
    private InstanceConditions() {}

    static List<Condition> of(InstanceRow row, Sighting sighting, boolean seen, Phase phase) {
        InstanceObserved observed = sighting.observed();
        HostSeen host = sighting.host();
        List<Condition> conditions = new ArrayList<>();
        if (host.complete() && !seen) {
            conditions.add(
                    new Condition(
                            "HostUnreachable",
                            "host "
                                    + host.name()
                                    + " does not report; what runs there is unknown and nothing is freed",
                            host.receivedAt()));
        } else if (!host.complete() && host.unobservedReason() != null) {
            conditions.add(
                    new Condition(
                            "HypervisorUnobserved",
                            "host "
                                    + host.name()
                                    + " cannot see its domains: "
                                    + host.unobservedReason(),
                            host.seenAt()));
        }
        if (observed != null && observed.step() != null) {
            conditions.add(
                    new Condition("Working", "its host is busy with: " + observed.step(), null));
        }
        if (observed != null
                && observed.step() == null
                && isOn(observed)
                && isSmaller(observed, row)) {
            conditions.add(
                    new Condition(
                            "SizePending",
                            "it runs with %d vCPUs and %d MiB; it gets the rest when it is started anew: yqctl instance reboot"
                                    .formatted(
                                            observed.size().vcpus(), observed.size().memoryMiB()),
                            null));
        }
        ImageLifecycle.condition(row.spec.image(), sighting.image()).ifPresent(conditions::add);
        if (row.spec.rescue() != null) {
            conditions.add(
                    new Condition(
                            "Rescued",
                            "it is started from image %s, and its own root disk is /dev/disk/by-id/virtio-root meanwhile; end that with yqctl instance unrescue"
                                    .formatted(row.spec.rescue()),
                            null));
        }
        waitingForGuest(row, observed, phase)
                .ifPresent(remedy ->
                        conditions.add(
                                new Condition(
                                        "WaitingForGuest",
                                        "the guest was asked to shut down and still runs; "
                                                + remedy,
                                        null)));
        return conditions;
    }

    private static boolean isOn(InstanceObserved observed) {
        return observed.state() == DomainState.RUNNING || observed.state() == DomainState.PAUSED;
    }

    private static boolean isSmaller(InstanceObserved observed, InstanceRow row) {
        return observed.size() != null
                && (observed.size().vcpus() < row.vcpus
                        || observed.size().memoryMiB() < row.memoryMiB);
    }

    /** What to do if it lasts, when an instance goes off by asking its guest. */
    private static Optional<String> waitingForGuest(
            InstanceRow row, InstanceObserved observed, Phase phase) {
        if (phase != Phase.STOPPING) {
            return Optional.empty();
        }
        return switch (row.power()) {
            case STOPPED -> Optional.of("set power OFF to take its power away");
            case RUNNING ->
                    observed.boot() == row.spec.bootOrNone()
                                    || Boolean.TRUE.equals(row.spec.forcedBoot())
                            ? Optional.empty()
                            : Optional.of("set forcedBoot to take its power away");
            case OFF, PAUSED -> Optional.empty();
        };
    }
}
