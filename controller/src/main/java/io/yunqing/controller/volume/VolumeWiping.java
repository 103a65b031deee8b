package io.yunqing.controller.volume;

import io.yunqing.api.Kind;
import io.yunqing.api.WipePolicy;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.WipeObserved;
import io.yunqing.controller.compute.Instances.RootAbandoned;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.Tuple;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;

/** Keeps the records of volumes that are to be overwritten. Their evidence is written by what hosts say alone. */
@ApplicationScoped
class VolumeWiping {
    private final Session em;
    private final Changes changes;
    private final InstantSource clock;

    VolumeWiping(Session em, Changes changes, InstantSource clock) {
        this.em = em;
        this.changes = changes;
        this.clock = clock;
    }

    /** Has a volume that is being deleted overwritten, if its tier says so at this moment. */
    void begin(VolumeRow row) {
        if (row.tier == null || row.tier.spec.wipe() != WipePolicy.ZERO) {
            return;
        }
        row.wipe = row.tier.spec.wipe();
        WipeRow wipe = new WipeRow();
        wipe.id = row.id;
        wipe.name = VolumeDesired.serial(row.id);
        wipe.revision = 1;
        wipe.created = clock.instant();
        wipe.labels = new HashMap<>(row.labels);
        wipe.tenant = row.tenant.name;
        wipe.volume = row.name;
        wipe.host = row.host.name;
        wipe.sizeGiB = row.sizeGiB;
        wipe.method = row.wipe;
        em.persist(wipe);
        em.flush();
        changes.announce(
                wipe.changed(
                        Kind.WIPE,
                        "created",
                        "Volume %s/%s on host %s is to be overwritten"
                                .formatted(wipe.tenant, wipe.volume, wipe.host)));
    }

    void begin(@Observes RootAbandoned root) {
        VolumeRow row = em.find(VolumeRow.class, root.volume());
        em.refresh(row);
        begin(row);
    }

    /** Takes in how far a host is; what is finished is never taken back. */
    void heard(VolumeObserved volume) {
        WipeObserved now = volume.wipe();
        if (now == null) {
            return;
        }
        tell(
                em.createNativeQuery(
                                """
                                UPDATE wipe SET evidence = cast(:evidence AS jsonb), revision = revision + 1
                                WHERE id = :id AND evidence ->> 'finishedAt' IS NULL RETURNING name, revision
                                """,
                                Tuple.class)
                        .setParameter("evidence", StoredJson.text(now)),
                volume.id(),
                now.finished() ? "wiped" : null,
                "%d bytes were overwritten".formatted(now.bytes()));
    }

    /** Takes note that nothing is left of a volume. */
    void removed(UUID volume, boolean unproven) {
        tell(
                em.createNativeQuery(
                                """
                                UPDATE wipe SET removed = :now, revision = revision + 1
                                WHERE id = :id AND removed IS NULL RETURNING name, revision
                                """,
                                Tuple.class)
                        .setParameter("now", clock.instant()),
                volume,
                unproven ? "unproven" : "removed",
                unproven
                        ? "its host says that nothing is left, and gave no evidence that anything was overwritten"
                        : "its host confirms that nothing of the volume is left");
    }

    /**
     * @param type of the event; none when null
     */
    private void tell(NativeQuery<Tuple> update, UUID volume, String type, String message) {
        update.setParameter("id", volume)
                .getResultStream()
                .findFirst()
                .ifPresent(row -> {
                    if (type != null) {
                        changes.announce(
                                new Change(
                                        Kind.WIPE,
                                        null,
                                        row.get("name", String.class),
                                        volume,
                                        type,
                                        message,
                                        row.get("revision", Long.class)));
                    }
                });
    }
}
