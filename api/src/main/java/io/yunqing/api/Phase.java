package io.yunqing.api;

/** Where an instance is on its way; computed from what is desired and what was last observed, never stored. */
public enum Phase {
    /** Promised a host; the host has not yet reported it. */
    SCHEDULED,
    /** Its disk or domain is being made, or the guest is being started. */
    STARTING,
    RUNNING,
    /** Asked to shut down, be it to be started anew, or to stand still; still running. */
    STOPPING,
    STOPPED,
    /** To be removed; its host has not yet confirmed that nothing is left. */
    DELETING,
    /** Its host cannot bring it to what is desired; it keeps trying, {@code lastError} says why. */
    FAILED,
    /** On but standing still: it is to be PAUSED, or something else holds it, such as a full disk. */
    PAUSED,
    /** Its host cannot be seen, or cannot see its own domains; {@code observedAt} says since when. */
    UNOBSERVED;

    /** Whether the phase is where it will stay if nothing changes. */
    public boolean settled() {
        return this == RUNNING || this == STOPPED || this == FAILED || this == PAUSED;
    }
}
