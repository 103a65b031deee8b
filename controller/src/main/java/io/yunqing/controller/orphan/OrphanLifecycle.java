package io.yunqing.controller.orphan;

import io.yunqing.api.Fault;
import io.yunqing.api.OrphanPhase;
import io.yunqing.api.agent.OrphanObserved;

/** What is happening to an orphan: a function of what is to become of it and what was last seen of it. */
final class OrphanLifecycle {
    private OrphanLifecycle() {}

    /**
     * @param quarantined whether it is to be put aside
     * @param observed what its host last said of it
     * @param seen whether its host reports and can tell what is an orphan, so that {@code observed} still holds
     */
    static OrphanPhase phase(
            boolean deleted, boolean quarantined, OrphanObserved observed, boolean seen) {
        if (!seen) {
            return OrphanPhase.UNOBSERVED;
        }
        boolean settled = !deleted && quarantined == observed.quarantined();
        Fault fault = observed.fault();
        if (!settled && fault != null && fault.attempts() >= Fault.ATTEMPTS_BEFORE_FAILED) {
            return OrphanPhase.FAILED;
        }
        if (deleted) {
            return OrphanPhase.DELETING;
        }
        if (settled) {
            return quarantined ? OrphanPhase.QUARANTINED : OrphanPhase.FOUND;
        }
        return quarantined ? OrphanPhase.QUARANTINING : OrphanPhase.RELEASING;
    }
}
