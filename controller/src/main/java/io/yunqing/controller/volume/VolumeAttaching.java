package io.yunqing.controller.volume;

import io.yunqing.api.ProblemCode;
import io.yunqing.api.VolumePhase;
import io.yunqing.controller.compute.InstanceRow;
import io.yunqing.controller.compute.Instances;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.volume.VolumeObservationStore.Sighting;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The rules of which instance can have which volume; each refuses what breaks it. */
@ApplicationScoped
class VolumeAttaching {
    private final Fleet fleet;
    private final VolumeObservationStore sightings;

    VolumeAttaching(Fleet fleet, VolumeObservationStore sightings) {
        this.fleet = fleet;
        this.sightings = sightings;
    }

    void requireSlot(InstanceRow instance) {
        long attached = VolumeRow.count("instance = ?1 and root = false", instance);
        if (attached >= Instances.MOST_VOLUMES) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.instance",
                    "instance " + instance.name + " has as many volumes as it can have",
                    "at most " + Instances.MOST_VOLUMES,
                    attached + 1,
                    "detach one from it first, or make one of them larger");
        }
    }

    /**
     * An instance neither starts without its root disk nor as another one's.
     *
     * @param asked what asks for that, in the field
     */
    void requireNoRoot(String field, VolumeRow row, Object asked) {
        if (row.root && row.instance != null) {
            throw inUse(
                    field,
                    "volume %s is the root disk of instance %s, and goes with it"
                            .formatted(row.name, row.instance.name),
                    row.instance.name,
                    asked,
                    "delete the instance, or create a volume with spec.copyOf " + row.name);
        }
    }

    void requireSharedOrSameHost(VolumeRow row, InstanceRow instance) {
        boolean shared = row.pool != null && row.pool.shared;
        if (!shared && !instance.host.id.equals(row.host.id)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.instance",
                    "the volume stays on host %s, and instance %s is on host %s"
                            .formatted(row.host.name, instance.name, instance.host.name),
                    "an instance on host " + row.host.name,
                    instance.name,
                    "name an instance there; list them with GET /v1/tenants/%s/instances?host=%s"
                            .formatted(row.tenant.name, row.host.name));
        }
    }

    void requireDetached(VolumeRow row, String has) {
        if (has != null) {
            throw inUse(
                    "volume %s is attached to instance %s".formatted(row.name, has),
                    null,
                    null,
                    "detach it first: put it without spec.instance and wait until it is AVAILABLE");
        }
    }

    void requireOneStep(VolumeRow row, String has, String wanted) {
        if (has != null && wanted != null) {
            throw inUse(
                    "volume %s is attached to instance %s".formatted(row.name, has),
                    "no instance, or " + has,
                    wanted,
                    "detach it first: put it without spec.instance and wait until it is AVAILABLE");
        }
    }

    /** Two guests that write to one volume destroy what is on it. */
    void requireReleased(VolumeRow row) {
        Sighting seen = sightings.of(List.of(row)).get(row.id);
        boolean released =
                seen.observed() != null
                        && seen.storageSeen()
                        && fleet.sees(true, seen.receivedAt())
                        && seen.observed().instance() == null
                        && seen.appliedRevision() >= row.detachRevision;
        if (!released) {
            throw inUse(
                    "its host has not said yet that no instance has volume " + row.name,
                    VolumePhase.AVAILABLE.name(),
                    null,
                    "wait until it is AVAILABLE, then ask again");
        }
    }

    private static ProblemException inUse(String why, String limit, Object actual, String remedy) {
        return inUse("spec.instance", why, limit, actual, remedy);
    }

    private static ProblemException inUse(
            String field, String why, String limit, Object actual, String remedy) {
        return ProblemException.field(ProblemCode.VOLUME_IN_USE, field, why, limit, actual, remedy);
    }
}
