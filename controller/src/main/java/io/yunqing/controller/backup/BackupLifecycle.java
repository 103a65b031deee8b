package io.yunqing.controller.backup;

import io.yunqing.api.BackupPhase;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.BackupObserved;

/** Where a backup is on its way: a function of what it should be and what was last seen of it. */
final class BackupLifecycle {
    private BackupLifecycle() {}

    /**
     * @param made whether its host has said that it is in the repository
     * @param observed what its host last said of it; null before it said anything
     * @param heard whether the host reports, so that {@code observed} still holds
     */
    static BackupPhase phase(
            boolean deleted, boolean made, BackupObserved observed, boolean heard) {
        if (deleted) {
            return BackupPhase.DELETING;
        }
        if (made) {
            return BackupPhase.AVAILABLE;
        }
        if (observed == null) {
            return BackupPhase.SCHEDULED;
        }
        if (!heard) {
            return BackupPhase.UNOBSERVED;
        }
        if (observed.fault() != null
                && observed.fault().attempts() >= Fault.ATTEMPTS_BEFORE_FAILED) {
            return BackupPhase.FAILED;
        }
        return observed.step() == null ? BackupPhase.SCHEDULED : BackupPhase.COPYING;
    }
}
