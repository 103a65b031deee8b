package io.yunqing.controller.backup;

import io.yunqing.api.BackupPhase;
import io.yunqing.api.Kind;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.BackupState;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.controller.backup.BackupStore.Pending;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.Changes;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Takes in what hosts say of backups. */
@ApplicationScoped
public class BackupReports {
    private static final Logger LOG = Logger.getLogger(BackupReports.class);

    private final BackupStore store;
    private final Changes changes;

    BackupReports(BackupStore store, Changes changes) {
        this.store = store;
        this.changes = changes;
    }

    /** Stores what is new and tells everybody what it means. The caller holds the lock on the host's observation. */
    public void accept(UUID host, String hostName, HostObserved report) {
        if (report.backups() == null || report.backups().isEmpty()) {
            return;
        }
        Map<UUID, BackupObserved> byId =
                report.backups().stream()
                        .collect(Collectors.toMap(BackupObserved::id, o -> o, (_, later) -> later));
        for (Pending backup : store.onHost(host)) {
            BackupObserved now = byId.get(backup.id());
            if (now != null) {
                accept(backup, now, hostName);
            }
        }
    }

    private void accept(Pending backup, BackupObserved now, String host) {
        if (backup.deleted()) {
            if (now.state() == BackupState.REMOVED) {
                store.remove(backup.id());
                changes.announce(
                        changed(
                                backup,
                                "deleted",
                                "host %s confirms that nothing of it is left".formatted(host)));
                return;
            }
        } else if (now.state() == BackupState.PRESENT && now.taken() != null) {
            made(backup, now.taken(), host);
            return;
        }
        if (!now.equals(backup.observed())) {
            store.keep(backup.id(), now);
            tell(backup, now);
        }
    }

    private void made(Pending backup, BackupTaken taken, String host) {
        if (taken.base() != null && !taken.base().equals(backup.base())) {
            LOG.errorf(
                    "Host %s says that backup %s/%s builds on %s, which it was not told to",
                    host, backup.tenant(), backup.name(), taken.base());
            return;
        }
        store.made(backup.id(), taken);
        changes.announce(
                changed(
                        backup,
                        "phase",
                        "%s → %s: %s, %d bytes"
                                .formatted(
                                        phase(backup, backup.observed()),
                                        BackupPhase.AVAILABLE,
                                        taken.base() == null ? "full" : "incremental",
                                        taken.bytes())));
    }

    private void tell(Pending backup, BackupObserved now) {
        BackupPhase was = phase(backup, backup.observed());
        BackupPhase is = phase(backup, now);
        if (was != is) {
            changes.announce(changed(backup, "phase", was + " → " + is));
        }
        String words = message(now);
        if (words != null && !Objects.equals(words, message(backup.observed()))) {
            changes.announce(changed(backup, "fault", words));
        }
    }

    private static BackupPhase phase(Pending backup, BackupObserved observed) {
        return BackupLifecycle.phase(backup.deleted(), false, observed, true);
    }

    private static String message(BackupObserved observed) {
        return observed == null || observed.fault() == null
                ? null
                : observed.fault().step() + ": " + observed.fault().message();
    }

    private static Change changed(Pending backup, String type, String message) {
        return new Change(
                Kind.BACKUP,
                backup.tenant(),
                backup.name(),
                backup.id(),
                type,
                message,
                backup.revision());
    }
}
