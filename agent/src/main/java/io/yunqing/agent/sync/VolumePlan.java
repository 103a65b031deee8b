package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.api.agent.VolumeDesired;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What to do for a volume, given what is desired, what is seen, who has it and how far the agent is. Pure, and of levels
 * only, as {@link HostPlan} is.
 *
 * <p>It is asked only when a complete look at storage and a complete inventory of the domains stand, so that no file
 * means that there is none, and no holder that nobody has it.
 *
 * @param step to be done; absent when nothing is to be done now
 * @param again when to ask again though nothing has changed
 * @param refusal why what is desired will not be done
 */
record VolumePlan(@Nullable VolumeStep step, @Nullable Instant again, @Nullable String refusal) {

    private static final VolumePlan NOTHING = new VolumePlan(null, null, null);

    static VolumePlan of(
            VolumeDesired want,
            @Nullable ObservedVolume have,
            VolumeUse use,
            CopySource source,
            Attempts attempts,
            Instant now) {
        if (have == null && want.made() && !want.deleted()) {
            return new VolumePlan(
                    null,
                    null,
                    "its file is gone from this host, and it is never made anew:"
                            + " an empty disk in its place would hide that");
        }
        if (have != null && have.wipe() != null && !want.deleted()) {
            return new VolumePlan(
                    null,
                    null,
                    "what was on it was overwritten, as it was to be deleted; it is left as it is");
        }
        if (source == CopySource.GONE && isToBeCopied(want, have)) {
            return new VolumePlan(
                    null, null, "the volume that it is to be a copy of is not on this host");
        }
        if (attempts.busy()) {
            return NOTHING;
        }
        var step = step(want, have, use, source);
        if (step == null) {
            return NOTHING;
        }
        return now.isBefore(attempts.notBefore())
                ? new VolumePlan(null, attempts.notBefore(), null)
                : new VolumePlan(step, null, null);
    }

    private static @Nullable VolumeStep step(
            VolumeDesired want, @Nullable ObservedVolume have, VolumeUse use, CopySource source) {
        if (have == null) {
            return want.deleted() ? null : making(want, source);
        }
        if (want.deleted()) {
            return use == VolumeUse.FREE ? removing(want, have) : null;
        }
        if (isToBeCopied(want, have)) {
            return use == VolumeUse.FREE && source == CopySource.READY ? VolumeStep.COPY : null;
        }
        // What is being started or stopped would be in the way, and has its turn soon.
        return have.sizeGiB() < want.sizeGiB() && use != VolumeUse.CHANGING
                ? VolumeStep.GROW
                : null;
    }

    /** What was overwritten stays until the controller has the evidence, and so asks for it no more. */
    private static @Nullable VolumeStep removing(VolumeDesired want, ObservedVolume have) {
        if (want.wipe() == null) {
            return VolumeStep.ERASE;
        }
        return have.wipe() != null && have.wipe().finished() ? null : VolumeStep.WIPE;
    }

    private static @Nullable VolumeStep making(VolumeDesired want, CopySource source) {
        if (want.backup() != null) {
            return VolumeStep.RESTORE;
        }
        if (want.source() == null) {
            return want.image() == null ? VolumeStep.MAKE : VolumeStep.UNPACK;
        }
        return source == CopySource.READY ? VolumeStep.COPY : null;
    }

    /** Whether it is there as little as before its copying: not at all, or with what is to be replaced. */
    static boolean isToBeCopied(VolumeDesired want, @Nullable ObservedVolume have) {
        return want.source() != null
                && !want.deleted()
                && (have == null || have.restore() < want.restore());
    }
}
