package io.yunqing.controller.volume;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.volume.VolumeObservationStore.Sighting;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import org.hibernate.Session;

/**
 * Which host has a volume of a pool that several hosts see. The host that had it knows by then that nobody has it there; it forgets
 * it, and touches it no more.
 */
@ApplicationScoped
class VolumeMoving {
    private static final Duration SWEEP = Duration.ofHours(1);

    private final Session em;
    private final Fleet fleet;
    private final References references;
    private final VolumePools pools;
    private final VolumeAttaching attaching;
    private final VolumeObservationStore store;

    VolumeMoving(
            Session em,
            Fleet fleet,
            References references,
            VolumePools pools,
            VolumeAttaching attaching,
            VolumeObservationStore store) {
        this.em = em;
        this.fleet = fleet;
        this.references = references;
        this.pools = pools;
        this.attaching = attaching;
        this.store = store;
    }

    void start(@Observes StartupEvent event, Every every) {
        every.rarely("forgetting departed volumes", SWEEP, store::forgetDepartures);
    }

    /** Whether it can be elsewhere at all. */
    static boolean isShared(VolumeRow row) {
        return row.pool != null && row.pool.shared;
    }

    /**
     * Nothing to see to on the host that has it.
     *
     * @param field what asks for it to be on that host
     * @throws ProblemException if the host does not see its pool, or the one that has it has not confirmed that nobody uses it and
     *     nothing is done to it
     */
    void requireMovable(String field, VolumeRow row, HostRow host) {
        if (row.host.id.equals(host.id)) {
            return;
        }
        attaching.requireReleased(row);
        requireUnread(row);
        Sighting seen = store.of(List.of(row)).get(row.id);
        boolean idle =
                row.source == null
                        && row.backup == null
                        && seen.observed().step() == null
                        && seen.observed().sizeGiB() >= row.sizeGiB;
        if (!idle) {
            throw ProblemException.field(
                    ProblemCode.VOLUME_IN_USE,
                    field,
                    "host %s is still busy with volume %s".formatted(row.host.name, row.name),
                    null,
                    null,
                    "wait until it is AVAILABLE, then ask again");
        }
        pools.requireSeen(field, row, host);
    }

    /**
     * @throws ProblemException if another is to become a copy of this and is not yet, or a backup of it is being taken
     */
    void requireUnread(VolumeRow row) {
        VolumeRow.<VolumeRow>find("source", row)
                .firstResultOptional()
                .ifPresent(copy -> {
                    throw ProblemException.of(
                            ProblemCode.REFERENCE_IN_USE,
                            "volume %s is being copied to volume %s".formatted(row.name, copy.name),
                            "wait until that one is AVAILABLE, or delete it");
                });
        references.refuseIfAny(
                row,
                "backups that are being taken",
                "SELECT name FROM backup WHERE volume_id = :id AND NOT made AND NOT deleted");
    }

    /** Lets the host have what {@link #requireMovable} allowed; takes the locks on what both hosts should be. */
    void move(VolumeRow row, HostRow host) {
        if (row.host.id.equals(host.id)) {
            return;
        }
        fleet.lockRevisions(List.of(row.host.id, host.id));
        store.depart(row.id, row.host.id, fleet.nextRevision(row.host.id), host.id);
        row.host = host;
        row.hostRevision = fleet.nextRevision(host.id);
        row.detachRevision = row.hostRevision;
        em.flush();
    }
}
