package io.yunqing.agent.storage;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was copied of a volume, before it is in a repository.
 *
 * @param base the backup since which it holds what has changed; it holds all when absent
 * @param fullReason why it holds all though there was a backup to build on
 * @param sizeBytes how large the volume was
 * @param takenAt the moment that it is of
 */
record StagedBackup(
        @Nullable UUID base, @Nullable String fullReason, long sizeBytes, Instant takenAt) {}
