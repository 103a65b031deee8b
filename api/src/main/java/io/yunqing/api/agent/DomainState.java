package io.yunqing.api.agent;

/** What libvirt says of an instance's domain. */
public enum DomainState {
    RUNNING,
    PAUSED,
    /** Asked to shut down by libvirt's account; still running. */
    SHUTTING_DOWN,
    SHUTOFF,
    CRASHED,
    /** Proven not to be there by a complete inventory; files of it may be. */
    ABSENT,
    /** Proven gone, with its disk, seed and log: the answer to a tombstone. */
    REMOVED
}
