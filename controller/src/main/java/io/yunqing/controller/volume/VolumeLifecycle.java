package io.yunqing.controller.volume;

import io.yunqing.api.Fault;
import io.yunqing.api.VolumePhase;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.util.UUID;

/** Where a volume is on its way: a function of what it should be and what was last seen of it. */
final class VolumeLifecycle {
    private VolumeLifecycle() {}

    /**
     * @param sizeGiB how large it should be
     * @param instance which it is to be attached to; none when null
     * @param copying whether it is to become a copy of another, of this restore
     * @param observed what its host last said of it; null before it said anything
     * @param storageSeen whether the host reports and sees its own storage, so that {@code observed} still holds
     */
    static VolumePhase phase(
            boolean deleted,
            int sizeGiB,
            UUID instance,
            boolean copying,
            int restore,
            VolumeObserved observed,
            boolean storageSeen) {
        if (deleted) {
            return VolumePhase.DELETING;
        }
        if (observed == null) {
            return VolumePhase.SCHEDULED;
        }
        if (!storageSeen) {
            return VolumePhase.UNOBSERVED;
        }
        if (failing(observed)) {
            return VolumePhase.FAILED;
        }
        boolean present = observed.state() == VolumeState.PRESENT;
        if (copying && !(present && observed.restore() >= restore)) {
            return VolumePhase.COPYING;
        }
        if (!present) {
            return VolumePhase.SCHEDULED;
        }
        if (observed.sizeGiB() < sizeGiB) {
            return VolumePhase.GROWING;
        }
        if (instance == null) {
            return observed.instance() == null ? VolumePhase.AVAILABLE : VolumePhase.DETACHING;
        }
        return instance.equals(observed.instance()) ? VolumePhase.ATTACHED : VolumePhase.ATTACHING;
    }

    private static boolean failing(VolumeObserved observed) {
        return observed.fault() != null
                && observed.fault().attempts() >= Fault.ATTEMPTS_BEFORE_FAILED;
    }
}
