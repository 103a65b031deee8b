package io.yunqing.controller.volume;

import io.yunqing.api.Kind;
import io.yunqing.api.VolumePhase;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.volume.VolumeObservationStore.Seen;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;

/** Takes in what hosts say of their volumes. */
@ApplicationScoped
public class VolumeReports {
    private final VolumeObservationStore store;
    private final Fleet fleet;
    private final Changes changes;
    private final VolumeWiping wiping;

    VolumeReports(VolumeObservationStore store, Fleet fleet, Changes changes, VolumeWiping wiping) {
        this.store = store;
        this.fleet = fleet;
        this.changes = changes;
        this.wiping = wiping;
    }

    /**
     * What a report said of the volumes of a host.
     *
     * @param gone those of which nothing is left: their rows are away, what they hold is to be released
     * @param made those that it has for the first time, or now with what they were to be copies of
     * @param wiped those that it has overwritten now, and can remove
     */
    public record News(UUID host, List<UUID> gone, List<UUID> made, List<UUID> wiped) {}

    /** Stores what is new and tells everybody what it means. The caller holds the lock on the host's observation. */
    public News accept(UUID host, String hostName, HostObserved report) {
        News news = new News(host, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (report.volumes() == null) {
            return news;
        }
        Map<UUID, VolumeObserved> byId =
                report.volumes().stream()
                        .collect(Collectors.toMap(VolumeObserved::id, o -> o, (_, later) -> later));
        List<VolumeObserved> fresh = new ArrayList<>();
        for (Seen volume : byId.isEmpty() ? List.<Seen>of() : store.onHost(host)) {
            VolumeObserved now = byId.get(volume.id());
            if (now == null) {
                continue;
            }
            if (volume.deleted() && now.state() == VolumeState.REMOVED) {
                news.gone.add(volume.id());
                wiping.removed(volume.id(), volume.wiping());
                changes.announce(
                        changed(
                                volume,
                                "deleted",
                                "host " + hostName + " confirms that nothing of it is left"));
                continue;
            }
            if (!now.equals(volume.observed())) {
                fresh.add(now);
                tell(volume, now);
                wiping.heard(now);
            }
            if (volume.wiping() && now.wipe() != null && now.wipe().finished()) {
                news.wiped.add(volume.id());
            }
            if (isNewlyMade(volume, now)) {
                news.made.add(volume.id());
            }
        }
        store.keep(fresh);
        store.remove(news.gone);
        if (!news.made.isEmpty()) {
            store.made(news.made);
        }
        if (!news.wiped.isEmpty()) {
            store.wiped(news.wiped);
        }
        return news;
    }

    /** For the first time, or anew as a copy. */
    private static boolean isNewlyMade(Seen volume, VolumeObserved now) {
        boolean awaited = !volume.made() || (volume.copying() && now.restore() >= volume.restore());
        return awaited && now.state() == VolumeState.PRESENT;
    }

    /** Tells the host that it will not be asked to make them, or to overwrite them, again; takes the lock on what the host should be. */
    public void tellHost(News news) {
        List<UUID> changed = new ArrayList<>(news.made);
        changed.addAll(news.wiped);
        if (!changed.isEmpty()) {
            store.changed(changed, fleet.nextRevision(news.host));
        }
    }

    private void tell(Seen volume, VolumeObserved now) {
        VolumePhase was = phase(volume, volume.observed());
        VolumePhase is = phase(volume, now);
        if (was != is) {
            changes.announce(changed(volume, "phase", was + " → " + is));
        }
        String before = message(volume.observed());
        String words = message(now);
        if (words != null && !Objects.equals(words, before)) {
            changes.announce(changed(volume, "fault", words));
        }
    }

    private static String message(VolumeObserved observed) {
        return observed == null || observed.fault() == null
                ? null
                : observed.fault().step() + ": " + observed.fault().message();
    }

    private static VolumePhase phase(Seen volume, VolumeObserved observed) {
        return VolumeLifecycle.phase(
                volume.deleted(),
                volume.sizeGiB(),
                volume.instance(),
                volume.copying(),
                volume.restore(),
                observed,
                true);
    }

    private static Change changed(Seen volume, String type, String message) {
        return new Change(
                Kind.VOLUME,
                volume.tenant(),
                volume.name(),
                volume.id(),
                type,
                message,
                volume.revision());
    }
}
