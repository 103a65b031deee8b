package io.yunqing.api;

/** Where a volume is on its way; computed from what is desired and what was last observed, never stored. */
public enum VolumePhase {
    /** Promised room on its host, which has not yet reported it. */
    SCHEDULED,
    /** Its host fills it with what another volume was at one moment, or with a backup. */
    COPYING,
    /** Smaller than it should be; its host makes it larger, also while a guest has it. */
    GROWING,
    /** Made; its instance does not have it yet. */
    ATTACHING,
    /** Its instance has it. */
    ATTACHED,
    /** To be taken from the instance that has it. */
    DETACHING,
    /** No instance has it, and none is to have it. */
    AVAILABLE,
    /** To be removed; its host has not yet confirmed that nothing is left. */
    DELETING,
    /** Its host cannot bring it to what is desired; {@code lastError} says why. */
    FAILED,
    /** Its host cannot be seen, or cannot see its own storage; {@code observedAt} says since when. */
    UNOBSERVED;

    /** Whether the phase is where it will stay if nothing changes. */
    public boolean settled() {
        return this == ATTACHED || this == AVAILABLE || this == FAILED;
    }
}
