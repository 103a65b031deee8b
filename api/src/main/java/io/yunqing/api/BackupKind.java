package io.yunqing.api;

/** What a backup holds. */
public enum BackupKind {
    /** All that was on the volume. */
    FULL,
    /** What had changed since the backup that it builds on. */
    INCREMENTAL
}
