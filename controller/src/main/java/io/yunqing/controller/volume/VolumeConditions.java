package io.yunqing.controller.volume;

import io.yunqing.api.Condition;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.controller.pool.PoolRow;
import io.yunqing.controller.volume.VolumeObservationStore.Sighting;
import java.util.ArrayList;
import java.util.List;

/** What is worth knowing of a volume beside its phase. */
final class VolumeConditions {
    private VolumeConditions() {}

    /**
     * @param heard whether its host reports
     */
    static List<Condition> of(PoolRow pool, Sighting sighting, boolean heard) {
        List<Condition> conditions = new ArrayList<>();
        VolumeObserved observed = sighting.observed();
        if (observed == null) {
            return conditions;
        }
        if (!heard) {
            conditions.add(
                    new Condition(
                            "HostUnreachable",
                            "host %s does not report; nothing is freed".formatted(sighting.host()),
                            sighting.receivedAt()));
        } else if (!sighting.storageSeen()) {
            conditions.add(
                    new Condition(
                            "StorageUnobserved",
                            pool == null
                                    ? "host %s cannot see its storage".formatted(sighting.host())
                                    : "host %s cannot see pool %s: %s"
                                            .formatted(
                                                    sighting.host(),
                                                    pool.name,
                                                    sighting.poolFault() == null
                                                            ? "it has said nothing of it yet"
                                                            : sighting.poolFault()),
                            sighting.seenAt()));
        }
        if (observed.step() != null) {
            conditions.add(
                    new Condition("Working", "its host is busy with: " + observed.step(), null));
        }
        if (observed.wipe() != null) {
            conditions.add(
                    new Condition(
                            "Wiping",
                            "%d of %d MiB are overwritten"
                                    .formatted(
                                            observed.wipe().bytes() >> 20,
                                            observed.wipe().totalBytes() >> 20),
                            observed.wipe().startedAt()));
        }
        return conditions;
    }
}
