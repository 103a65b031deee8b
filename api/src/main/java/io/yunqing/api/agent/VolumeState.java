package io.yunqing.api.agent;

/** What a host says of a volume. */
public enum VolumeState {
    /** Proven not to be there by a complete look. */
    ABSENT,
    PRESENT,
    /** Proven gone: the answer to a tombstone. */
    REMOVED
}
