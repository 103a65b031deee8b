package io.yunqing.api;

/** What is happening to an orphan; computed from what is desired and what was last observed, never stored. */
public enum OrphanPhase {
    /** Where it was found, and left alone. */
    FOUND,
    /** To be put aside. */
    QUARANTINING,
    /** Put aside. */
    QUARANTINED,
    /** To be put back to where it was found. */
    RELEASING,
    /** To be deleted for good; its host has not yet confirmed that nothing is left. */
    DELETING,
    /** Its host cannot do what is desired; {@code lastError} says why. */
    FAILED,
    /** Its host cannot be seen, or cannot tell what is an orphan; {@code observedAt} says since when. */
    UNOBSERVED;

    /** Whether the phase is where it will stay if nothing changes. */
    public boolean settled() {
        return this == FOUND || this == QUARANTINED || this == FAILED;
    }
}
