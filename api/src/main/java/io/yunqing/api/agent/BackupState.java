package io.yunqing.api.agent;

/** What a host says of a backup. */
public enum BackupState {
    /** Not in the repository yet, as far as the host knows. */
    ABSENT,
    /** In the repository, whole. */
    PRESENT,
    /** Proven gone: the answer to a tombstone. */
    REMOVED
}
