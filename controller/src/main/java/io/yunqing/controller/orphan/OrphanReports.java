package io.yunqing.controller.orphan;

import io.yunqing.api.Kind;
import io.yunqing.api.OrphanPhase;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanObserved;
import io.yunqing.controller.fleet.HeartbeatStore.Stored;
import io.yunqing.controller.orphan.OrphanStore.Known;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Ids;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** Takes in what hosts say of orphans. */
@ApplicationScoped
public class OrphanReports {
    private static final int NAME_LENGTH = 12;

    private final OrphanStore store;
    private final Changes changes;

    OrphanReports(OrphanStore store, Changes changes) {
        this.store = store;
        this.changes = changes;
    }

    /**
     * Stores what is new and tells everybody. The caller holds the lock on the host's observation.
     *
     * @param host as it was before the report
     */
    public void accept(Stored host, HostObserved report, Instant now) {
        if (!Objects.equals(host.orphans(), report.orphansInPlace())) {
            store.count(host.host(), report.orphansInPlace());
        }
        if (report.orphans() == null || (report.orphans().isEmpty() && !host.hasOrphans())) {
            return;
        }
        Map<OrphanKey, Known> before = new HashMap<>();
        if (host.hasOrphans()) {
            store.onHost(host.host()).forEach(one -> before.put(one.observed().orphan(), one));
        }
        List<Known> fresh = new ArrayList<>();
        for (OrphanObserved seen : report.orphans()) {
            Known known = before.remove(seen.orphan());
            if (known == null) {
                Known found = found(host, seen);
                fresh.add(found);
                changes.announce(changed(found, "found", words(host, seen)));
            } else if (!seen.equals(known.observed())) {
                fresh.add(
                        new Known(
                                known.id(),
                                known.name(),
                                known.revision(),
                                known.quarantined(),
                                known.deleted(),
                                seen));
                tell(known, seen);
            }
        }
        store.keep(host.host(), fresh, now);
        store.remove(before.values().stream().map(Known::id).toList());
        before.values()
                .forEach(gone ->
                        changes.announce(
                                changed(
                                        gone,
                                        "deleted",
                                        "host %s no longer has it as an orphan"
                                                .formatted(host.name()))));
    }

    /** It is called the same whenever it is found anew. */
    private static Known found(Stored host, OrphanObserved seen) {
        String what = host.host() + ":" + seen.orphan().id();
        String name =
                UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .replace("-", "")
                        .substring(0, NAME_LENGTH);
        return new Known(Ids.next(), name, 1, seen.quarantined(), false, seen);
    }

    private void tell(Known known, OrphanObserved now) {
        OrphanPhase was = phase(known, known.observed());
        OrphanPhase is = phase(known, now);
        if (was != is) {
            changes.announce(changed(known, "phase", was + " → " + is));
        }
        String words = message(now);
        if (words != null && !Objects.equals(words, message(known.observed()))) {
            changes.announce(changed(known, "fault", words));
        }
    }

    private static OrphanPhase phase(Known known, OrphanObserved seen) {
        return OrphanLifecycle.phase(known.deleted(), known.quarantined(), seen, true);
    }

    private static String message(OrphanObserved seen) {
        return seen.fault() == null ? null : seen.fault().step() + ": " + seen.fault().message();
    }

    private static String words(Stored host, OrphanObserved seen) {
        String what =
                switch (seen.orphan().kind()) {
                    case DOMAIN -> "domain %s (%s)".formatted(seen.name(), seen.orphan().place());
                    case INSTANCE_FILES, VOLUME, FILE -> seen.orphan().place();
                };
        return "host %s has %s, which belongs to nothing in the books%s"
                .formatted(host.name(), what, seen.quarantined() ? "; it was put aside" : "");
    }

    private static Change changed(Known orphan, String type, String message) {
        return new Change(
                Kind.ORPHAN, null, orphan.name(), orphan.id(), type, message, orphan.revision());
    }
}
