package io.yunqing.api;

/** Where a backup is on its way; computed from what is desired and what was last observed, never stored. */
public enum BackupPhase {
    /** The volume's host has not begun yet. */
    SCHEDULED,
    /** The volume's host copies what is on it, or brings the copy to the repository. */
    COPYING,
    /** In the repository, whole. */
    AVAILABLE,
    /** To be removed; no host has confirmed yet that nothing of it is left. */
    DELETING,
    /** Its host cannot take or store it, and keeps trying; {@code lastError} says why. */
    FAILED,
    /** Not there yet, and its host cannot be seen. */
    UNOBSERVED;

    /** Whether the phase is where it will stay if nothing changes. */
    public boolean settled() {
        return this == AVAILABLE || this == FAILED;
    }
}
